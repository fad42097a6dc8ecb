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

    /// Else a flood of names gives new guesses.
    @Test
    void whatCounts_isKept_howeverManyOthersAskFor() {
        var few = new Attempts(clock, 20, 4);
        for (int i = 0; i < Attempts.OF_ACCOUNT_AT_ADDRESS_MAX; i++) {
            assertThat(few.begin("corp", "jon", "10.0.0.1")).isTrue();
        }
        clock.pass(Attempts.WHILE.minusSeconds(1));
        int begun = 0;
        for (int i = 0; i < 1_000; i++) {
            begun += few.begin("corp", "name-" + i, "10.0.1." + i) ? 1 : 0;
        }
        assertThat(begun).as("the others count together").isBetween(20, 19 + 4 * Attempts.OF_ACCOUNT_AT_ADDRESS_MAX);
        assertThat(few.size()).isLessThanOrEqualTo(3 * (20 + 4));
        assertThat(few.begin("corp", "jon", "10.0.0.1")).isFalse();
        assertThat(few.begin("corp", "name-0", "10.0.1.0")).as("who is known").isTrue();
        clock.pass(Attempts.WHILE);
        assertThat(few.begin("corp", "jon", "10.0.0.1")).as("its time is over").isTrue();
        assertThat(few.size()).as("what is over is forgotten").isEqualTo(3);
    }

    @Test
    void whoCountsWithOthers_isForgivenAsWell() {
        var few = new Attempts(clock, 1, 1);
        assertThat(few.begin("corp", "eve", "10.0.0.9")).isTrue();
        for (int i = 0; i < 1_000; i++) {
            assertThat(few.begin("corp", "jon", "10.0.0.1")).isTrue();
            few.forgive("corp", "jon", "10.0.0.1");
        }
    }

    @Test
    void anAddressThatIsOver_makesNothingBeRemembered() {
        for (int i = 0; i < 10 * Attempts.OF_ADDRESS_MAX; i++) {
            assertThat(attempts.begin("corp", "name-" + i, "10.0.0.1")).isEqualTo(i < Attempts.OF_ADDRESS_MAX);
        }
        assertThat(attempts.size()).isEqualTo(1 + 2 * Attempts.OF_ADDRESS_MAX);
    }

    @Test
    void whoLogsInAllTheTime_takesNoRoom() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(attempts.begin("corp", "name-" + i, "10.0.0." + i)).isTrue();
            attempts.forgive("corp", "name-" + i, "10.0.0." + i);
        }
        assertThat(attempts.size()).isZero();
    }

    @Test
    void whatIsForgiven_countsNoMore() {
        for (int i = 0; i < 3 * Attempts.OF_ADDRESS_MAX; i++) {
            assertThat(attempts.begin("corp", "jon", "10.0.0.1")).isTrue();
            attempts.forgive("corp", "jon", "10.0.0.1");
        }
    }
}
