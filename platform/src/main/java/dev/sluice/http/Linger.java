package dev.sluice.http;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/// Reads on after an answer that came before the end of the request's body, and throws away what comes.
///
/// A connection that is closed with bytes unread is reset, and a reset takes away from a client that still writes the
/// answer that it has not read yet (RFC 9112 section 9.6). Bounded in time and bytes; who sends more is reset.
final class Linger {
    static final long MILLIS_MAX = 2_000;
    static final long BYTES_MAX = 64L << 20;
    private static final int READS_MAX = 16;

    private Linger() {}

    /// Throws away what has come of the body, without waiting for more.
    ///
    /// @return whether that was the end of it
    static boolean isAllHere(Request request) {
        for (int i = 0; i < READS_MAX; i++) {
            Content.Chunk chunk = request.read();
            if (chunk == null || Content.Chunk.isFailure(chunk)) {
                return false;
            }
            chunk.release();
            if (chunk.isLast()) {
                return true;
            }
        }
        return false;
    }

    static void over(Request request) throws InterruptedException {
        if (request.getHeaders().contains(HttpHeader.EXPECT)) {
            return; // it waits for a word before it sends, and has got another
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS_MAX);
        long left = BYTES_MAX;
        while (left > 0 && System.nanoTime() < deadline) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                var come = new CountDownLatch(1);
                request.demand(come::countDown);
                if (!come.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    return;
                }
            } else {
                left -= chunk.remaining();
                chunk.release();
                if (chunk.isLast() || Content.Chunk.isFailure(chunk)) {
                    return;
                }
            }
        }
    }
}
