package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class PacedBodyTest {
    private final AtomicLong nanos = new AtomicLong();
    private final PacedBody body = new PacedBody(new ByteArrayInputStream(new byte[2_000_000]), nanos::get);

    @Test
    void aDrippingClient_isRefused_afterTheGrace() throws IOException {
        nanos.set(PacedBody.GRACE_SECONDS * 1_000_000_000L);
        assertThat(body.read()).isZero();
        nanos.addAndGet(1_000_000_000L);
        assertThatThrownBy(body::read)
                .isInstanceOfSatisfying(
                        HttpRefused.class,
                        refused -> assertThat(refused.status()).isEqualTo(408));
    }

    @Test
    void aSteadyClient_mayTakeItsTime() throws IOException {
        for (int second = 1; second <= 60; second++) {
            nanos.addAndGet(1_000_000_000L);
            assertThat(body.read(new byte[20_000])).isEqualTo(20_000);
        }
    }
}
