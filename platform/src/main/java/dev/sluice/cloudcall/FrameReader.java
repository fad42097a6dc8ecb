package dev.sluice.cloudcall;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/// Reads a guest's frames from a blocking channel through one reused buffer: a frame that fits usually costs one read.
/// A bigger one is collected in memory that grows with the bytes that have really come. Not thread-safe.
final class FrameReader {
    private static final int BUFFER_BYTES = 16 << 10;

    private final ReadableByteChannel channel;

    /// Between position and limit: what has come and is not yet consumed.
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);

    FrameReader(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /// Waits for the next frame. After either exception the channel is of no more use.
    Frame read() throws GuestGone, GuestProtocolViolation {
        require(Frame.LENGTH_BYTES);
        int length = buffer.getInt();
        if (length <= Frame.HEAD_BYTES || length > Frame.BODY_BYTES_MAX) {
            throw new GuestProtocolViolation("a frame of a forbidden length");
        }
        if (length > BUFFER_BYTES) {
            return decode(collect(length));
        }
        require(length);
        int end = buffer.position() + length;
        Frame frame = decode(buffer.slice(buffer.position(), length));
        buffer.position(end);
        return frame;
    }

    /// Whether bytes have come that no [#read] has consumed yet, as far as this side knows without asking the channel.
    boolean hasLeftovers() {
        return buffer.hasRemaining();
    }

    private static Frame decode(ByteBuffer body) throws GuestProtocolViolation {
        return new Frame(FrameKind.of(body.get()), body.getInt(), ValueCodec.readOnly(body));
    }

    /// Makes at least `bytes` available in the buffer.
    private void require(int bytes) throws GuestGone {
        if (buffer.remaining() >= bytes) {
            return;
        }
        buffer.compact();
        while (buffer.position() < bytes) {
            receive(buffer);
        }
        buffer.flip();
    }

    private ByteBuffer collect(int length) throws GuestGone {
        byte[] body = new byte[Math.min(length, 4 * BUFFER_BYTES)];
        int filled = 0;
        while (filled < length) {
            if (!buffer.hasRemaining()) {
                receive(buffer.clear());
                buffer.flip();
            }
            if (filled == body.length) {
                body = Arrays.copyOf(body, Math.min(length, 2 * body.length));
            }
            int piece = Math.min(buffer.remaining(), body.length - filled);
            buffer.get(body, filled, piece);
            filled += piece;
        }
        return ByteBuffer.wrap(body, 0, length);
    }

    private void receive(ByteBuffer into) throws GuestGone {
        int count;
        try {
            count = channel.read(into);
        } catch (IOException broken) {
            throw new GuestGone(broken);
        }
        if (count < 0) {
            throw new GuestGone(null);
        }
    }
}
