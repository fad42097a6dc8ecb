package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.event.Bookmarks;
import dev.sluice.event.Event;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import dev.sluice.source.DirectoryWatch;
import dev.sluice.source.Settings;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FilesDriverTest {
    private static final Instant START = Instant.parse("2026-05-05T12:00:00Z");
    private static final String FOLDER = ":home:<T,acme/runs>:inbox";
    private static final FsPath INBOX = FsPath.home(Label.parse("T,acme/runs")).child("inbox");

    private final MemoryStore store = new MemoryStore();
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");
    private final List<Event> emitted = new ArrayList<>();
    private int room = Integer.MAX_VALUE;

    FilesDriverTest() {
        fs.bootstrap();
        root.run(() -> {
            fs.createDirectory(INBOX, Label.parse("T,acme/runs"), all);
            return INBOX;
        });
    }

    private FilesDriver driver(Instant since) {
        var stated = new Settings(Map.of("directory", FOLDER, "seconds", "5"));
        var post = new DriverPost(new Organization("i", "acme", "acme", 0), "id", Optional.empty(), this::emit);
        return new FilesDriver(fs, DirectoryWatch.of(stated), post, new Bookmarks(store), since);
    }

    private boolean emit(Event event) {
        if (room-- <= 0) {
            throw new Refused(Refusal.AT_LIMIT, "full");
        }
        return emitted.add(event);
    }

    private void create(String name, String label) {
        root.run(() -> fs.create(INBOX.child(name), Kind.FILE, Label.parse(label), Bytes.utf8(name), all));
    }

    private void write(String name, String text) {
        root.run(() -> fs.write(INBOX.child(name), Kind.FILE, Bytes.utf8(text), 0, all));
    }

    private List<String> told() {
        List<String> told = emitted.stream()
                .map(event ->
                        event.type() + " " + event.label() + " " + event.data().utf8())
                .toList();
        emitted.clear();
        return told;
    }

    @Test
    void whatChanges_isTold_andWhatWasThere_isNot_overARestart() {
        create("old", "T,acme/runs");
        assertThat(driver(START).look(START)).contains(START.plusSeconds(5));
        assertThat(told()).isEmpty();
        create("new", "T,acme/runs");
        driver(START).look(START);
        assertThat(told())
                .containsExactly("files.created acme/event,T {\"path\":\"home:<T,acme/runs>:inbox:new\","
                        + "\"name\":\"new\",\"change\":\"created\",\"kind\":\"file\"}");
        write("old", "anew");
        driver(START).look(START);
        driver(START).look(START);
        assertThat(told()).hasSize(1).first().asString().startsWith("files.changed acme/event,T");
        root.run(() -> {
            fs.unlink(INBOX.child("old"), all);
            return INBOX;
        });
        driver(START).look(START);
        assertThat(told()).hasSize(1).first().asString().startsWith("files.removed acme/event,T");
    }

    /// So no run that may not know of it is fired by it: where a label may go is decided when an event fires.
    @Test
    void aWriteOfWhatOnlyAliceMayRead_isAnEventForAliceOnly() {
        create("alices", "acme/user/alice,T");
        driver(START).look(START);
        write("alices", "anew");
        driver(START).look(START);
        assertThat(told()).hasSize(1).first().asString().startsWith("files.changed acme/event&acme/user/alice,T ");
    }

    /// Only that it is there, as everybody who may read the directory sees.
    @Test
    void whatIsAnotherOrganizations_isNotRead() {
        create("blues", "blue,T");
        driver(START).look(START);
        write("blues", "anew");
        driver(START).look(START);
        assertThat(told()).isEmpty();
    }

    /// As if the server had stopped in between: the same events again, under the same ids.
    @Test
    void whatWasEmitted_andNotWrittenDown_isEmittedAgain_asTheSame() {
        driver(START).look(START);
        create("a", "T,T");
        create("b", "T,T");
        room = 1;
        assertThatThrownBy(() -> driver(START).look(START)).isInstanceOf(Refused.class);
        room = 9;
        driver(START).look(START);
        List<String> ids = emitted.stream().map(Event::id).toList();
        assertThat(ids).hasSize(3);
        assertThat(new HashSet<>(ids)).hasSize(2);
        driver(START).look(START);
        assertThat(emitted).hasSize(3);
    }

    @Test
    void aDriverThatWasChanged_beginsAnew() {
        driver(START).look(START);
        create("a", "T,T");
        driver(START.plusSeconds(1)).look(START);
        assertThat(told()).isEmpty();
    }

    @Test
    void aDirectoryThatIsNotThere_isRefused_andTellsNothing_whenItComes() {
        root.run(() -> {
            fs.unlink(INBOX, all);
            return INBOX;
        });
        assertThatThrownBy(() -> driver(START).look(START)).isInstanceOf(Refused.class);
        assertThat(told()).isEmpty();
    }
}
