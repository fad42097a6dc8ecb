package dev.sluice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import org.junit.jupiter.api.Test;

final class FaultsTest {
    private static final long SEED = 20_260_101;
    private static final long PROGRAMS = 30;
    private static final long CALLS = 8;

    @Test
    void whereverTheStoreFails_nothingAcknowledgedIsLost_andNothingIsHalfDone() throws GeneralSecurityException {
        Faults.Outcome outcome = new Faults().search(SEED, PROGRAMS, CALLS);
        assertThat(outcome.report()).isEmpty();
        assertThat(outcome.programs()).isEqualTo(PROGRAMS);
        assertThat(outcome.faults()).isGreaterThan(PROGRAMS * CALLS);
    }
}
