package dev.sluice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import org.junit.jupiter.api.Test;

final class NoninterferenceTest {
    private static final long SEED = 20_260_101;
    private static final long PAIRS = 10_000;

    @Test
    void eachOrganization_hasItsFunction() throws GeneralSecurityException {
        assertThat(Realm.found().hasFunctions()).isTrue();
    }

    @Test
    void worldsThatDifferInSecrets_lookTheSame() throws InterruptedException, GeneralSecurityException {
        var tester =
                new Noninterference(ScriptedDriver::new, Runtime.getRuntime().availableProcessors());
        Noninterference.Outcome outcome = tester.search(SEED, PAIRS, true);
        assertThat(Noninterference.report(outcome)).isEmpty();
        assertThat(outcome.pairs()).isEqualTo(PAIRS);
    }
}
