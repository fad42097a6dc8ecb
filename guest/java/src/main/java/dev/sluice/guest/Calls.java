package dev.sluice.guest;

import dev.sluice.guest.Frame.Kind;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What one run asks of the platform, from whichever of its threads, one call at a time, until it ends.
final class Calls {
    private final @Nullable Channel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private int lastId; // guarded by lock
    private boolean isOver; // guarded by lock

    Calls(@Nullable Channel channel) {
        this.channel = channel;
    }

    /// Those of a run that shares its guest: each is refused.
    static Calls none() {
        return new Calls(null);
    }

    boolean areNone() {
        return channel == null;
    }

    /// @throws IOException also for a call that is refused: the message says how
    /// @throws IllegalStateException where there are none
    @Nullable
    Object ask(String operation, Map<String, ?> arguments) throws IOException {
        if (channel == null) {
            throw new IllegalStateException(
                    "runs that share an instance make no calls: leave concurrency out for this");
        }
        lock.lock();
        try {
            if (isOver) {
                throw new IOException(operation + ": the run has ended");
            }
            lastId++;
            channel.send(new Frame(Kind.CALL, lastId, List.of(operation, arguments)));
            Frame reply = channel.receive();
            if (reply.kind() != Kind.REPLY
                    || reply.id() != lastId
                    || !(reply.value() instanceof List<?> parts)
                    || parts.isEmpty()) {
                throw new Violation("a frame that was not expected");
            }
            if (!"OK".equals(parts.get(0))) {
                throw new IOException(operation + ": " + parts.get(0));
            }
            return parts.get(parts.size() - 1);
        } finally {
            lock.unlock();
        }
    }

    /// Between two calls.
    void send(Frame frame) throws IOException {
        if (channel == null) {
            throw new IllegalStateException("a chunk of a run that yields nothing");
        }
        lock.lock();
        try {
            channel.send(frame);
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the call that is under way; there are none after it.
    void end() {
        lock.lock();
        try {
            isOver = true;
        } finally {
            lock.unlock();
        }
    }
}
