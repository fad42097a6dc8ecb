package dev.sluice;

import dev.sluice.api.AdminAccess;
import dev.sluice.audit.AuditLog;
import dev.sluice.authn.TokenKey;
import dev.sluice.fs.LabeledFs;
import dev.sluice.org.Founding;
import dev.sluice.org.Organizations;
import dev.sluice.secret.DataKeys;
import dev.sluice.store.StoreFailed;
import dev.sluice.store.rocks.RocksStore;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;

/// `sluice admin`: what only the owner of a data directory may do, on the machine itself. Whoever can write there can
/// do anything anyway, so being its owner is what he shows.
public final class AdminCommand {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int MISUSED = 2;

    private final Clock clock;
    private final PrintStream out;
    private final PrintStream err;

    AdminCommand(Clock clock, PrintStream out, PrintStream err) {
        this.clock = clock;
        this.out = out;
        this.err = err;
    }

    /// Ends the process with the exit code.
    public static void main(String[] args) {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        var err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.exit(new AdminCommand(Clock.systemUTC(), out, err).run(List.of(args)));
    }

    /// @param args the word, `--data` and the directory
    /// @return the exit code
    int run(List<String> args) {
        if (args.size() != 3 || !args.get(1).equals("--data") || args.get(2).isEmpty()) {
            err.println("sluice admin: takes reset-key or rotate-keys, --data and a directory");
            return MISUSED;
        }
        Path data = Path.of(args.get(2)).toAbsolutePath().normalize();
        try {
            if (!Files.isDirectory(data.resolve("store"))) {
                throw new IOException(data + " is no data directory of a server");
            }
            DataDirectory.make(data);
            switch (args.getFirst()) {
                case "reset-key" -> resetKey(data);
                case "rotate-keys" -> rotateKeys(data);
                default -> {
                    err.println("sluice admin: no such word: " + args.getFirst());
                    return MISUSED;
                }
            }
            return DONE;
        } catch (IOException | StoreFailed | IllegalStateException cannot) {
            err.println("sluice admin: " + cannot.getMessage());
            return FAILED;
        }
    }

    /// A running server holds the store and what it read of it, so it must not run meanwhile: the store's own lock
    /// says whether it does.
    private void resetKey(Path data) throws IOException {
        try (var store = open(data)) {
            var audit = new AuditLog(store, new SecureRandom(), clock);
            var organizations = new Organizations(new LabeledFs(store, new SecureRandom()), audit);
            var admin = new AdminAccess(data);
            admin.reset(new Founding(organizations, clock));
            out.println("The administrator's new key is " + admin.keyFile() + ". The old one is worth nothing.");
        }
    }

    private static RocksStore open(Path data) throws IOException {
        try {
            return new RocksStore(data.resolve("store"), data.resolve("native"));
        } catch (StoreFailed held) {
            throw new IOException("the store in " + data + " cannot be opened: stop the server first", held);
        }
    }

    private void rotateKeys(Path data) throws IOException {
        TokenKey.rotate(data, clock);
        out.println("Another key signs tokens. Those that the old one signed are good until they end.");
        DataKeys.rotate(data.resolve(DataKeys.FILE), new SecureRandom());
        out.println("Another master key wraps the keys of secrets. A server that runs forgets the old one within"
                + " seconds, any other one when it is started.");
    }
}
