package dev.sluice.http;

import dev.sluice.bytes.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.eclipse.jetty.io.Content;

/// A body that is taken whole into memory, which grows with what has arrived.
final class WholeBody {
    private static final int FIRST_BUFFER_BYTES = 16 << 10;

    private final org.eclipse.jetty.server.Request jetty;
    private final LargeBodies.Share memory;
    private boolean isLarge;

    WholeBody(org.eclipse.jetty.server.Request jetty, LargeBodies.Share memory) {
        this.jetty = jetty;
        this.memory = memory;
    }

    /// @param declared as many bytes as are announced; -1 for none
    /// @throws HttpRefused 408, 413, 503
    /// @throws ClientGone when it does not come
    Bytes received(long declared, int bytesMax) throws IOException {
        byte[] body = new byte[(int) Math.min(declared < 0 ? bytesMax : declared, FIRST_BUFFER_BYTES)];
        int filled = 0;
        while (filled != declared) {
            Content.Chunk chunk = jetty.read();
            if (chunk == null) {
                return rest(body, filled, declared < 0 ? bytesMax : (int) declared, bytesMax);
            }
            if (Content.Chunk.isFailure(chunk)) {
                throw PacedBody.broken(chunk.getFailure());
            }
            ByteBuffer piece = chunk.getByteBuffer();
            int length = piece.remaining();
            if (length > bytesMax - filled) {
                throw HttpRefused.tooLarge();
            }
            takeMemory(filled, length, declared < 0 ? bytesMax : declared);
            if (length > body.length - filled) {
                body = Arrays.copyOf(body, Math.max(filled + length, Math.min(2 * body.length, bytesMax)));
            }
            piece.get(body, filled, length);
            filled += length;
            chunk.release();
            if (chunk.isLast()) {
                break;
            }
        }
        return Bytes.takeOver(filled == body.length ? body : Arrays.copyOf(body, filled));
    }

    /// Waits for what has not arrived yet.
    private Bytes rest(byte[] body, int filled, int expected, int bytesMax) throws IOException {
        try (InputStream in = PacedBody.of(jetty)) {
            byte[] more = in.readNBytes(Math.max(0, Math.min(bytesMax + 1, LargeBodies.SMALL_BYTES_MAX) - filled));
            byte[] all = joined(body, filled, more);
            if (all.length >= Math.min(bytesMax + 1, LargeBodies.SMALL_BYTES_MAX) && all.length != expected) {
                takeMemory(all.length, 1, expected);
                all = joined(all, all.length, in.readNBytes(bytesMax - all.length + 1));
            }
            if (all.length > bytesMax) {
                throw HttpRefused.tooLarge();
            }
            return Bytes.takeOver(all);
        }
    }

    private static byte[] joined(byte[] body, int filled, byte[] more) {
        byte[] all = Arrays.copyOf(body, filled + more.length);
        System.arraycopy(more, 0, all, filled, more.length);
        return all;
    }

    /// Once, when a body turns out to be a large one: whoever only announces one holds nothing.
    private void takeMemory(int filled, int more, long expected) throws ClientGone {
        if (!isLarge && filled + more > LargeBodies.SMALL_BYTES_MAX) {
            isLarge = true;
            memory.takeForBody(expected);
        }
    }
}
