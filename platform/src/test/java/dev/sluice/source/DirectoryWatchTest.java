package dev.sluice.source;

import static dev.sluice.testing.Tasks.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.source.DirectoryWatch.Change;
import dev.sluice.source.DirectoryWatch.Look;
import dev.sluice.source.DirectoryWatch.Seen;
import dev.sluice.source.DirectoryWatch.What;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

final class DirectoryWatchTest {
    private static final Label RUNS = Label.parse("acme/runs,T");
    private static final Label ALICES = Label.parse("acme/user/alice,T");
    private static final FsPath INBOX = FsPath.ROOT.child("inbox");

    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");
    private final DirectoryWatch watch = new DirectoryWatch(INBOX, Duration.ofSeconds(1));

    DirectoryWatchTest() {
        fs.bootstrap();
        as(() -> {
            fs.createDirectory(INBOX, RUNS, all);
            return INBOX;
        });
    }

    private <T> void as(Callable<T> what) {
        try {
            var _ = root.carry(what).call();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void create(String name, Label label) {
        as(() -> fs.create(INBOX.child(name), Kind.FILE, label, Bytes.utf8(name), all));
    }

    private void write(String name, String text) {
        as(() -> fs.write(INBOX.child(name), Kind.FILE, Bytes.utf8(text), 0, all));
    }

    private static Task upTo(String clearance) {
        return new Task(Label.PUBLIC, Label.parse(clearance), Privilege.NONE);
    }

    private Look look(Map<String, Seen> before) {
        return watch.look(fs, before, () -> upTo("acme,T"));
    }

    private static List<String> told(Look look) {
        return look.changes().stream()
                .map(change -> change.what() + " " + change.name() + " " + change.label())
                .toList();
    }

    @Test
    void eachChange_isTold_labeledWithAllThatWasReadToNoticeIt() {
        create("a", RUNS);
        SortedMap<String, Seen> first = look(Map.of()).seen();
        assertThat(look(first).changes()).isEmpty();
        create("b", RUNS);
        create("c", ALICES);
        Look second = look(first);
        assertThat(told(second)).containsExactly("CREATED b acme/runs,T", "CREATED c acme/runs&acme/user/alice,T");
        write("a", "anew");
        write("c", "anew");
        Look third = look(second.seen());
        assertThat(told(third)).containsExactly("CHANGED a acme/runs,T", "CHANGED c acme/runs&acme/user/alice,T");
        as(() -> {
            fs.unlink(INBOX.child("c"), all);
            fs.unlink(INBOX.child("a"), all);
            return INBOX;
        });
        create("a", RUNS);
        assertThat(told(look(third.seen()))).containsExactly("CHANGED a acme/runs,T", "REMOVED c acme/runs,T");
    }

    /// What is above who looks is only seen to be there, as it is by everybody who may read the directory.
    @Test
    void changesOfWhatMayNotBeRead_areNotTold() {
        create("c", ALICES);
        Look low = watch.look(fs, Map.of(), () -> upTo("acme/runs,T"));
        assertThat(low.changes()).extracting(Change::what).containsExactly(What.CREATED);
        write("c", "anew");
        assertThat(watch.look(fs, low.seen(), () -> upTo("acme/runs,T")).changes())
                .isEmpty();
    }

    @Test
    void aDirectoryThatMayNotBeRead_orIsNone_isRefused() {
        assertThat(refusal(root, () -> watch.look(fs, Map.of(), () -> upTo("acme/event,T"))))
                .isEqualTo(Refusal.DENIED);
        var none = new DirectoryWatch(FsPath.ROOT.child("none"), Duration.ofSeconds(1));
        assertThat(refusal(root, () -> none.look(fs, Map.of(), () -> upTo("acme,T"))))
                .isEqualTo(Refusal.NOT_FOUND);
    }

    @Test
    void aDirectoryWithTooManyEntries_isRefused() {
        for (int i = 0; i < DirectoryWatch.ENTRIES_MAX; i++) {
            create("f" + i, RUNS);
        }
        assertThat(look(Map.of()).seen()).hasSize(DirectoryWatch.ENTRIES_MAX);
        create("more", RUNS);
        assertThat(refusal(root, () -> look(Map.of()))).isEqualTo(Refusal.TOO_LARGE);
    }

    @Test
    void settingsThatMeanNothing_areRefused() {
        for (Map<String, String> settings : List.of(
                Map.<String, String>of(),
                Map.of("directory", ":home:<x"),
                Map.of("directory", ":a", "seconds", "0"),
                Map.of("directory", ":a", "path", "b"))) {
            assertThatThrownBy(() -> DirectoryWatch.of(new Settings(settings))).isInstanceOf(Refused.class);
        }
        assertThat(DirectoryWatch.of(new Settings(Map.of("directory", ":inbox")))
                        .directory())
                .isEqualTo(INBOX);
    }
}
