package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestRatesTest {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 3 * SECOND_NANOS); // it overflows
    private final RequestRates rates = new RequestRates(now::get);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 10, 1_000})
    void asManyAsASecondHas_mayComeAtOnce_andThenOneForEachThatTimeGives(long perSecond) {
        for (int second = 0; second < 5; second++) {
            for (long i = 0; i < perSecond; i++) {
                assertThat(rates.admits("acme", perSecond)).isTrue();
            }
            assertThat(rates.admits("acme", perSecond)).isFalse();
            assertThat(rates.used("acme", perSecond)).isEqualTo(perSecond);
            now.addAndGet(SECOND_NANOS / perSecond);
            assertThat(rates.admits("acme", perSecond)).isTrue();
            assertThat(rates.admits("acme", perSecond)).isFalse();
            now.addAndGet(SECOND_NANOS);
        }
    }

    @Test
    void aRefusal_costsNothing() {
        assertThat(rates.admits("acme", 1)).isTrue();
        for (int i = 0; i < 100; i++) {
            assertThat(rates.admits("acme", 1)).isFalse();
        }
        now.addAndGet(SECOND_NANOS);
        assertThat(rates.admits("acme", 1)).isTrue();
    }

    @Test
    void oneTenant_takesNothingFromAnother() {
        while (rates.admits("acme", 10)) {
            assertThat(rates.used("acme", 10)).isPositive();
        }
        assertThat(rates.used("blue", 10)).isZero();
        assertThat(rates.admits("blue", 10)).isTrue();
    }

    @Test
    void manyAtOnce_getNoMoreThanThereIs() {
        var admitted = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                threads.execute(() -> {
                    for (int n = 0; n < 10; n++) {
                        admitted.addAndGet(rates.admits("acme", 500) ? 1 : 0);
                    }
                });
            }
        }
        assertThat(admitted).hasValue(500);
    }

    @Test
    void whoSendsNothing_isForgotten() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(rates.admits("tenant" + i, 1)).isTrue();
        }
        now.addAndGet(3 * SECOND_NANOS);
        assertThat(rates.admits("acme", 1)).isTrue();
        await().until(() -> rates.size() == 1);
    }
}
