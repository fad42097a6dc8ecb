package dev.sluice.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/// What the client gets when Jetty itself refuses a request or a handler dies: the same JSON form as all other
/// errors, with the status' own words and never an exception's text.
final class JsonErrors extends ErrorHandler {
    private final RequestIds ids;

    JsonErrors(RequestIds ids) {
        this.ids = ids;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        byte[] body = body(response.getStatus());
        response.getHeaders().put(RequestIds.HEADER, ids.next());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, dev.sluice.http.Response.JSON);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    private static byte[] body(int status) {
        String words = HttpStatus.getMessage(status);
        return ("{\"code\":" + status + ",\"message\":\"" + words + "\"}").getBytes(StandardCharsets.US_ASCII);
    }
}
