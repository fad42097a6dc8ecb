package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.store.StoreFailed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PeriodicTest {
    private static final Duration PAUSE = Duration.ofMillis(1);

    @Test
    void pieceThatFails_isTriedAgain_andKeepsNoOtherFromItsTurn() throws InterruptedException {
        var failing = new CountDownLatch(3);
        var other = new CountDownLatch(3);
        Runnable fails = () -> {
            failing.countDown();
            throw new StoreFailed("the disk is full");
        };
        try (var _ = new Periodic("test", PAUSE, List.of(fails, other::countDown))) {
            assertThat(failing.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(other.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void close_interruptsThePieceThatIsBeingDone() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        Runnable waits = () -> {
            begun.countDown();
            try {
                assertThat(new CountDownLatch(1).await(1, TimeUnit.MINUTES)).isFalse();
            } catch (InterruptedException stopped) {
                interrupted.countDown();
            }
        };
        try (var _ = new Periodic("test", PAUSE, List.of(waits))) {
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }
}
