package dev.sluice.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

final class PrivilegeTest {
    private static final Component ACME = Component.parse("acme");
    private static final Component RUNS = Component.parse("acme/runs");
    private static final Component BLUE = Component.parse("blue");

    @Test
    void oneTenantsPrivilege_neverReleasesAnothers() {
        Privilege acme = Privilege.mintTcb(ACME);
        assertThat(Label.parse("acme/runs,T").canFlowTo(Label.PUBLIC, acme)).isTrue();
        assertThat(Label.parse("blue,T").canFlowTo(Label.PUBLIC, acme)).isFalse();
        assertThat(Label.parse("acme&blue,T").canFlowTo(Label.PUBLIC, acme)).isFalse();
        assertThat(Label.PUBLIC.canFlowTo(Label.parse("T,blue"), acme)).isFalse();
    }

    @Test
    void theSides_areApart() {
        Privilege reader = Privilege.mintTcb(ACME, Component.TRUE);
        Privilege writer = Privilege.mintTcb(Component.TRUE, ACME);
        assertThat(Label.parse("acme,T").canFlowTo(Label.PUBLIC, reader)).isTrue();
        assertThat(Label.PUBLIC.canFlowTo(Label.parse("T,acme"), reader)).isFalse();
        assertThat(Label.parse("acme,T").canFlowTo(Label.PUBLIC, writer)).isFalse();
        assertThat(Label.PUBLIC.canFlowTo(Label.parse("T,acme"), writer)).isTrue();
        assertThat(reader.implies(RUNS)).isFalse();
        assertThat(writer.implies(RUNS)).isFalse();
        assertThat(reader.and(writer)).isEqualTo(Privilege.mintTcb(ACME));
    }

    @Test
    void delegating_givesOnlyWhatBothSidesHold() {
        Privilege acme = Privilege.mintTcb(ACME);
        assertThat(acme.delegate(RUNS)).isEqualTo(Privilege.mintTcb(RUNS));
        assertThat(acme.delegate(Component.TRUE)).isEqualTo(Privilege.NONE);
        for (Privilege weaker : new Privilege[] {
            Privilege.NONE, Privilege.mintTcb(RUNS), Privilege.mintTcb(ACME, RUNS), Privilege.mintTcb(RUNS, ACME)
        }) {
            assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> weaker.delegate(ACME));
        }
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> acme.delegate(BLUE));
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> acme.delegate(Component.FALSE));
    }

    @Test
    void combining_givesBothAndNoMore() {
        Privilege both = Privilege.mintTcb(RUNS).and(Privilege.mintTcb(BLUE));
        assertThat(both.implies(RUNS) && both.implies(BLUE)).isTrue();
        assertThat(both.implies(ACME)).isFalse();
    }

    @Test
    void equality_isOfBothSides() {
        assertThat(Privilege.mintTcb(ACME))
                .isEqualTo(Privilege.mintTcb(ACME, ACME))
                .hasSameHashCodeAs(Privilege.mintTcb(ACME));
        assertThat(Privilege.mintTcb(ACME)).isNotEqualTo(Privilege.mintTcb(ACME, RUNS));
        assertThat(Privilege.mintTcb(ACME)).isNotEqualTo(Privilege.mintTcb(RUNS, ACME));
    }

    @Test
    void itsText_saysNotWhose() {
        assertThat(Privilege.mintTcb(ACME).toString()).doesNotContain("acme");
    }
}
