package dev.sluice.fuzz;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One end of a connection between two threads of this process, as a socket's channel in blocking mode. Closing an
/// end ends the stream for the other one and wakes who waits at either.
final class MemoryChannel extends SocketChannel {
    private static final int BUFFER_BYTES = 64 << 10;

    private final Half in;
    private final Half out;

    private MemoryChannel(Half in, Half out) {
        super(null);
        this.in = in;
        this.out = out;
    }

    /// The two ends of one connection.
    record Pair(MemoryChannel near, MemoryChannel far) {
        static Pair open() {
            var there = new Half();
            var back = new Half();
            return new Pair(new MemoryChannel(back, there), new MemoryChannel(there, back));
        }
    }

    /// One direction: a ring of bytes.
    private static final class Half {
        private final byte[] ring = new byte[BUFFER_BYTES];
        private int from; // guarded by this
        private int filled; // guarded by this
        private boolean isClosed; // guarded by this

        synchronized int take(ByteBuffer into) throws InterruptedException {
            while (filled == 0 && !isClosed) {
                wait();
            }
            if (filled == 0) {
                return -1;
            }
            int count = Math.min(Math.min(into.remaining(), filled), ring.length - from);
            into.put(ring, from, count);
            from = (from + count) % ring.length;
            filled -= count;
            notifyAll();
            return count;
        }

        synchronized int put(ByteBuffer bytes) throws InterruptedException, IOException {
            while (filled == ring.length && !isClosed) {
                wait();
            }
            if (isClosed) {
                throw new ClosedChannelException();
            }
            int to = (from + filled) % ring.length;
            int room = to < from ? from - to : ring.length - to;
            int count = Math.min(bytes.remaining(), Math.min(room, ring.length - filled));
            bytes.get(ring, to, count);
            filled += count;
            notifyAll();
            return count;
        }

        synchronized void close() {
            isClosed = true;
            notifyAll();
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        try {
            return into.hasRemaining() ? in.take(into) : 0;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopped);
        }
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        try {
            return bytes.hasRemaining() ? out.put(bytes) : 0;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopped);
        }
    }

    @Override
    protected void implCloseSelectableChannel() {
        in.close();
        out.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        if (!block) {
            throw new UnsupportedOperationException("this channel always blocks");
        }
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        return read(into[offset]);
    }

    @Override
    public long write(ByteBuffer[] bytes, int offset, int length) throws IOException {
        return write(bytes[offset]);
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isConnectionPending() {
        return false;
    }

    @Override
    public boolean connect(SocketAddress remote) {
        throw notASocket();
    }

    @Override
    public boolean finishConnect() {
        return true;
    }

    @Override
    public SocketChannel bind(@Nullable SocketAddress local) {
        throw notASocket();
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) {
        throw notASocket();
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
        throw notASocket();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    public SocketChannel shutdownInput() {
        in.close();
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() {
        out.close();
        return this;
    }

    @Override
    public Socket socket() {
        throw notASocket();
    }

    @Override
    public SocketAddress getRemoteAddress() {
        throw notASocket();
    }

    @Override
    public SocketAddress getLocalAddress() {
        throw notASocket();
    }

    private static UnsupportedOperationException notASocket() {
        return new UnsupportedOperationException("there is no socket behind this channel");
    }
}
