package dev.sluice.invoke;

import dev.sluice.kernel.Refused;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// How many instances of one function have runs under way at once, in whatever versions, where its author has bounded
/// them: one for each run, or for those that share it. Each run keeps to its own version's bound; of those without one,
/// none is counted. Whoever finds no place waits for one
/// before he asks for room, so that he holds none of it meanwhile. Knows no labels: who runs the same function may find
/// it busy.
///
/// Thread-safe.
final class Places {
    static final int WAITING_OF_ONE_MAX = 1_000;
    private static final Place UNCOUNTED = new Place(Optional.empty());

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Count> counts = new HashMap<>(); // guarded by the lock

    private static final class Count {
        private final Condition freed;
        private int taken;
        private int waiting;

        Count(Condition freed) {
            this.freed = freed;
        }
    }

    /// Of one run; closed when it has ended.
    record Place(Optional<Runnable> giving) implements AutoCloseable {
        @Override
        public void close() {
            giving.ifPresent(Runnable::run);
        }
    }

    /// @param function its id, or that of a gate that is no function's version
    /// @param most     0 for any number
    /// @param pause    called before it waits; what it gives, after that
    /// @throws Refused `DEADLINE_EXCEEDED` if none becomes free in time, `OVERLOADED` if too many wait
    Place take(String function, int most, Duration patience, Supplier<Runnable> pause) throws InterruptedException {
        if (most == 0) {
            return UNCOUNTED;
        }
        lock.lockInterruptibly();
        try {
            Count count = counts.computeIfAbsent(function, _ -> new Count(lock.newCondition()));
            if (count.taken >= most && count.waiting >= WAITING_OF_ONE_MAX) {
                throw Limited.byTheMachine();
            }
            if (count.taken >= most) {
                await(count, most, patience, pause.get());
            }
            count.taken++;
            return new Place(Optional.of(() -> give(function, count)));
        } finally {
            lock.unlock();
        }
    }

    private static void await(Count count, int most, Duration patience, Runnable goesOn) throws InterruptedException {
        long left = patience.toNanos();
        count.waiting++;
        try {
            while (count.taken >= most) {
                if (left <= 0) {
                    throw Limited.byTime();
                }
                left = count.freed.awaitNanos(left);
            }
        } finally {
            count.waiting--;
            goesOn.run();
        }
    }

    private void give(String function, Count count) {
        lock.lock();
        try {
            count.taken--;
            count.freed.signalAll(); // not each waits for the same bound
            if (count.taken == 0 && count.waiting == 0) {
                counts.remove(function);
            }
        } finally {
            lock.unlock();
        }
    }
}
