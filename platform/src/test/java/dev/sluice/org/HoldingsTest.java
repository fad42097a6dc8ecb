package dev.sluice.org;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.HookedStore;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What keeps an organization from being deleted.
final class HoldingsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_530_561_893));
    private static final String CI = "T,acme/serviceaccount/ci";

    private final MemoryStore memory = new MemoryStore();
    private final HookedStore store = new HookedStore(memory);
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private final Organizations organizations = new Organizations(fs, deed -> {});
    private Organization acme;
    private Organization blue;

    @BeforeEach
    void create() {
        fs.bootstrap();
        acme = organizations.create("acme", CLOCK, Component.TRUE);
        blue = organizations.create("blue", CLOCK, Component.TRUE);
    }

    @Test
    void whatAnOrganizationHas_isCounted_andNothingOfAnothers() {
        put(CI, "a", Kind.FILE);
        put(CI, "b", Kind.FILE);
        put("blue,blue", "a", Kind.FILE);
        asRoot(() -> organizations.put(acme, new Policy("i", "p", false, List.of(), 0, 0)));
        assertThat(holdings(acme)).containsExactlyInAnyOrder("2 objects of service account ci", "1 policy");
        assertThat(holdings(blue)).containsExactly("1 object of its own");
    }

    @Test
    void whatTheSystemMade_doesNotCount() {
        asRoot(() -> organizations.prepare(acme));
        put(CI, "fsutil", Kind.GATE);
        assertThat(holdings(acme)).isEmpty();
        put(CI, "other", Kind.GATE);
        assertThat(holdings(acme)).containsExactly("1 object of service account ci");
        put("blue,blue", "fsutil", Kind.FILE);
        assertThat(holdings(blue)).hasSize(1);
    }

    @Test
    void ofMuch_someIsNamed_andTheOthersAreCounted() {
        for (int i = 0; i < 7; i++) {
            put("T,acme/user/u" + i, "a", Kind.FILE);
        }
        assertThat(holdings(acme)).hasSize(6).endsWith("more of 2 other kinds");
    }

    @Test
    void whatGoesMeanwhile_isNotThere() {
        var others = new LabeledFs(memory, new SecureRandom());
        FsPath roles = OrgPaths.directory(acme.principal(), OrgPaths.ROLES);
        Privilege iam = Privilege.mintTcb(OrgPaths.iamLabel(acme.principal()).integrity());
        int at = 0;
        do {
            at++;
            asRoot(() -> organizations.prepare(acme));
            store.arm(at, () -> asRoot(() -> others.unlink(roles, iam)));
            assertThat(holdings(acme)).isEmpty();
        } while (!store.isUnused());
        assertThat(at).isGreaterThan(1);
    }

    private List<String> holdings(Organization organization) {
        return new Task(Label.PUBLIC, Label.TOP, Privilege.NONE).run(() -> new Holdings(fs).of(organization));
    }

    private static FsPath home(String label) {
        return FsPath.home(Label.parse(label));
    }

    private void put(String label, String name, Kind kind) {
        Label its = Label.parse(label);
        asRoot(() ->
                fs.createTcb(home(label).child(name), kind, its, Bytes.utf8("x"), Privilege.mintTcb(its.integrity())));
    }

    private static void asRoot(Runnable body) {
        new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.FALSE)).run(() -> {
            body.run();
            return body;
        });
    }
}
