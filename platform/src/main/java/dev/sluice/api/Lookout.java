package dev.sluice.api;

import dev.sluice.bytes.Traces;
import dev.sluice.kernel.Refused;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does something whenever its time has come, on a thread of its own, until it is closed. A clock that was set is
/// noticed within [#PAUSE_MAX].
final class Lookout implements AtWork {
    static final Duration PAUSE_MAX = Duration.ofSeconds(30);

    /// After what could not be done.
    private static final Duration PAUSE_FAILED = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

    private final InstantSource clock;
    private final Function<Instant, Optional<Instant>> look;
    private final CountDownLatch closed = new CountDownLatch(1);

    /// @param look does what is due at a moment, and says when something is due again: nothing for never
    Lookout(InstantSource clock, Function<Instant, Optional<Instant>> look) {
        this.clock = clock;
        this.look = look;
    }

    Lookout start() {
        Thread.ofVirtual().name("driver").start(this::watch);
        return this;
    }

    private void watch() {
        try {
            boolean isClosed = false;
            while (!isClosed) {
                isClosed = closed.await(pause().toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration pause() {
        try {
            Optional<Instant> next = look.apply(clock.instant());
            Duration left =
                    next.map(at -> Duration.between(clock.instant(), at)).orElse(PAUSE_MAX);
            return left.isNegative() ? Duration.ZERO : left.compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : left.plusMillis(1);
        } catch (Refused refused) {
            LOG.warn("a driver could not do what was due: {}", refused.refusal());
        } catch (RuntimeException failed) {
            if (closed.getCount() > 0) {
                LOG.warn("a driver could not do what was due", Traces.withoutTexts(failed));
            }
        }
        return PAUSE_FAILED;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
