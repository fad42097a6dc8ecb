package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.store.StoreClosed;
import dev.sluice.store.StoreFailed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class PeriodicTest {
    private static final Duration PAUSE = Duration.ofMillis(1);

    private Runnable listening = () -> {};

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
    void whatEndsWithTheServer_isNoFailure() throws InterruptedException {
        ListAppender<ILoggingEvent> told = listen(Periodic.class);
        var ended = new CountDownLatch(2);
        Runnable ends = () -> {
            ended.countDown();
            throw new StoreClosed();
        };
        var failed = new CountDownLatch(2);
        Runnable fails = () -> {
            failed.countDown();
            throw new StoreFailed("the disk is full");
        };
        try (var _ = new Periodic("ending", PAUSE, List.of(ends));
                var _ = new Periodic("failing", PAUSE, List.of(fails))) {
            assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(List.copyOf(told.list))
                .extracting(ILoggingEvent::getFormattedMessage)
                .contains("failing failed and is tried again")
                .noneMatch(message -> message.contains("ending failed"));
    }

    @Test
    void aThreadThatEndsWithTheServer_isNotComplainedOf() {
        ListAppender<ILoggingEvent> told = listen(Main.class);
        Main.uncaught(Thread.currentThread(), new StoreClosed());
        assertThat(told.list).isEmpty();
        Main.uncaught(Thread.currentThread(), new IllegalStateException("on purpose"));
        assertThat(told.list).hasSize(1);
    }

    /// A bug's text can hold what a tenant wrote, and its cause's too; where it is can not.
    @Test
    void aBug_isLoggedWithWhereItIs_andWithoutItsText() {
        ListAppender<ILoggingEvent> told = listen(Main.class);
        var cause = new IllegalArgumentException("no number: correct-horse");
        Main.uncaught(Thread.currentThread(), new IllegalStateException("of acme/user/alice", cause));
        String logged = ThrowableProxyUtil.asString(told.list.getFirst().getThrowableProxy());
        assertThat(logged)
                .contains("IllegalArgumentException")
                .contains("aBug_isLogged")
                .doesNotContain("alice")
                .doesNotContain("correct-horse");
    }

    private ListAppender<ILoggingEvent> listen(Class<?> to) {
        var appender = new ListAppender<ILoggingEvent>();
        appender.start();
        var log = (Logger) LoggerFactory.getLogger(to);
        log.addAppender(appender);
        listening = () -> log.detachAppender(appender);
        return appender;
    }

    @AfterEach
    void listenNoMore() {
        listening.run();
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
