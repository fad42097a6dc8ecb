package dev.sluice.secret;

import dev.sluice.bytes.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;

/// The file of the master keys, the newest first: one line for each, its id and the key in base64. Whoever reads it
/// and the store reads all secrets, so it is not used unless only its owner can read it. It is replaced as a whole,
/// by one process at a time.
final class MasterKeyFile {
    private static final int FILE_BYTES_MAX = 8 << 10;
    static final int KEYS_MAX = 32;

    private final Path file;
    private final SecureRandom random;

    /// @param file may be a link, to a file on another disk than what it protects
    MasterKeyFile(Path file, SecureRandom random) throws IOException {
        this.file = Files.isSymbolicLink(file) ? file.resolveSibling(Files.readSymbolicLink(file)) : file;
        this.random = random;
    }

    boolean exists() {
        return Files.exists(file);
    }

    /// Which version of the file this is, as far as can be seen without reading it; empty if there is none.
    String stamp() throws IOException {
        return PrivateFile.stamp(file);
    }

    /// @return the newest first; there is one
    /// @throws IOException if the file cannot be read, holds no such keys, or others have rights to it
    List<MasterKey> read() throws IOException {
        if (!exists()) {
            throw new IOException(file + ", the file of the master key, is missing: put it back");
        }
        if (!PrivateFile.isPrivate(file)) {
            throw new IOException("others than the owner have rights to " + file + ": it may be known to them. Take"
                    + " their rights away, and start the server after sluice admin rotate-keys");
        }
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw broken();
        }
        List<MasterKey> keys = new ArrayList<>();
        for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
            keys.add(key(line));
        }
        if (keys.isEmpty()) {
            throw broken();
        }
        return List.copyOf(keys);
    }

    /// Puts another key before those that are there, if there are any.
    void rotate() throws IOException {
        change(before -> {
            List<MasterKey> keys = new ArrayList<>(before);
            keys.addFirst(MasterKey.fresh(random));
            return keys;
        });
    }

    /// Forgets all that come after this one.
    void forgetBefore(MasterKey oldest) throws IOException {
        change(before -> {
            int at = before.indexOf(oldest);
            return at < 0 ? before : before.subList(0, at + 1);
        });
    }

    private void change(UnaryOperator<List<MasterKey>> change) throws IOException {
        try (var _ = PrivateFile.turn(file)) {
            List<MasterKey> keys = change.apply(exists() ? read() : List.of());
            if (keys.size() > KEYS_MAX) {
                throw new IOException(file + " holds " + KEYS_MAX + " keys: start the server, so that it needs only"
                        + " the newest, and try again");
            }
            var text = new StringBuilder();
            keys.forEach(key -> text.append(key.id())
                    .append(' ')
                    .append(Base64.getEncoder().encodeToString(key.key().getEncoded()))
                    .append('\n'));
            PrivateFile.write(file, text.toString().getBytes(StandardCharsets.US_ASCII));
        }
    }

    private MasterKey key(String line) throws IOException {
        int space = line.indexOf(' ');
        if (space < 0) {
            throw broken();
        }
        try {
            MasterKey key = MasterKey.of(Base64.getDecoder().decode(line.substring(space + 1)));
            if (key.id().equals(line.substring(0, space))) {
                return key;
            }
        } catch (IllegalArgumentException wrong) {
            throw broken();
        }
        throw broken();
    }

    private IOException broken() {
        return new IOException(file + " holds no master keys: put back the file as the server wrote it");
    }
}
