package dev.sluice.cloudcall;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.locks.ReentrantLock;

/// Writes frames to a blocking channel through one reused buffer: a frame that fits is one write, a bigger one passes
/// through in pieces and is never whole in memory. Of frames that several threads write each is whole.
final class FrameWriter {
    private static final int BUFFER_BYTES = 16 << 10;

    private final WritableByteChannel channel;
    private final ReentrantLock turn = new ReentrantLock();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    FrameWriter(WritableByteChannel channel) {
        this.channel = channel;
    }

    /// @throws IllegalArgumentException if the frame is bigger than [Frame#BODY_BYTES_MAX]; nothing was written
    void write(Frame frame) throws IOException {
        long body = Frame.HEAD_BYTES + ValueCodec.sizeOf(frame.value());
        if (body > Frame.BODY_BYTES_MAX) {
            throw new IllegalArgumentException("a frame of more than " + Frame.BODY_BYTES_MAX + " bytes");
        }
        turn.lock();
        try {
            putInt((int) body).put(frame.kind().code()).putInt(frame.id());
            ValueCodec.write(frame.value(), this);
            flush();
        } finally {
            turn.unlock();
        }
    }

    FrameWriter put(byte one) throws IOException {
        room(1).put(one);
        return this;
    }

    FrameWriter putInt(int number) throws IOException {
        room(Integer.BYTES).putInt(number);
        return this;
    }

    FrameWriter putLong(long number) throws IOException {
        room(Long.BYTES).putLong(number);
        return this;
    }

    FrameWriter put(byte[] content) throws IOException {
        int done = 0;
        while (done < content.length) {
            int piece = Math.min(room(1).remaining(), content.length - done);
            buffer.put(content, done, piece);
            done += piece;
        }
        return this;
    }

    private ByteBuffer room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            int _ = channel.write(buffer);
        }
        buffer.clear();
    }
}
