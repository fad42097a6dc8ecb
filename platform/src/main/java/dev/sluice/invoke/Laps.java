package dev.sluice.invoke;

import dev.sluice.run.Times;
import dev.sluice.worker.RunEnd.Span;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Where a run's time went, of moments as [System#nanoTime] has them.
final class Laps {
    private static final long MICROS_IN_A_MILLI = 1_000;

    private Laps() {}

    /// @param roomNanos when there was room for it
    /// @param span      when its function ran; absent where that was never given its input
    static Times of(long acceptedNanos, long roomNanos, Optional<Span> span, long doneNanos) {
        long began = span.map(Span::beganNanos).orElse(doneNanos);
        long ended = span.map(Span::endedNanos).orElse(doneNanos);
        return new Times(
                coarse(roomNanos - acceptedNanos),
                coarse(began - roomNanos),
                TimeUnit.NANOSECONDS.toMicros(ended - began),
                TimeUnit.NANOSECONDS.toMicros(doneNanos - ended));
    }

    /// Others have a part in how long that is.
    private static long coarse(long nanos) {
        long micros = TimeUnit.NANOSECONDS.toMicros(nanos);
        return Math.ceilDiv(micros, MICROS_IN_A_MILLI) * MICROS_IN_A_MILLI;
    }
}
