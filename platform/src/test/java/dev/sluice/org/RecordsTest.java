package dev.sluice.org;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RecordsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_530_561_893));

    /// What a change may be asked for at most, whoever is in its way.
    private static final int ASKED_MAX = 20;

    private final MemoryStore memory = new MemoryStore();
    private final HookedStore store = new HookedStore(memory);
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private final Organizations organizations = new Organizations(fs, deed -> {});
    private Organization acme;

    @BeforeEach
    void create() {
        fs.bootstrap();
        acme = organizations.create("acme", CLOCK, Component.TRUE);
    }

    @Test
    void anOrganization_hasABoundedNumber() {
        Label iam = OrgPaths.iamLabel(acme.principal());
        FsPath directory = OrgPaths.directory(acme.principal(), OrgPaths.POLICIES);
        Privilege own = Privilege.mintTcb(iam.integrity());
        managing(() -> {
            organizations.prepare(acme);
            for (int i = 1; i < Records.RECORDS_MAX; i++) {
                fs.create(directory.child("p" + i), Kind.FILE, iam, Bytes.utf8("{}"), own);
            }
            organizations.policies().create(acme, "last", policy(false));
        });
        refused(Refusal.QUOTA, () -> managing(() -> organizations.policies().create(acme, "more", policy(false))));
        managing(() -> {
            organizations.policies().remove(acme, "p1");
            organizations.policies().create(acme, "more", policy(false));
        });
    }

    @Test
    void whatIsPutAgain_isReplaced() {
        for (boolean global : new boolean[] {false, true}) {
            managing(() -> organizations.put(acme, policy(global)));
            managing(() -> assertThat(organizations.policies().list(acme)).containsExactly(policy(global)));
        }
    }

    @Test
    void whoMayOnlyRead_changesNothing_andIsToldAtOnce() {
        refused(Refusal.DENIED, () -> reading(() -> organizations.prepare(acme)));
        managing(() -> organizations.put(acme, policy(false)));
        var asked = new AtomicInteger();
        refused(
                Refusal.DENIED,
                () -> reading(() -> organizations.policies().update(acme, "p", same -> {
                    assertThat(asked.incrementAndGet()).isEqualTo(1);
                    return same;
                })));
        managing(() -> assertThat(organizations.policies().list(acme)).containsExactly(policy(false)));
    }

    @Test
    void aRecordThatOthersChangeAllTheTime_isLeftAlone_inTheEnd() {
        managing(() -> organizations.put(acme, policy(false)));
        var asked = new AtomicInteger();
        refused(
                Refusal.CONFLICT,
                () -> managing(() -> organizations.policies().update(acme, "p", same -> {
                    assertThat(asked.incrementAndGet()).isLessThan(ASKED_MAX);
                    managing(() -> organizations.policies().update(acme, "p", it -> it));
                    return same;
                })));
        assertThat(asked.get()).isGreaterThan(1);
    }

    @Test
    void severalThatMakeTheDirectoriesAtOnce_allFindThem() {
        var others = new Organizations(new LabeledFs(memory, new SecureRandom()), deed -> {});
        int at = 0;
        do {
            at++;
            Organization one = organizations.create("o" + at, CLOCK, Component.TRUE);
            store.arm(at, () -> managing(one, () -> others.prepare(one)));
            managing(one, () -> organizations.prepare(one));
        } while (!store.isUnused());
        assertThat(at).isGreaterThan(1);
    }

    private void managing(Runnable body) {
        managing(acme, body);
    }

    private static void managing(Organization organization, Runnable body) {
        Component iam = Component.of(Resource.IAM.in(organization.principal()));
        run(new Task(Label.PUBLIC, Label.of(iam, Component.TRUE), Privilege.mintTcb(iam)), body);
    }

    private void reading(Runnable body) {
        Component iam = Component.of(Resource.IAM.in(acme.principal()));
        run(new Task(Label.PUBLIC, Label.of(iam, Component.TRUE), Privilege.NONE), body);
    }

    private static void run(Task task, Runnable body) {
        task.run(() -> {
            body.run();
            return body;
        });
    }

    private static Policy policy(boolean global) {
        return new Policy("i", "p", global, List.of(), 0, 0);
    }

    private static void refused(Refusal refusal, ThrowingCallable body) {
        assertThatThrownBy(body)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(refusal));
    }
}
