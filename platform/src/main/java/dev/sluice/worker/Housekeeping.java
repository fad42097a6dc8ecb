package dev.sluice.worker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/// Closes idle guests that nobody needs, or whose memory is needed elsewhere. Thread-safe.
final class Housekeeping implements AutoCloseable {
    /// With less of the machine's memory free than this, half of what is idle goes, again and again; with half of
    /// this, all: before the kernel kills.
    private static final int PRESSURE_MIB = 256;

    private static final Duration INTERVAL = Duration.ofMillis(250);

    private final InstancePool pool;
    private final IntSupplier roomMib;
    private final IntSupplier freeMib;
    private final CountDownLatch closed = new CountDownLatch(1);

    /// @param roomMib what is left to idle guests at this moment
    /// @param freeMib how much of the machine's memory is free at this moment
    Housekeeping(InstancePool pool, IntSupplier roomMib, IntSupplier freeMib) {
        this.pool = pool;
        this.roomMib = roomMib;
        this.freeMib = freeMib;
        Thread.ofVirtual().name("idle-guests").start(this::keepHouse);
    }

    /// Closes idle guests until what runs, what waits fresh and what is idle fit into the machine's share.
    void makeRoom() {
        closeAll(pool.shrinkTo(Math.max(0, roomMib.getAsInt())));
    }

    private void keepHouse() {
        try {
            while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                closeAll(pool.idleTooLong());
                makeRoom();
                int free = freeMib.getAsInt();
                if (free < PRESSURE_MIB) {
                    closeAll(pool.shrinkTo(free < PRESSURE_MIB / 2 ? 0 : pool.idleMib() / 2));
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    static void closeAll(List<Instance> leaving) {
        leaving.forEach(instance -> instance.sandbox().close());
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
