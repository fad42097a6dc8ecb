package dev.sluice.invoke;

import dev.sluice.kernel.Refused;
import dev.sluice.run.Run.View;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// When a caller hears of an end that he may not know: at `arrival + FIRST · 2^k`, for the first `k` that is not
/// past. All refusals of one bucket look alike, so the time of one tells at most in which bucket it fell: of a
/// function with a timeout of 15 minutes 4 bits a request. What may be delivered is not delayed.
///
/// Source: contracts/faasten.md S15, S16, S21.
public final class Buckets {
    public static final Duration FIRST = Duration.ofMillis(50);

    private final Duration first;

    public Buckets(Duration first) {
        this.first = first;
    }

    /// What a caller waits for.
    @FunctionalInterface
    interface Answer {
        View get() throws InterruptedException;
    }

    /// The answer, which arrives in its time if it is withheld or a refusal.
    View timed(Answer answer) throws InterruptedException {
        long arrival = System.nanoTime();
        try {
            View view = answer.get();
            if (view.content().isEmpty() && view.output().isEmpty()) {
                awaitEdge(arrival);
            }
            return view;
        } catch (Refused refused) {
            awaitEdge(arrival);
            throw refused;
        }
    }

    /// Waits for the next moment at which something withheld may be told of.
    public void awaitEdge(long arrivalNanos) throws InterruptedException {
        long edge = arrivalNanos + edgeNanos(System.nanoTime() - arrivalNanos);
        var never = new CountDownLatch(1);
        boolean isOver = false;
        while (!isOver) {
            long left = edge - System.nanoTime();
            isOver = left <= 0 || never.await(left, TimeUnit.NANOSECONDS);
        }
    }

    /// The first edge that is not past after so much time.
    long edgeNanos(long elapsedNanos) {
        long edge = first.toNanos();
        while (edge < elapsedNanos) {
            edge *= 2;
        }
        return edge;
    }
}
