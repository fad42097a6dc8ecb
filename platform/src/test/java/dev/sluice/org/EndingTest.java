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
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What was acknowledged to a member is there, or his organization was not found empty.
@Timeout(60)
final class EndingTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_530_561_893));
    private static final Component BY = Component.parse("dispatch/serviceaccount/admin");
    private static final long PATIENCE_MILLIS = 30;

    private HookedStore store = new HookedStore(new MemoryStore());
    private LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private Organizations organizations = new Organizations(fs, _ -> {});

    @BeforeEach
    void bootstrap() {
        store = new HookedStore(new MemoryStore());
        fs = new LabeledFs(store, new SecureRandom());
        organizations = new Organizations(fs, _ -> {});
        fs.bootstrap();
    }

    @Test
    void aDeletion_thatComesBetweenTwoStepsOfAWrite_waitsForIt() throws Exception {
        for (int at = 1; ; at++) {
            Organization acme = organizations.create("acme" + at, CLOCK, BY);
            var deletion = new FutureTask<>(() -> organizations.deleteIfEmpty(acme, CLOCK, BY));
            store.arm(at, () -> begin(deletion));
            boolean isAcknowledged = writes(acme, "file");
            if (store.isUnused()) {
                assertThat(at).as("there were steps").isGreaterThan(2);
                return;
            }
            boolean isDeleted = deletion.get().isEmpty();
            assertThat(isDeleted).as("step %d", at).isEqualTo(!isAcknowledged);
            assertThat(isDeleted || writes(acme, "more")).as("open again").isTrue();
        }
    }

    /// Also of what is everybody's, but stands in a directory of the organization's own.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWrite_thatComesBetweenTwoStepsOfADeletion_isRefused_orKeepsTheOrganization(boolean isOwn) {
        for (int at = 1; ; at++) {
            bootstrap(); // a deletion looks at everything, so what was before makes more steps
            Organization acme = organizations.create("acme" + at, CLOCK, BY);
            var acknowledged = new ArrayList<Boolean>();
            FsPath file = FsPath.home(label(acme)).child("file");
            Label label = isOwn ? label(acme) : Label.PUBLIC;
            store.arm(at, () -> acknowledged.add(creates(acme, file, label)));
            boolean isDeleted = organizations.deleteIfEmpty(acme, CLOCK, BY).isEmpty();
            if (store.isUnused()) {
                return;
            }
            assertThat(isDeleted && acknowledged.getFirst())
                    .as("deleted with what was acknowledged at step %d", at)
                    .isFalse();
        }
    }

    @Test
    void writersAndADeletion_atTheSameTime_loseNothing() throws Exception {
        for (int round = 0; round < 100; round++) {
            Organization acme = organizations.create("acme" + round, CLOCK, BY);
            List<Future<Boolean>> writers = new ArrayList<>();
            Future<Boolean> deletion;
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                writers.add(threads.submit(() -> writes(acme, "a")));
                deletion = threads.submit(
                        () -> organizations.deleteIfEmpty(acme, CLOCK, BY).isEmpty());
                writers.add(threads.submit(() -> writes(acme, "b")));
            }
            boolean isAcknowledged = writers.get(0).get() || writers.get(1).get();
            assertThat(deletion.get()).isEqualTo(!isAcknowledged);
        }
    }

    /// He proved who he is before, so nobody asks him again.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoWasAMemberBefore_addsNothing_untilAllIsRemoved(boolean isCascade) {
        Organization acme = organizations.create("acme", CLOCK, BY);
        Organization blue = organizations.create("blue", CLOCK, BY);
        FsPath inbox = inboxOfBlue();
        if (isCascade) {
            organizations.delete(acme, CLOCK, BY);
        } else {
            assertThat(organizations.deleteIfEmpty(acme, CLOCK, BY)).isEmpty();
        }
        assertThat(writes(acme, "late")).isFalse();
        assertThat(creates(acme, inbox.child("late"), label(acme))).isFalse();
        assertThat(writes(blue, "late")).isTrue();
        new Departed(fs, _ -> {}).emptied(acme, CLOCK);
        assertThat(writes(acme, "nobody asks any more")).isTrue();
    }

    /// It would be removed as well.
    @ParameterizedTest
    @ValueSource(strings = {"acme,acme", "T,acme", "T,T"})
    void whatAMemberHasPutElsewhere_keepsHisOrganization(String label) {
        Organization acme = organizations.create("acme", CLOCK, BY);
        FsPath inbox = inboxOfBlue();
        Task member = paying("acme");
        member.run(() -> fs.create(
                inbox.child("letter"), Kind.FILE, Label.parse(label), Bytes.EMPTY, Tasks.all(member, "acme")));
        assertThat(organizations.deleteIfEmpty(acme, CLOCK, BY)).containsExactly("1 object in directories of others");
        assertThat(organizations.tenant("acme")).isPresent();
    }

    @Test
    void whatOthersHaveLinkedOfIt_andWhatStandsBelowWhatIsItsOwn_doesNotKeepAnOrganization() {
        Organization acme = organizations.create("acme", CLOCK, BY);
        FsPath inbox = inboxOfBlue();
        FsPath home = FsPath.home(Label.parse("T,acme"));
        Task member = paying("acme");
        member.run(() -> {
            fs.createDirectory(home.child("dir"), Label.parse("T,acme"), Tasks.all(member, "acme"));
            return fs.create(
                    home.child("dir").child("f"),
                    Kind.FILE,
                    Label.parse("T,acme"),
                    Bytes.EMPTY,
                    Tasks.all(member, "acme"));
        });
        Task blue = paying("blue");
        blue.run(() -> {
            fs.link(home.child("dir").child("f"), inbox.child("f"), Privilege.NONE);
            return inbox;
        });
        assertThat(organizations.deleteIfEmpty(acme, CLOCK, BY)).containsExactly("1 object of its own");
        member.run(() -> {
            fs.unlink(home.child("dir"), Tasks.all(member, "acme"));
            return home;
        });
        assertThat(organizations.deleteIfEmpty(acme, CLOCK, BY)).isEmpty();
    }

    private FsPath inboxOfBlue() {
        Task root = Tasks.root();
        FsPath inbox = FsPath.home(Label.parse("T,blue")).child("inbox");
        root.run(() -> {
            fs.createDirectory(inbox, Label.PUBLIC, Tasks.all(root, "F"));
            return inbox;
        });
        return inbox;
    }

    private static Task paying(String organization) {
        Component whole = Component.parse(organization);
        return new Task(Label.PUBLIC, Label.of(whole, Component.TRUE), Privilege.mintTcb(whole), organization);
    }

    @Test
    void anOrganizationThatHasEnded_doesNotEndAgain() {
        Organization acme = organizations.create("acme", CLOCK, BY);
        assertThat(organizations.deleteIfEmpty(acme, CLOCK, BY)).isEmpty();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> organizations.deleteIfEmpty(acme, CLOCK, BY))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.refusal()).isEqualTo(Refusal.NOT_FOUND));
        }
        assertThat(writes(acme, "late")).as("nobody opened it again").isFalse();
    }

    private static void begin(FutureTask<List<String>> deletion) {
        Thread.ofPlatform().start(deletion);
        try {
            assertThat(deletion.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isNotNull();
        } catch (TimeoutException waiting) {
            // for the write, as it should
        } catch (InterruptedException | ExecutionException broken) {
            throw new AssertionError(broken);
        }
    }

    private boolean writes(Organization organization, String name) {
        return creates(organization, FsPath.home(label(organization)).child(name), label(organization));
    }

    /// Whether it was acknowledged.
    private boolean creates(Organization organization, FsPath path, Label label) {
        String token = organization.token();
        Task member = Tasks.of("T,T", token + ",T", token);
        try {
            member.run(() -> fs.create(path, Kind.FILE, label, Bytes.EMPTY, Tasks.all(member, token)));
            return true;
        } catch (Refused refused) {
            assertThat(refused.refusal()).isEqualTo(Refusal.CONFLICT);
            return false;
        }
    }

    private static Label label(Organization organization) {
        Component whole = Component.of(organization.principal());
        return Label.of(whole, whole);
    }
}
