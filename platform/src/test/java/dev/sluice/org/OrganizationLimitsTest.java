package dev.sluice.org;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.Quota;
import dev.sluice.fs.QuotaPlan;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OrganizationLimitsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_530_561_893));
    private static final Component BY = Component.parse("dispatch/serviceaccount/admin");

    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final List<Deed> deeds = new ArrayList<>();
    private final Organizations organizations = new Organizations(fs, deeds::add);
    private final TenantLimits limits = limits();
    private final OrganizationLimits register = new OrganizationLimits(fs, deeds::add, limits);

    private static TenantLimits limits() {
        return new TenantLimits(
                Map.of(Limit.FUNCTIONS, 20L), QuotaPlan.of(new Quota(500, 2L << 20), List.of("blue=50,1")));
    }

    @BeforeEach
    void bootstrap() {
        fs.bootstrap();
    }

    @Test
    void whatIsSet_wins_overWhatTheOperatorSaid_overWhatIsUsual() {
        Organization blue = organizations.create("blue", CLOCK, BY);
        assertThat(limits.of("blue", Limit.FUNCTIONS)).isEqualTo(20);
        assertThat(limits.of("blue", Limit.QUEUED_RUNS)).isEqualTo(Limit.QUEUED_RUNS.usual());
        assertThat(limits.storage("blue")).isEqualTo(new Quota(50, 1 << 20));
        assertThat(limits.storage("acme")).isEqualTo(new Quota(500, 2 << 20));

        set(blue, Limit.STORED_MIB, 9);
        set(blue, Limit.FUNCTIONS, 3);
        assertThat(limits.storage("blue")).isEqualTo(new Quota(50, 9 << 20));
        assertThat(limits.of("blue", Limit.FUNCTIONS)).isEqualTo(3);
        assertThat(limits.of("acme", Limit.FUNCTIONS)).isEqualTo(20);
        register.set(blue, Map.of(Limit.FUNCTIONS, Optional.empty()), BY);
        assertThat(limits.set("blue")).isEqualTo(Map.of(Limit.STORED_MIB, 9L));
    }

    @Test
    void theOperatorsOrganization_isNotLimited_butForWhatItStores() {
        assertThat(limits.of("dispatch", Limit.FUNCTIONS)).isEqualTo(Limit.FUNCTIONS.max());
        assertThat(limits.of("dispatch~2", Limit.FUNCTIONS)).isEqualTo(20);
        assertThat(limits.storage("dispatch")).isEqualTo(new Quota(500, 2 << 20));
    }

    @Test
    void whatIsSet_isThereAfterARestart_andOnRecord() {
        Organization acme = organizations.create("acme", CLOCK, BY);
        organizations.create("blue", CLOCK, BY);
        set(acme, Limit.CONCURRENT_RUNS, 5);
        assertThat(deeds.getLast().kind()).isEqualTo("organization.limit");
        assertThat(deeds.getLast().details())
                .containsEntry("limits", "{\"concurrentRuns\":5}")
                .containsEntry("by", BY.toString());

        TenantLimits after = restarted();
        assertThat(after.set("acme")).isEqualTo(Map.of(Limit.CONCURRENT_RUNS, 5L));
        assertThat(after.set("blue")).isEmpty();
        assertThat(new Organizations(fs, deeds::add)
                        .tenant("acme")
                        .orElseThrow()
                        .organization())
                .isEqualTo(acme);
    }

    @Test
    void whatIsSet_goesWithTheOrganization_andTheNextOfItsNameBeginsAnew() {
        Organization acme = organizations.create("acme", CLOCK, BY);
        set(acme, Limit.CONCURRENT_RUNS, 5);
        organizations.delete(acme, CLOCK, BY);
        register.forget(acme);
        assertThat(limits.set("acme")).isEmpty();
        assertThatThrownBy(() -> set(acme, Limit.CONCURRENT_RUNS, 6))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.NOT_FOUND));
        assertThat(limits.set("acme")).isEmpty();
        Organization next = organizations.create("acme", CLOCK, BY);
        assertThat(limits.set(next.token())).isEmpty();
        TenantLimits after = restarted();
        assertThat(after.set("acme")).isEmpty();
        assertThat(after.set(next.token())).isEmpty();
    }

    /// Whoever holds all of an organization cannot raise its limits, only root can.
    @Test
    void anOrganization_cannotWriteItsOwnLimits() {
        Organization acme = organizations.create("acme", CLOCK, BY);
        FsPath entry = OrgPaths.registry(acme.principal());
        var held = Component.of(acme.principal());
        var all = new Task(Label.PUBLIC, Label.of(held, Component.TRUE), Privilege.mintTcb(held));
        LabeledFs.Content content = all.run(() -> fs.read(entry, Kind.FILE));
        assertThatThrownBy(
                        () -> all.run(() -> fs.write(entry, Kind.FILE, content.bytes(), 0, all.exercise(held, held))))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.DENIED));
    }

    private void set(Organization organization, Limit limit, long value) {
        register.set(organization, Map.of(limit, Optional.of(value)), BY);
    }

    private TenantLimits restarted() {
        TenantLimits anew = limits();
        new OrganizationLimits(fs, deeds::add, anew).load();
        return anew;
    }
}
