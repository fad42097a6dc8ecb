package dev.sluice.http;

import dev.sluice.bytes.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Callback;

/// Hands each of Jetty's requests to our handler and writes what it answers.
final class JettyBridge extends org.eclipse.jetty.server.Handler.Abstract {
    private static final int COPY_BUFFER_BYTES = 64 << 10;

    private final Handler handler;

    JettyBridge(Handler handler) {
        this.handler = handler;
    }

    @Override
    public boolean handle(
            org.eclipse.jetty.server.Request jetty, org.eclipse.jetty.server.Response out, Callback callback)
            throws IOException, InterruptedException {
        Response answer;
        try {
            answer = handler.handle(
                    new Request(jetty, PathText.segments(jetty.getHttpURI().getPath())));
        } catch (HttpRefused refused) {
            answer = refused.response();
        } catch (ClientGone gone) {
            callback.failed(gone);
            return true;
        }
        head(answer, out);
        switch (answer.body()) {
            case Response.Body.InMemory(Bytes content) -> {
                out.getHeaders().put(HttpHeader.CONTENT_LENGTH, content.length());
                out.write(true, content.asBuffer(), callback);
            }
            case Response.Body.Streamed(InputStream content, long length) -> {
                out.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
                try (content) {
                    copy(content, length, out);
                }
                callback.succeeded();
            }
        }
        return true;
    }

    private static void head(Response answer, org.eclipse.jetty.server.Response out) {
        out.setStatus(answer.status());
        String type = answer.contentType();
        if (type != null) {
            out.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        }
        List<String> headers = answer.headers();
        for (int i = 0; i < headers.size(); i += 2) {
            out.getHeaders().put(headers.get(i), headers.get(i + 1));
        }
    }

    private static void copy(InputStream content, long length, org.eclipse.jetty.server.Response out)
            throws IOException {
        byte[] buffer = new byte[COPY_BUFFER_BYTES];
        long left = length;
        while (left > 0) {
            int count = content.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (count < 0) {
                throw new IOException("the content ended early");
            }
            left -= count;
            Content.Sink.write(out, left == 0, ByteBuffer.wrap(buffer, 0, count));
        }
    }
}
