package dev.sluice;

import dev.sluice.bytes.Traces;
import dev.sluice.store.StoreClosed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Work that is done again and again by one thread, one piece at a time, until it is closed. A piece that fails is
/// logged and tried again at the next turn: one failure of the disk does not end it for good.
final class Periodic implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Periodic.class);

    private final ScheduledExecutorService thread;

    /// @param pause from the end of a turn to the next one
    Periodic(String name, Duration pause, List<Runnable> pieces) {
        thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
        long nanos = pause.toNanos();
        for (Runnable piece : pieces) {
            var _ = thread.scheduleWithFixedDelay(() -> attempt(name, piece), nanos, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private static void attempt(String name, Runnable piece) {
        try {
            piece.run();
        } catch (StoreClosed ended) {
            LOG.debug("{} ended with the server", name);
        } catch (RuntimeException failed) {
            LOG.warn("{} failed and is tried again", name, Traces.withoutTexts(failed));
        }
    }

    /// Interrupts the piece that is being done.
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
