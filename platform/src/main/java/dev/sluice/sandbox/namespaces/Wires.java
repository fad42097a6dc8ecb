package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.LogSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The three connections of one guest: its channel, standard output and standard error.
///
/// One lock orders everything that touches the output, so that a sink is called by one thread at a time and bytes keep
/// their order. It is held over reads that do not wait and over the sink, which must not.
final class Wires implements AutoCloseable {
    static final char CHANNEL = 'c';
    static final char STDOUT = 'o';
    static final char STDERR = 'e';

    /// More than the kernel holds back for one socket, so a guest that prints without end does not keep us.
    private static final int DRAIN_BYTES_MAX = 1 << 20;

    private static final int DRAIN_BUFFER_BYTES = 8 << 10;
    private static final Logger LOG = LoggerFactory.getLogger(Wires.class);
    static final LogSink NOWHERE = new LogSink() {
        @Override
        public void stdout(ByteBuffer bytes) {}

        @Override
        public void stderr(ByteBuffer bytes) {}
    };

    private final String token;
    private final Runnable onSpeaking;
    private final ReentrantLock lock = new ReentrantLock();
    private LogSink sink = NOWHERE;
    private @Nullable SocketChannel channel;
    private @Nullable SocketChannel stdout;
    private @Nullable SocketChannel stderr;
    private boolean closed;

    /// @param token with which the guest's connections introduce themselves
    /// @param onSpeaking called once, when the guest has written to its channel for the first time or hung up
    Wires(String token, Runnable onSpeaking) {
        this.token = token;
        this.onSpeaking = onSpeaking;
    }

    String token() {
        return token;
    }

    /// Takes a connection; false if it is not expected (any more).
    boolean connect(char stream, SocketChannel connection) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            if (stream == CHANNEL && channel == null) {
                channel = connection;
            } else if (stream == STDOUT && stdout == null) {
                stdout = connection;
            } else if (stream == STDERR && stderr == null) {
                stderr = connection;
            } else {
                return false;
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    void speaking() {
        onSpeaking.run();
    }

    /// The channel of a guest that has begun to speak.
    SocketChannel channel() {
        lock.lock();
        try {
            if (channel == null) {
                throw new IllegalStateException("the guest has not connected");
            }
            return channel;
        } finally {
            lock.unlock();
        }
    }

    void logsTo(LogSink next) {
        lock.lock();
        try {
            sink = next;
        } finally {
            lock.unlock();
        }
    }

    void drain(LogSink to) {
        ByteBuffer buffer = ByteBuffer.allocate(DRAIN_BUFFER_BYTES);
        lock.lock();
        try {
            drain(STDOUT, to, buffer);
            drain(STDERR, to, buffer);
        } finally {
            lock.unlock();
        }
    }

    private void drain(char stream, LogSink to, ByteBuffer buffer) {
        int total = 0;
        int read;
        do {
            read = deliver(stream, to, buffer);
            total += read;
        } while (read > 0 && total < DRAIN_BYTES_MAX);
    }

    /// Reads once from `stream` and hands over what came, through `buffer`.
    ///
    /// @return how many bytes; 0 when there is nothing now, -1 when there never will be
    int pump(char stream, ByteBuffer buffer) {
        lock.lock();
        try {
            return deliver(stream, sink, buffer);
        } finally {
            lock.unlock();
        }
    }

    private int deliver(char stream, LogSink to, ByteBuffer buffer) {
        SocketChannel source = stream == STDOUT ? stdout : stderr;
        if (source == null) {
            return 0;
        }
        buffer.clear();
        int read;
        try {
            read = source.read(buffer);
        } catch (IOException broken) {
            return -1;
        }
        if (read > 0) {
            buffer.flip();
            try {
                if (stream == STDOUT) {
                    to.stdout(buffer);
                } else {
                    to.stderr(buffer);
                }
            } catch (RuntimeException bug) {
                LOG.error("a sink of logs failed; what this guest prints is thrown away from now on", bug);
                sink = NOWHERE;
            }
        }
        return read;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            sink = NOWHERE;
            closeQuietly(channel);
            closeQuietly(stdout);
            closeQuietly(stderr);
        } finally {
            lock.unlock();
        }
    }

    static void closeQuietly(@Nullable SocketChannel connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (IOException failure) {
                LOG.debug("a guest's connection did not close", failure);
            }
        }
    }
}
