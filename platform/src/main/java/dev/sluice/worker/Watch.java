package dev.sluice.worker;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ends guests whose runs have passed their deadline. One thread looks every [#GRAIN], so that a run costs no timer.
final class Watch implements AutoCloseable {
    static final Duration GRAIN = Duration.ofMillis(5);

    private final Set<Instance> watched = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);

    Watch() {
        Thread.ofPlatform().daemon().name("deadlines").start(this::look);
    }

    void begin(Instance instance, Duration left) {
        instance.deadlineNanos(System.nanoTime() + left.toNanos());
        watched.add(instance);
    }

    /// @return false if the guest is being ended: its time was up first
    boolean end(Instance instance) {
        return watched.remove(instance);
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void look() {
        try {
            while (!closed.await(GRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                for (Instance instance : watched) {
                    if (now - instance.deadlineNanos() >= 0 && end(instance)) {
                        instance.end(Instance.Ended.DEADLINE);
                    }
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
