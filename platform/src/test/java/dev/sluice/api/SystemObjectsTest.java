package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.blob.Blobs;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gate.Gate;
import dev.sluice.gate.Gates;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SystemObjectsTest {
    private static final FsPath SYSTEM = FsPath.home(Label.parse("T,faasten"));
    private static final FsPath HOME = FsPath.home(Label.parse("alice,alice"));

    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final Blobs blobs = new MemoryBlobs();
    private final Gates gates = new Gates(fs, deed -> {});
    private final SystemObjects system = new SystemObjects(fs, blobs, gates);

    @TempDir
    private Path functions;

    @BeforeEach
    void ship() throws Exception {
        fs.bootstrap();
        Files.createDirectory(functions.resolve("fsutil"));
        Files.writeString(functions.resolve("fsutil/workload.py"), "one");
        system.ensure(functions);
    }

    @Test
    void theRuntimes_areThere_byName_forEverybody() throws Exception {
        assertThat(content("python")).isEqualTo("python3");
        assertThat(content("nodejs")).isEqualTo("nodejs");
        assertThat(content("kernel")).isEqualTo("sluice");
        assertThat(content("fsutil_image")).isEqualTo("one");
        assertThatThrownBy(() -> alice().run(() -> {
                    fs.unlink(
                            SYSTEM.child("python"), Task.current().exercise(Component.TRUE, Component.parse("alice")));
                    return this;
                }))
                .isInstanceOf(Refused.class);
    }

    @Test
    void fsutil_isForEverybody_andGrantsNothing() {
        Gate gate = nobody().run(() -> gates.resolve(SYSTEM.child("fsutil")));
        assertThat(gate.label()).isEqualTo(Label.parse("T,faasten"));
        assertThat(gate.policy().privilege().isTrue()).isTrue();
        assertThat(gate.policy().clearance().isTrue()).isTrue();
        assertThat(gate.policy().declassify().isTrue()).isTrue();
    }

    @Test
    void anotherStart_changesNothing_andAnotherVersionIsTaken() throws Exception {
        Gate first = nobody().run(() -> gates.resolve(SYSTEM.child("fsutil")));
        system.ensure(functions);
        Gate second = nobody().run(() -> gates.resolve(SYSTEM.child("fsutil")));
        assertThat(second.version()).isEqualTo(first.version());
        Files.writeString(functions.resolve("fsutil/workload.py"), "two");
        system.ensure(functions);
        Gate third = nobody().run(() -> gates.resolve(SYSTEM.child("fsutil")));
        assertThat(third.id()).isEqualTo(first.id());
        assertThat(third.function()).isNotEqualTo(first.function());
        assertThat(content("fsutil_image")).isEqualTo("two");
    }

    @Test
    void whatIsNotShipped_isSaid() {
        assertThatThrownBy(() -> system.ensure(functions.resolve("nowhere"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aHome_getsFsutil_withItsOwnersAuthority_once() {
        bootstrap(alice(), "alice", "alice");
        bootstrap(alice(), "alice", "T");
        Gate gate = alice().run(() -> gates.resolve(HOME.child("fsutil")));
        assertThat(gate.policy().privilege()).isEqualTo(Component.parse("alice"));
        assertThat(gate.policy().declassify()).isEqualTo(Component.parse("alice"));
        assertThat(gate.policy().clearance()).isEqualTo(Component.parse("alice"));
    }

    @Test
    void fsutilOfAPart_isGivenByTheWhole_andEnteredByWhomItNames() {
        bootstrap(alice(), "alice/app", "bob");
        FsPath path = FsPath.home(Label.parse("alice/app,alice/app")).child("fsutil");
        Gate gate = alice().run(() -> gates.resolve(path));
        assertThat(gate.policy().privilege()).isEqualTo(Component.parse("alice/app"));
        assertThat(gate.policy().clearance()).isEqualTo(Component.parse("bob"));
    }

    @Test
    void nobody_givesWhatHeIsNot() {
        for (String component : new String[] {"bob", "F", "alice&bob"}) {
            assertThatThrownBy(() -> bootstrap(alice(), component, "T")).isInstanceOf(Refused.class);
        }
    }

    private void bootstrap(Task by, String of, String clearance) {
        by.run(() -> {
            system.bootstrap(Component.parse(of), Component.parse(clearance));
            return of;
        });
    }

    private String content(String name) throws IOException {
        BlobRef ref = BlobRef.decode(
                nobody().run(() -> fs.read(SYSTEM.child(name), Kind.BLOB)).bytes());
        try (Blobs.Blob blob = blobs.open(ref.digest()).orElseThrow();
                InputStream in = blob.stream(0)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Task nobody() {
        return new Task(Label.PUBLIC, Label.PUBLIC, Privilege.NONE);
    }

    private static Task alice() {
        Component alice = Component.parse("alice");
        return new Task(Label.PUBLIC, Label.parse("alice,T"), Privilege.mintTcb(alice));
    }
}
