package dev.sluice.fs;

import static dev.sluice.testing.Tasks.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Contents;
import dev.sluice.testing.HookedStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What each operation does, beside the flow rules that all of them keep (`FlowRulesTest`).
final class LabeledFsTest {
    private static final Bytes TEXT = Bytes.utf8("text");
    private static final Label ALICES = Label.parse("alice,T");
    private static final Label SECRET = Label.parse("F,T");
    private static final FsPath TOP = FsPath.ROOT.child("top");
    private static final FsPath FILE = TOP.child("file");

    private final MemoryStore store = new MemoryStore();
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");

    LabeledFsTest() {
        fs.bootstrap();
        as(root, () -> fs.createDirectory(TOP, Label.PUBLIC, all));
    }

    @Test
    void bootstrap_again_changesNothing() {
        var before = Contents.of(store);
        fs.bootstrap();
        assertThat(Contents.of(store)).isEqualTo(before);
    }

    @Test
    void createdFile_isReadAsItWasWritten() {
        Task task = nobody();
        as(task, () -> fs.create(FILE, Kind.FILE, Label.PUBLIC, TEXT, Privilege.NONE));
        task.run(() -> {
            LabeledFs.Content content = fs.read(FILE, Kind.FILE);
            assertThat(content.bytes()).isEqualTo(TEXT);
            assertThat(content.version()).isEqualTo(1);
            assertThat(fs.readById(content.id(), Kind.FILE)).isEqualTo(content);
            assertThat(fs.stat(FILE)).isEqualTo(new LabeledFs.Stat(Kind.FILE, Optional.of(Label.PUBLIC), 4, 1));
            assertThat(fs.find(FILE)).contains(new Entry("file", Kind.FILE, content.id(), Label.PUBLIC));
            return content;
        });
    }

    @Test
    void takenName_isRefused_andKeepsWhatIsThere() {
        as(nobody(), () -> fs.create(FILE, Kind.FILE, Label.PUBLIC, TEXT, Privilege.NONE));
        var before = Contents.of(store);
        assertRefused(Refusal.EXISTS, () -> fs.create(FILE, Kind.FILE, Label.PUBLIC, Bytes.EMPTY, Privilege.NONE));
        assertRefused(Refusal.EXISTS, () -> fs.createDirectory(FILE, Label.PUBLIC, Privilege.NONE));
        assertRefused(Refusal.EXISTS, () -> fs.createFaceted(FILE, Privilege.NONE));
        assertRefused(Refusal.EXISTS, () -> fs.link(TOP, FILE, Privilege.NONE));
        Label others = Label.parse("T,alice");
        assertRefused(Refusal.EXISTS, () -> fs.create(FILE, Kind.FILE, others, TEXT, Privilege.NONE));
        assertThat(Contents.of(store)).isEqualTo(before);
    }

    /// S22: that a name is taken is told only to who may know the directory, and taints him.
    @Test
    void takenNameInASecretDirectory_taints() {
        FsPath secret = TOP.child("secret");
        as(root, () -> fs.createDirectory(secret, ALICES, all));
        as(root, () -> fs.create(secret.child("x"), Kind.FILE, ALICES, TEXT, all));
        Task task = nobody();
        assertThat(refusal(task, () -> fs.create(secret.child("x"), Kind.FILE, ALICES, TEXT, Privilege.NONE)))
                .isEqualTo(Refusal.EXISTS);
        assertThat(task.label()).isEqualTo(ALICES);
    }

    @Test
    void whatIsMissing_isNotFound_andTaintsAllTheSame() {
        FsPath secret = TOP.child("secret");
        as(root, () -> fs.createDirectory(secret, ALICES, all));
        FsPath missing = secret.child("x");
        List<ThrowingCallable> lookups = List.of(
                () -> fs.read(missing, Kind.FILE),
                () -> fs.read(missing.child("y"), Kind.FILE),
                () -> fs.stat(missing),
                () -> fs.list(missing, "", 1),
                () -> fs.facets(missing, Label.PUBLIC),
                () -> fs.write(missing, Kind.FILE, TEXT, 0, Privilege.NONE),
                () -> fs.link(missing, FILE, Privilege.NONE),
                () -> fs.unlink(missing, Privilege.NONE),
                () -> fs.relink(TOP, missing, Privilege.NONE),
                () -> fs.relink(missing, TOP, Privilege.NONE),
                () -> fs.create(missing.child("y"), Kind.FILE, ALICES, TEXT, Privilege.NONE));
        for (ThrowingCallable lookup : lookups) {
            Task task = nobody();
            assertThat(refusal(task, lookup)).isEqualTo(Refusal.NOT_FOUND);
            assertThat(task.label()).isEqualTo(ALICES);
        }
        Task task = nobody();
        assertThat(task.run(() -> fs.find(missing))).isEmpty();
        assertThat(task.label()).isEqualTo(ALICES);
    }

    @Test
    void stepsThroughWhatIsNoDirectory_findNothing() {
        as(nobody(), () -> fs.create(FILE, Kind.FILE, Label.PUBLIC, TEXT, Privilege.NONE));
        assertRefused(Refusal.NOT_FOUND, () -> fs.read(FILE.child("x"), Kind.FILE));
        assertRefused(Refusal.NOT_FOUND, () -> fs.read(FILE.facet(ALICES), Kind.FILE));
        assertRefused(Refusal.NOT_FOUND, () -> fs.read(TOP.facet(ALICES), Kind.FILE));
        assertRefused(Refusal.NOT_FOUND, () -> fs.read(FsPath.ROOT.child("home").child("x"), Kind.FILE));
    }

    @ParameterizedTest
    @EnumSource
    void objectOfAnotherKind_isOfTheWrongKind(Kind kind) {
        as(nobody(), () -> fs.create(FILE, Kind.FILE, Label.PUBLIC, TEXT, Privilege.NONE));
        if (kind != Kind.FILE) {
            assertRefused(Refusal.WRONG_KIND, () -> fs.read(FILE, kind));
            assertRefused(Refusal.WRONG_KIND, () -> fs.write(FILE, kind, TEXT, 0, Privilege.NONE));
        }
        if (kind != Kind.DIRECTORY) {
            assertRefused(Refusal.WRONG_KIND, () -> fs.read(TOP, kind));
        }
    }

    @Test
    void directoriesHaveNoContent() {
        assertRefused(Refusal.WRONG_KIND, () -> fs.read(TOP, Kind.DIRECTORY));
        assertRefused(Refusal.WRONG_KIND, () -> fs.read(FsPath.ROOT.child("home"), Kind.FACETED));
    }

    @Test
    void whatIsNoDirectory_isNotListed_norLinkedInto() {
        as(nobody(), () -> fs.create(FILE, Kind.FILE, Label.PUBLIC, TEXT, Privilege.NONE));
        FsPath home = FsPath.ROOT.child("home");
        for (FsPath path : List.of(FILE, home)) {
            FsPath below = path.child("x");
            assertRefused(Refusal.WRONG_KIND, () -> fs.list(path, "", 10));
            assertRefused(Refusal.WRONG_KIND, () -> fs.find(below));
            assertRefused(Refusal.WRONG_KIND, () -> fs.create(below, Kind.FILE, Label.PUBLIC, TEXT, Privilege.NONE));
            assertRefused(Refusal.WRONG_KIND, () -> fs.link(TOP, below, Privilege.NONE));
            assertRefused(Refusal.WRONG_KIND, () -> fs.unlink(below, Privilege.NONE));
        }
        assertRefused(Refusal.WRONG_KIND, () -> fs.facets(FILE, Label.PUBLIC));
        assertRefused(Refusal.WRONG_KIND, () -> fs.facets(TOP, Label.PUBLIC));
    }

    /// What a gate says becomes authority: nobody writes one as if it were a file, not even root.
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"FILE", "BLOB"})
    void objectsThatAreNotPlain_areMadeByTheirOwnRoomsOnly(Kind kind) {
        as(root, () -> fs.createTcb(TOP.child("gate"), Kind.GATE, Label.PUBLIC, TEXT, all));
        var before = Contents.of(store);
        assertThat(refusal(root, () -> fs.create(FILE, kind, Label.PUBLIC, TEXT, all)))
                .isEqualTo(Refusal.WRONG_KIND);
        assertThat(refusal(root, () -> fs.createUnlinked(kind, Label.PUBLIC, TEXT, all)))
                .isEqualTo(Refusal.WRONG_KIND);
        assertThat(refusal(root, () -> fs.write(TOP.child("gate"), kind, TEXT, 0, all)))
                .isEqualTo(Refusal.WRONG_KIND);
        assertThat(Contents.of(store)).isEqualTo(before);
    }

    @Test
    void rootDirectory_isLinkedIntoByRootOnly() {
        FsPath mine = FsPath.ROOT.child("mine");
        Task task = Tasks.of("T,T", "F,T", "alice");
        assertThat(refusal(task, () -> fs.create(mine, Kind.FILE, Label.PUBLIC, TEXT, Tasks.all(task, "alice"))))
                .isEqualTo(Refusal.DENIED);
        assertThat(refusal(task, () -> fs.link(TOP, mine, Tasks.all(task, "alice"))))
                .isEqualTo(Refusal.DENIED);
        assertThat(refusal(task, () -> fs.unlink(TOP, Tasks.all(task, "alice"))))
                .isEqualTo(Refusal.DENIED);
        assertThat(refusal(task, () -> fs.createFaceted(mine, Tasks.all(task, "alice"))))
                .isEqualTo(Refusal.DENIED);
        assertThat(task.run(() -> fs.list(FsPath.ROOT, "", 10)))
                .extracting(Entry::name)
                .containsExactly("home", "orgs", "top");
    }

    @Test
    void versions_countUp_andAStaleOneConflicts() {
        as(nobody(), () -> fs.create(FILE, Kind.FILE, Label.PUBLIC, TEXT, Privilege.NONE));
        Task task = nobody();
        task.run(() -> {
            assertThat(fs.write(FILE, Kind.FILE, Bytes.utf8("2"), 1, Privilege.NONE))
                    .isEqualTo(2);
            assertThat(fs.write(FILE, Kind.FILE, Bytes.utf8("3"), 0, Privilege.NONE))
                    .isEqualTo(3);
            return task;
        });
        assertRefused(Refusal.CONFLICT, () -> fs.write(FILE, Kind.FILE, Bytes.utf8("x"), 2, Privilege.NONE));
        assertThat(task.run(() -> fs.read(FILE, Kind.FILE)).bytes()).isEqualTo(Bytes.utf8("3"));
    }

    /// A low task may write up; how often others have written there before is none of its business.
    @Test
    void blindWrite_tellsNoVersion() {
        as(nobody(), () -> fs.create(FILE, Kind.FILE, ALICES, TEXT, Privilege.NONE));
        Task low = nobody();
        assertThat(low.run(() -> fs.write(FILE, Kind.FILE, TEXT, 0, Privilege.NONE)))
                .isZero();
        assertThat(low.label()).isEqualTo(Label.PUBLIC);
        Task high = Tasks.of("alice,T", "F,T", "T");
        assertThat(high.run(() -> fs.write(FILE, Kind.FILE, TEXT, 0, Privilege.NONE)))
                .isEqualTo(3);
        assertThat(high.run(() -> fs.writeTcb(fs.read(FILE, Kind.FILE), TEXT, 0, Privilege.NONE)))
                .isEqualTo(4);
    }

    @Test
    void writesOfOneVersion_underContention_loseNone() throws Exception {
        as(nobody(), () -> fs.create(FILE, Kind.FILE, Label.PUBLIC, Bytes.utf8("0"), Privilege.NONE));
        runFiftyTimes(() -> {
            while (true) {
                LabeledFs.Content content = fs.read(FILE, Kind.FILE);
                Bytes next = Bytes.utf8(
                        String.valueOf(Integer.parseInt(content.bytes().utf8()) + 1));
                if (refusal(Task.current(), () -> fs.write(FILE, Kind.FILE, next, content.version(), Privilege.NONE))
                        == null) {
                    return true;
                }
            }
        });
        LabeledFs.Content end = nobody().run(() -> fs.read(FILE, Kind.FILE));
        assertThat(end.bytes()).isEqualTo(Bytes.utf8("50"));
        assertThat(end.version()).isEqualTo(51);
    }

    @Test
    void oneName_underContention_isTakenOnce() throws Exception {
        List<Boolean> won = runFiftyTimes(() ->
                refusal(Task.current(), () -> fs.create(FILE, Kind.FILE, Label.PUBLIC, TEXT, Privilege.NONE)) == null);
        assertThat(won).containsOnlyOnce(true);
        List<Boolean> removed =
                runFiftyTimes(() -> refusal(Task.current(), () -> fs.unlink(FILE, Privilege.NONE)) == null);
        assertThat(removed).containsOnlyOnce(true);
    }

    /// Also where two find the name free; and what both would have paid for is paid for once.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneName_betweenAnyTwoSteps_isTakenOnce(boolean isFirstInItsFacet) {
        boolean isOver = false;
        for (int at = 1; !isOver; at++) {
            String name = "n" + at;
            FsPath path = isFirstInItsFacet
                    ? FsPath.home(Label.of(Component.parse(name), Component.TRUE))
                            .child("x")
                    : TOP.child(name);
            var hooked = new HookedStore(store);
            var won = new AtomicInteger();
            Runnable create = () -> {
                Refusal refused = refusal(
                        new Task(Label.PUBLIC, SECRET, Privilege.NONE, "acme"),
                        () -> new LabeledFs(hooked, new SecureRandom())
                                .create(path, Kind.FILE, SECRET, TEXT, Privilege.NONE));
                assertThat(refused).isIn(null, Refusal.EXISTS);
                won.addAndGet(refused == null ? 1 : 0);
            };
            hooked.arm(at, create);
            create.run();
            isOver = hooked.isUnused();
            assertThat(won).as("at " + at).hasValue(1);
            assertThat(Sums.kept(store, List.of("acme")))
                    .as("at " + at)
                    .containsEntry("acme", Sums.counted(store).get("acme"));
        }
    }

    @Test
    void sizes_areBounded() {
        Bytes large = Bytes.takeOver(new byte[LabeledFs.FILE_BYTES_MAX + 1]);
        Label wide = wideLabel();
        as(nobody(), () -> fs.create(FILE, Kind.FILE, Label.PUBLIC, TEXT, Privilege.NONE));
        FsPath fresh = TOP.child("fresh");
        assertRefused(Refusal.TOO_LARGE, () -> fs.create(fresh, Kind.FILE, Label.PUBLIC, large, Privilege.NONE));
        assertRefused(Refusal.TOO_LARGE, () -> fs.createUnlinked(Kind.FILE, Label.PUBLIC, large, Privilege.NONE));
        assertRefused(Refusal.TOO_LARGE, () -> fs.write(FILE, Kind.FILE, large, 0, Privilege.NONE));
        assertThat(refusal(root, () -> fs.writeTcb(fs.read(FILE, Kind.FILE), large, 0, all)))
                .isEqualTo(Refusal.TOO_LARGE);
        assertRefused(Refusal.TOO_LARGE, () -> fs.create(fresh, Kind.FILE, wide, TEXT, Privilege.NONE));
        assertRefused(Refusal.TOO_LARGE, () -> fs.createDirectory(fresh, wide, Privilege.NONE));
        assertRefused(Refusal.TOO_LARGE, () -> fs.createUnlinked(Kind.FILE, wide, TEXT, Privilege.NONE));
        as(nobody(), () -> fs.createUnlinkedAt(Kind.DIRECTORY, Label.PUBLIC, large, Privilege.NONE)); // has no content
        assertRefused(
                Refusal.TOO_LARGE, () -> fs.createFaceted(FsPath.home(wide).child("x"), Privilege.NONE));
        assertThat(nobody().run(() -> fs.list(FsPath.home(wide), "", 10))).isEmpty();
    }

    @Test
    void actingOnAPathWithoutAName_isInvalid() {
        FsPath facet = FsPath.home(Label.PUBLIC);
        for (FsPath path : List.of(FsPath.ROOT, facet)) {
            assertRefused(Refusal.INVALID, () -> fs.create(path, Kind.FILE, Label.PUBLIC, TEXT, Privilege.NONE));
            assertRefused(Refusal.INVALID, () -> fs.unlink(path, Privilege.NONE));
            assertRefused(Refusal.INVALID, () -> fs.find(path));
            assertRefused(Refusal.INVALID, () -> fs.link(TOP, path, Privilege.NONE));
        }
    }

    private static Label wideLabel() {
        Component wide = Component.TRUE;
        for (int i = 0; i < 40; i++) {
            wide = wide.and(Component.of(Principal.of("p".repeat(100) + i)));
        }
        return Label.of(wide, Component.TRUE);
    }

    private static <T> List<T> runFiftyTimes(Callable<T> body) throws Exception {
        var bodies = new ArrayList<Callable<T>>();
        for (int i = 0; i < 50; i++) {
            bodies.add(nobody().carry(body));
        }
        var results = new ArrayList<T>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var result : threads.invokeAll(bodies)) {
                results.add(result.get());
            }
        }
        return results;
    }

    private static Task nobody() {
        return Tasks.of("T,T", "F,T", "T");
    }

    private static void as(Task task, Runnable body) {
        task.run(() -> {
            body.run();
            return task;
        });
    }

    private static void assertRefused(Refusal expected, ThrowingCallable body) {
        assertThat(refusal(nobody(), body)).isEqualTo(expected);
    }
}
