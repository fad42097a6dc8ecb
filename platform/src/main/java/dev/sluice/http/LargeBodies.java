package dev.sluice.http;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Memory that the large bodies of all requests and answers in progress share. Who finds no room waits a little and is
/// then refused: many large bodies at once cost their senders time, and not the server its heap.
///
/// Small ones cost nothing, so a flood of large ones does not keep them waiting. Thread-safe.
final class LargeBodies {
    /// As much as each of the most connections may hold.
    static final int SMALL_BYTES_MAX = 16 << 10;

    /// How often a body may be in memory while it is handled: as it came, decoded, on its way to a guest and to disk.
    static final int COPIES = 4;

    static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int UNIT_BYTES = 1 << 10;

    private final int units;
    private final Semaphore free;
    private final Duration patience;

    LargeBodies(long bytes, Duration patience) {
        this.units = Math.toIntExact(Math.clamp(bytes / UNIT_BYTES, 1, Integer.MAX_VALUE));
        this.free = new Semaphore(units, true);
        this.patience = patience;
    }

    /// Half of the heap.
    static LargeBodies ofThisProcess() {
        return new LargeBodies(Runtime.getRuntime().maxMemory() / 2, PATIENCE);
    }

    Share share() {
        return new Share();
    }

    /// What one request holds until it is closed. For one thread.
    final class Share implements AutoCloseable {
        private int held;

        private Share() {}

        /// Takes memory for the request's body, and for what becomes of it.
        ///
        /// @throws HttpRefused 503 if there is none in time
        /// @throws ClientGone if interrupted
        void takeForBody(long bytes) throws ClientGone {
            take(bytes * COPIES);
        }

        /// As [#takeForBody], for the answer's.
        void takeForAnswer(long bytes) throws ClientGone {
            take(bytes);
        }

        private void take(long bytes) throws ClientGone {
            int wanted = (int) Math.min(bytes / UNIT_BYTES + 1, units - held); // the largest waits until it is alone
            try {
                if (!free.tryAcquire(wanted, patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new HttpRefused(503, "too many large requests at once: try again later");
                }
                held += wanted;
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new ClientGone(stopped);
            }
        }

        @Override
        public void close() {
            free.release(held);
            held = 0;
        }
    }
}
