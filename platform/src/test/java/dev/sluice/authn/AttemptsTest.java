package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class AttemptsTest {
    private final SetClock clock = new SetClock(Instant.EPOCH);
    private final Attempts attempts = new Attempts(clock);

    @Test
    void anAccount_isGuessedSoOften_whereverFrom() {
        for (int i = 0; i < Attempts.OF_ACCOUNT_MAX; i++) {
            assertThat(attempts.begin("corp", "jon", "10.0.0." + i)).isTrue();
        }
        assertThat(attempts.begin("corp", "jon", "10.0.1.1")).isFalse();
        assertThat(attempts.begin("corp", "eve", "10.0.1.1")).isTrue();
        assertThat(attempts.begin("other", "jon", "10.0.1.1")).isTrue();
    }

    @Test
    void anAddress_guessesSoOften_whomeverItNames() {
        for (int i = 0; i < Attempts.OF_ADDRESS_MAX; i++) {
            assertThat(attempts.begin("corp", "jon-" + i, "10.0.0.1")).isTrue();
        }
        assertThat(attempts.begin("corp", "eve", "10.0.0.1")).isFalse();
        assertThat(attempts.begin("corp", "eve", "10.0.0.2")).isTrue();
    }

    @Test
    void addressesOfOneIpv6Network_areOne() {
        for (int i = 0; i < Attempts.OF_ADDRESS_MAX; i++) {
            assertThat(attempts.begin("corp", "jon-" + i, "2001:db8:0:1:0:0:0:" + i))
                    .isTrue();
        }
        assertThat(attempts.begin("corp", "eve", "2001:db8:0:1:2:0:0:1")).isFalse();
        assertThat(attempts.begin("corp", "eve", "2001:db8:0:2:0:0:0:1")).isTrue();
    }

    @Test
    void anAccountAtAnAddress_isGuessedLeast_andAgainAfterAWhile() {
        for (int i = 0; i < Attempts.OF_ACCOUNT_AT_ADDRESS_MAX; i++) {
            assertThat(attempts.begin("corp", "jon", "10.0.0.1")).isTrue();
        }
        assertThat(attempts.begin("corp", "JON", "10.0.0.1")).isFalse();
        clock.pass(Attempts.WHILE);
        assertThat(attempts.begin("corp", "jon", "10.0.0.1")).isTrue();
    }

    @Test
    void whatIsForgiven_countsNoMore() {
        for (int i = 0; i < 3 * Attempts.OF_ADDRESS_MAX; i++) {
            assertThat(attempts.begin("corp", "jon", "10.0.0.1")).isTrue();
            attempts.forgive("corp", "jon", "10.0.0.1");
        }
    }
}
