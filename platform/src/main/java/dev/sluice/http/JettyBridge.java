package dev.sluice.http;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Pipe;
import dev.sluice.bytes.Traces;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands each of Jetty's requests to our handler and writes what it answers.
final class JettyBridge extends org.eclipse.jetty.server.Handler.Abstract {
    private static final int COPY_BUFFER_BYTES = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(JettyBridge.class);

    private final Handler handler;
    private final LargeBodies memory;
    private final RequestIds ids;

    JettyBridge(Handler handler, LargeBodies memory, RequestIds ids) {
        this.handler = handler;
        this.memory = memory;
        this.ids = ids;
    }

    @Override
    public boolean handle(
            org.eclipse.jetty.server.Request jetty, org.eclipse.jetty.server.Response out, Callback callback)
            throws IOException, InterruptedException {
        String id = ids.next();
        out.getHeaders().put(RequestIds.HEADER, id);
        jetty.addIdleTimeoutListener(_ -> false); // of HTTP/2: a handler may take its time, who reads or writes may not
        try (LargeBodies.Share share = memory.share()) {
            Response answer = answer(jetty, id, share);
            if (Linger.isAllHere(jetty)) {
                send(answer, out, callback, share);
            } else {
                sendEarly(ending(answer), jetty, out, callback, share);
            }
        } catch (ClientGone | Cut over) {
            callback.failed(over);
        }
        return true;
    }

    /// Says all of a short answer, and then that it was all: Jetty closes the connection at that word.
    private void sendEarly(
            Response answer,
            org.eclipse.jetty.server.Request jetty,
            org.eclipse.jetty.server.Response out,
            Callback callback,
            LargeBodies.Share share)
            throws IOException, InterruptedException {
        if (answer.body() instanceof Response.Body.InMemory(Bytes content)
                && content.length() <= LargeBodies.SMALL_BYTES_MAX) {
            head(answer, content.length(), out);
            write(out, false, content.asBuffer());
            Linger.over(jetty);
            out.write(true, ByteBuffer.allocate(0), callback);
        } else {
            send(answer, out, callback, share);
        }
    }

    /// What has not come of a body yet would be taken for the next request, so that Jetty closes the connection: the
    /// client is told, or it would send its next request into that.
    private static Response ending(Response answer) {
        boolean isSaid = answer.headers().contains(HttpRefused.CONNECTION);
        return isSaid ? answer : answer.with(HttpRefused.CONNECTION, HttpRefused.CLOSE);
    }

    /// What a server before this one may end elsewhere, and Jetty takes: chunks before HTTP/1.1 had them (RFC 9112
    /// 6.1),
    /// and what asks for a tunnel.
    private static void requireOneReading(org.eclipse.jetty.server.Request jetty) {
        boolean isOld = jetty.getConnectionMetaData().getHttpVersion().getVersion() < HttpVersion.HTTP_1_1.getVersion();
        if (isOld && jetty.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)) {
            throw new HttpRefused(400, "Transfer-Encoding is not for HTTP/1.0");
        }
        if (HttpMethod.CONNECT.is(jetty.getMethod())) {
            throw new HttpRefused(501, "this server is no proxy");
        }
    }

    private Response answer(org.eclipse.jetty.server.Request jetty, String id, LargeBodies.Share share)
            throws IOException, InterruptedException {
        try {
            requireOneReading(jetty);
            return handler.handle(
                    new Request(jetty, id, PathText.segments(jetty.getHttpURI().getPath()), share));
        } catch (HttpRefused refused) {
            return refused.response();
        } catch (RuntimeException bug) {
            if (isRunning()) { // else what it needs is closed already
                LOG.error("a request could not be answered", Traces.withoutTexts(bug));
            }
            return Response.error(500, 500, "Server Error");
        }
    }

    private void send(
            Response answer, org.eclipse.jetty.server.Response out, Callback callback, LargeBodies.Share share)
            throws IOException, InterruptedException {
        switch (answer.body()) {
            case Response.Body.InMemory(Bytes content)
            when content.length() <= LargeBodies.SMALL_BYTES_MAX -> {
                head(answer, content.length(), out);
                out.write(true, content.asBuffer(), callback);
            }
            case Response.Body.InMemory(Bytes content) -> {
                share.takeForAnswer(content.length());
                head(answer, content.length(), out);
                write(out, true, content.asBuffer());
                callback.succeeded();
            }
            case Response.Body.Streamed(InputStream content, long length) -> {
                head(answer, length, out);
                try (content) {
                    copy(content, length, out);
                }
                callback.succeeded();
            }
            case Response.Body.Flowing(Flow content) -> {
                head(answer, out);
                endSaid(out);
                flow(content, out, callback);
            }
            case Response.Body.Upgraded(Pipe said, Flow content) -> {
                head(answer, out);
                UpgradedConnection next = UpgradedConnection.of(out.getRequest(), said, content);
                out.getRequest().setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, next);
                callback.succeeded();
            }
        }
    }

    /// In chunks also where the connection is to be closed, whose end would else be the end of the body, however it
    /// came.
    private static void endSaid(org.eclipse.jetty.server.Response out) {
        if (out.getRequest().getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
            out.getHeaders().put(HttpHeader.TRANSFER_ENCODING, HttpHeaderValue.CHUNKED);
        }
    }

    /// What fails in the middle cannot be told any more: the connection ends without the end of the body.
    private void flow(Flow content, org.eclipse.jetty.server.Response out, Callback callback)
            throws IOException, InterruptedException {
        try {
            content.writeTo(piece -> write(out, false, piece.asBuffer()));
            write(out, true, ByteBuffer.allocate(0));
            callback.succeeded();
        } catch (RuntimeException bug) {
            if (isRunning()) {
                LOG.error("an answer broke off", Traces.withoutTexts(bug));
            }
            callback.failed(bug);
        }
    }

    private static void head(Response answer, long length, org.eclipse.jetty.server.Response out) {
        out.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
        head(answer, out);
    }

    private static void head(Response answer, org.eclipse.jetty.server.Response out) {
        out.setStatus(answer.status());
        String type = answer.contentType();
        if (type != null) {
            out.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        }
        List<String> headers = answer.headers();
        for (int i = 0; i < headers.size(); i += 2) {
            out.getHeaders().add(headers.get(i), headers.get(i + 1));
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
            write(out, left == 0, ByteBuffer.wrap(buffer, 0, count));
        }
    }

    private static void write(org.eclipse.jetty.server.Response out, boolean last, ByteBuffer piece) throws ClientGone {
        try {
            Content.Sink.write(out, last, piece);
        } catch (IOException gone) {
            throw new ClientGone(gone);
        }
    }
}
