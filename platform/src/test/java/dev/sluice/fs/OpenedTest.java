package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Objects that were opened: paths that begin with one mean it and nothing else.
final class OpenedTest {
    private static final FsPath TOP = FsPath.ROOT.child("top");
    private static final Label ALICES = Label.parse("alice,T");
    private static final Bytes TEXT = Bytes.utf8("text");

    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");

    @BeforeEach
    void makeTop() {
        asRoot(() -> fs.createDirectory(TOP, Label.PUBLIC, all));
    }

    @Test
    void openedObject_staysTheSame_whenItsNameMeansAnother() {
        asRoot(() -> fs.create(TOP.child("a"), Kind.FILE, Label.PUBLIC, TEXT, all));
        asRoot(() -> fs.create(TOP.child("b"), Kind.FILE, Label.PUBLIC, Bytes.EMPTY, all));
        FsPath opened = root.run(() -> fs.open(TOP.child("a"))).path();
        asRoot(() -> fs.relink(TOP.child("b"), TOP.child("a"), all));
        assertThat(root.run(() -> fs.read(opened, Kind.FILE)).bytes()).isEqualTo(TEXT);
        asRoot(() -> fs.write(opened, Kind.FILE, Bytes.utf8("new"), 1, all));
        assertThat(root.run(() -> fs.read(opened, Kind.FILE)).version()).isEqualTo(2);
        assertThat(root.run(() -> fs.read(TOP.child("a"), Kind.FILE)).bytes()).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void openedObject_standsAtTheBeginningAlone_andIsNoPlace() {
        FsPath opened = root.run(() -> fs.open(TOP)).path();
        assertInvalid(() -> TOP.plus(opened.steps().getFirst()));
        assertInvalid(opened::parent);
        assertInvalid(opened::name);
        assertThat(opened.child("x").parent()).isEqualTo(opened);
    }

    private static void assertInvalid(ThrowingCallable body) {
        assertThat(catchThrowableOfType(Refused.class, body).refusal()).isEqualTo(Refusal.INVALID);
    }

    /// Kind and label stand in the directory; the object behind them does not taint who only opens it.
    @Test
    void opening_tellsKindAndLabel_andTaintsWithTheWayAlone() {
        asRoot(() -> fs.createDirectory(TOP.child("d"), ALICES, all));
        asRoot(() -> fs.createFaceted(TOP.child("f"), all));
        Task task = Tasks.of("T,T", "F,T", "T");
        LabeledFs.Opened directory = task.run(() -> fs.open(TOP.child("d")));
        assertThat(directory.kind()).isEqualTo(Kind.DIRECTORY);
        assertThat(directory.label()).contains(ALICES);
        assertThat(task.run(() -> fs.open(TOP.child("f"))).label()).isEmpty();
        assertThat(task.label()).isEqualTo(Label.PUBLIC);
        assertThat(task.run(() -> fs.list(directory.path(), "", 10))).isEmpty();
        assertThat(task.label()).isEqualTo(ALICES);
    }

    @Test
    void everythingBelowAnOpenedDirectory_isReachedThroughIt() {
        FsPath top = root.run(() -> fs.open(TOP)).path();
        asRoot(() -> fs.createDirectory(top.child("d"), Label.PUBLIC, all));
        asRoot(() -> fs.create(top.child("d").child("x"), Kind.FILE, Label.PUBLIC, TEXT, all));
        FsPath d = root.run(() -> fs.open(top.child("d"))).path();
        asRoot(() -> fs.link(d.child("x"), top.child("y"), all));
        asRoot(() -> fs.createFaceted(d.child("f"), all));
        FsPath facet = root.run(() -> fs.open(fs.open(d.child("f")).path().facet(ALICES)))
                .path();
        asRoot(() -> fs.create(facet.child("z"), Kind.FILE, ALICES, TEXT, all));
        asRoot(() -> fs.unlink(d.child("x"), all));
        assertThat(names(TOP)).containsExactly("d", "y");
        assertThat(names(TOP.child("d"))).containsExactly("f");
        assertThat(names(TOP.child("d").child("f").facet(ALICES))).containsExactly("z");
        assertThat(root.run(() -> fs.facets(TOP.child("d").child("f"), Label.TOP)))
                .containsExactly(ALICES);
    }

    @ParameterizedTest
    @EnumSource(names = {"DIRECTORY", "FILE", "FACETED", "BLOB"})
    void whatIsCreatedUnlinked_isLinkedLater(Kind kind) {
        Bytes content = kind == Kind.BLOB ? new BlobRef(Digest.of(TEXT), TEXT.length()).encode() : TEXT;
        FsPath made = root.run(() -> fs.createUnlinkedAt(kind, ALICES, content, all));
        assertThat(names(TOP)).isEmpty();
        asRoot(() -> fs.link(made, TOP.child("x"), all));
        Entry entry = root.run(() -> fs.find(TOP.child("x"))).orElseThrow();
        assertThat(entry.kind()).isEqualTo(kind);
        assertThat(entry.label()).isEqualTo(kind == Kind.FACETED ? null : ALICES);
        if (kind.hasContent()) {
            assertThat(root.run(() -> fs.read(TOP.child("x"), kind)).bytes()).isEqualTo(content);
        }
    }

    /// What a gate or a service holds is authority: only the room that checks it makes one.
    @ParameterizedTest
    @EnumSource(names = {"GATE", "SERVICE"})
    void whatHoldsAuthority_isNotCreatedUnlinkedByAnybody(Kind kind) {
        assertRefused(Refusal.WRONG_KIND, () -> fs.createUnlinkedAt(kind, ALICES, TEXT, all));
        FsPath made = root.run(() -> fs.createUnlinkedTcb(kind, ALICES, TEXT, all));
        assertThat(root.run(() -> fs.read(made, kind)).bytes()).isEqualTo(TEXT);
    }

    @Test
    void bareOpenedObject_hasNoNameAndNoParent() {
        FsPath top = root.run(() -> fs.open(TOP)).path();
        for (Runnable misuse : List.<Runnable>of(
                () -> fs.unlink(top, all),
                () -> fs.find(top),
                top::parent,
                top::name,
                () -> fs.createDirectory(top, Label.PUBLIC, all),
                () -> TOP.plus(top.steps().getFirst()))) {
            assertRefused(Refusal.INVALID, misuse);
        }
        assertRefused(Refusal.NOT_FOUND, () -> fs.open(top.facet(ALICES)));
        assertRefused(
                Refusal.WRONG_KIND,
                () -> fs.link(root.run(() -> fs.open(FsPath.ROOT)).path(), TOP.child("x"), all));
    }

    @Test
    void openedPath_hasNoTextThatIsRead() {
        FsPath top = root.run(() -> fs.open(TOP)).path();
        assertThat(top).hasToString("<opened>");
        assertThat(top.child("x")).hasToString("<opened>:x");
        assertThat(top).isEqualTo(root.run(() -> fs.open(TOP)).path()).isNotEqualTo(TOP);
        for (FsPath path : List.of(top, top.child("x"))) {
            assertRefused(Refusal.INVALID, () -> FsPath.parse(path.toString(), Component.TRUE, Label.PUBLIC));
        }
    }

    private List<String> names(FsPath directory) {
        return root.run(() -> fs.list(directory, "", 10)).stream()
                .map(Entry::name)
                .toList();
    }

    private void assertRefused(Refusal refusal, Runnable misuse) {
        Refused refused = catchThrowableOfType(Refused.class, () -> asRoot(misuse));
        assertThat(refused).isNotNull();
        assertThat(refused.refusal()).isEqualTo(refusal);
    }

    private void asRoot(Runnable body) {
        root.run(() -> {
            body.run();
            return root;
        });
    }
}
