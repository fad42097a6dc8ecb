package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.StoreFailed;
import dev.sluice.testing.FaultyStore;
import dev.sluice.testing.FaultyStore.Fault;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The store fails at each call of a scenario once. Whatever call it is: the failure is typed, the step that
/// met it has happened as a whole or not at all, and the task's label is no lower.
final class FaultTest {
    private static final Label ALICES = Label.parse("alice,alice");
    private static final FsPath HOME = FsPath.home(ALICES);
    private static final FsPath DIRECTORY = HOME.child("d");
    private static final FsPath FILE = DIRECTORY.child("file");
    private static final FsPath GATE = DIRECTORY.child("gate");
    private static final Component ALICE = Component.parse("alice");

    private static final List<Consumer<LabeledFs>> STEPS = List.of(
            fs -> fs.createDirectory(DIRECTORY, ALICES, with()),
            fs -> fs.create(FILE, Kind.FILE, ALICES, Bytes.utf8("1"), with()),
            fs -> fs.write(FILE, Kind.FILE, Bytes.utf8("2"), 1, with()),
            fs -> fs.write(FILE, Kind.FILE, Bytes.utf8("3"), 0, with()),
            fs -> fs.createTcb(GATE, Kind.GATE, ALICES, Bytes.utf8("4"), with()),
            fs -> fs.writeTcb(fs.read(GATE, Kind.GATE), Bytes.utf8("5"), 1, with()),
            fs -> fs.createFaceted(HOME.child("f"), with()),
            fs -> fs.link(FILE, HOME.child("f").facet(ALICES).child("linked"), with()),
            fs -> fs.link(
                    fs.openById(fs.createUnlinked(Kind.FILE, ALICES, Bytes.utf8("6"), with()), Kind.FILE),
                    HOME.child("late"),
                    with()),
            fs -> fs.link(fs.createUnlinkedAt(Kind.DIRECTORY, ALICES, Bytes.EMPTY, with()), HOME.child("dir"), with()),
            fs -> fs.relink(FILE, HOME.child("late"), with()),
            fs -> fs.list(HOME, "", 10),
            fs -> fs.facets(HOME.child("f"), ALICES),
            fs -> fs.stat(FILE),
            fs -> fs.unlink(FILE, with()));

    @ParameterizedTest
    @EnumSource
    void everyCallFailsOnce_andNoStepIsHalfDone(Fault fault) {
        List<Map<String, String>> trees = treesOfARunWithoutFault();
        int failAt = 1;
        while (!isUnaffected(failAt, fault, trees)) {
            failAt++;
        }
        assertThat(failAt).as("calls of the store in the scenario").isGreaterThan(60);
    }

    private static List<Map<String, String>> treesOfARunWithoutFault() {
        var fs = bootstrapped(new MemoryStore());
        var trees = new ArrayList<Map<String, String>>();
        trees.add(tree(fs));
        Task task = alice();
        for (Consumer<LabeledFs> step : STEPS) {
            run(task, fs, step);
            trees.add(tree(fs));
        }
        return trees;
    }

    private static boolean isUnaffected(int failAt, Fault fault, List<Map<String, String>> trees) {
        var sound = new MemoryStore();
        LabeledFs healthy = bootstrapped(sound);
        var faulty = new FaultyStore(sound, failAt, fault);
        var fs = new LabeledFs(faulty, new SecureRandom());
        Task task = alice();
        for (int i = 0; i < STEPS.size(); i++) {
            Consumer<LabeledFs> step = STEPS.get(i);
            Label before = task.label();
            Throwable failure = catchThrowable(() -> run(task, fs, step));
            assertThat(before.canFlowTo(task.label())).isTrue();
            if (failure == null) {
                assertThat(tree(healthy)).isEqualTo(trees.get(i + 1));
                continue;
            }
            assertThat(failure).isInstanceOf(StoreFailed.class);
            assertThat(tree(healthy)).as("call %d, step %d", failAt, i).isIn(trees.get(i), trees.get(i + 1));
            if (tree(healthy).equals(trees.get(i))) {
                run(task, healthy, step);
                assertThat(tree(healthy)).isEqualTo(trees.get(i + 1));
            } else {
                assertThat(catchThrowable(() -> run(task, healthy, step)))
                        .satisfiesAnyOf(
                                again -> assertThat(again).isNull(),
                                again -> assertThat(again).isInstanceOf(Refused.class));
            }
            return false;
        }
        assertThat(faulty.isUnused()).isTrue();
        return true;
    }

    /// All that root sees: path, kind, label, version and content. Each entry's object must be there, labeled
    /// as the entry says.
    private static Map<String, String> tree(LabeledFs fs) {
        var seen = new TreeMap<String, String>();
        Tasks.root().run(() -> {
            add(fs, FsPath.ROOT, seen);
            return seen;
        });
        return seen;
    }

    private static void add(LabeledFs fs, FsPath directory, Map<String, String> seen) {
        for (Entry entry : fs.list(directory, "", LabeledFs.LIST_ENTRIES_MAX)) {
            FsPath path = directory.child(entry.name());
            seen.put(path.toString(), entry.kind().toString());
            switch (entry.kind()) {
                case DIRECTORY -> add(fs, path, seen);
                case FACETED -> fs.facets(path, Label.TOP).forEach(facet -> add(fs, path.facet(facet), seen));
                case FILE, GATE, SERVICE, BLOB -> {
                    LabeledFs.Content content = fs.read(path, entry.kind());
                    assertThat(content.label()).isEqualTo(entry.label());
                    assertThat(content.id()).isEqualTo(entry.target());
                    seen.put(
                            path.toString(),
                            entry.kind() + " " + content.label() + " " + content.version() + " "
                                    + content.bytes().utf8());
                }
            }
        }
    }

    private static LabeledFs bootstrapped(MemoryStore store) {
        var fs = new LabeledFs(store, new SecureRandom());
        fs.bootstrap();
        return fs;
    }

    private static Task alice() {
        return Tasks.of("T,T", "alice,T", "alice");
    }

    private static Privilege with() {
        return Task.current().exercise(Component.TRUE, ALICE);
    }

    private static void run(Task task, LabeledFs fs, Consumer<LabeledFs> step) {
        task.run(() -> {
            step.accept(fs);
            return task;
        });
    }
}
