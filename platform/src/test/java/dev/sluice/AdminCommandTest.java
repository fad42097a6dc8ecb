package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.AdminAccess;
import dev.sluice.audit.AuditLog;
import dev.sluice.authn.TokenKey;
import dev.sluice.fs.LabeledFs;
import dev.sluice.org.Founding;
import dev.sluice.org.Organizations;
import dev.sluice.secret.DataKeys;
import dev.sluice.store.rocks.RocksStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdminCommandTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @TempDir
    private Path temporary;

    private Path data;

    @BeforeEach
    void found() throws IOException {
        data = temporary.resolve("data");
        DataDirectory.make(data);
        try (var store = store()) {
            var fs = new LabeledFs(store, new SecureRandom());
            fs.bootstrap();
            new AdminAccess(data).ensure(new Founding(organizations(store), Clock.systemUTC()));
        }
        TokenKey.at(data, Clock.systemUTC());
    }

    @Test
    void resetKey_givesTheAdministratorAnotherKey_andTheOldOneIsWorthNothing() throws IOException {
        String oldFile = Files.readString(data.resolve("admin.key"));
        PublicKey old = adminKey();
        Files.delete(data.resolve("admin.key"));
        assertThat(run("reset-key", data)).isEqualTo(AdminCommand.DONE);
        assertThat(adminKey()).isNotEqualTo(old);
        assertThat(data.resolve("admin.key")).content().isNotEqualTo(oldFile).startsWith("-----BEGIN PRIVATE KEY-----");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("admin.key"))))
                .isEqualTo("rw-------");
        assertThat(data.resolve("admin.key.new")).doesNotExist();
        PublicKey second = adminKey();
        assertThat(run("reset-key", data)).isEqualTo(AdminCommand.DONE);
        assertThat(adminKey()).isNotEqualTo(second);
    }

    @Test
    void resetKey_whileAServerHoldsTheStore_isRefused() throws IOException {
        PublicKey old = adminKey();
        String file = Files.readString(data.resolve("admin.key"));
        try (var _ = store()) {
            assertThat(run("reset-key", data)).isEqualTo(AdminCommand.FAILED);
            assertThat(printed.toString(StandardCharsets.UTF_8)).contains("stop the server first");
        }
        assertThat(adminKey()).isEqualTo(old);
        assertThat(data.resolve("admin.key")).hasContent(file);
    }

    @Test
    void rotateKeys_needsNoStoppedServer() throws IOException {
        String before = Files.readString(data.resolve("token.key"));
        Path master = data.resolve(DataKeys.FILE);
        try (var store = store()) {
            DataKeys keys = DataKeys.at(store, master, new SecureRandom());
            String old = Files.readString(master);
            assertThat(run("rotate-keys", data)).isEqualTo(AdminCommand.DONE);
            assertThat(master).content().endsWith(old).hasSize(2 * old.length());
            keys.rewrapIfDue();
            assertThat(master).content().doesNotContain(old).hasSize(old.length());
        }
        assertThat(data.resolve("token.key")).content().isNotEqualTo(before);
    }

    @Test
    void nothingElse_isUnderstood_andNoDirectoryIsMade() throws IOException {
        assertThat(run("reset", data)).isEqualTo(AdminCommand.MISUSED);
        assertThat(new AdminCommand(Clock.systemUTC(), out(), out()).run(List.of("reset-key")))
                .isEqualTo(AdminCommand.MISUSED);
        Path nowhere = temporary.resolve("nowhere");
        assertThat(run("reset-key", nowhere)).isEqualTo(AdminCommand.FAILED);
        assertThat(nowhere).doesNotExist();
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(run("reset-key", data)).isEqualTo(AdminCommand.FAILED);
        assertThat(run("rotate-keys", data)).isEqualTo(AdminCommand.FAILED);
    }

    private int run(String word, Path directory) {
        return new AdminCommand(Clock.systemUTC(), out(), out()).run(List.of(word, "--data", directory.toString()));
    }

    private PrintStream out() {
        return new PrintStream(printed, true, StandardCharsets.UTF_8);
    }

    private PublicKey adminKey() throws IOException {
        try (var store = store()) {
            var organizations = organizations(store);
            var dispatch = organizations.tenant("dispatch").orElseThrow().organization();
            var keys = organizations.account(dispatch, "admin").orElseThrow().keys();
            assertThat(keys).hasSize(1);
            return keys.getFirst().key();
        }
    }

    private static Organizations organizations(RocksStore store) {
        var audit = new AuditLog(store, new SecureRandom(), Clock.systemUTC());
        return new Organizations(new LabeledFs(store, new SecureRandom()), audit);
    }

    private RocksStore store() throws IOException {
        return new RocksStore(data.resolve("store"), data.resolve("native"));
    }
}
