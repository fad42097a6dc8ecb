package dev.sluice.cli.config;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/// A configuration file as it stands on disk: named contexts, one of them current. Keys that this client does not know
/// survive a rewrite. A rewrite replaces the file in one step, readable by its owner only.
public final class ConfigFile {
    private static final long FILE_BYTES_MAX = 1 << 20;

    private final Path path;
    private final boolean exists;
    private final Json.Obj content;

    private ConfigFile(Path path, boolean exists, Json.Obj content) {
        this.path = path;
        this.exists = exists;
        this.content = content;
    }

    /// A file that the user named: it must be there.
    public static ConfigFile named(Path path) {
        if (!Files.exists(path)) {
            throw new Failure("the configuration file " + path + " does not exist");
        }
        return read(path);
    }

    /// The file of the user's home directory, which need not be there yet.
    public static ConfigFile usual(Path path) {
        return Files.exists(path) ? read(path) : new ConfigFile(path, false, Json.Obj.empty());
    }

    private static ConfigFile read(Path path) {
        byte[] text;
        try {
            if (Files.size(path) > FILE_BYTES_MAX) {
                throw new Failure("the configuration file " + path + " is larger than " + FILE_BYTES_MAX + " bytes");
            }
            text = Files.readAllBytes(path);
        } catch (IOException e) {
            throw new Failure("cannot read the configuration file " + path + ": " + Failure.reason(e), e);
        }
        try {
            if (JsonText.parse(text) instanceof Json.Obj content) {
                return new ConfigFile(path, true, content);
            }
        } catch (NotJson e) {
            throw new Failure("the configuration file " + path + " is not JSON: " + e.getMessage(), e);
        }
        throw new Failure("the configuration file " + path + " does not hold a JSON object");
    }

    public Path path() {
        return path;
    }

    public boolean exists() {
        return exists;
    }

    public Json.Obj content() {
        return content;
    }

    /// The name of the current context; empty when the file names none.
    public String current() {
        return content.show("current");
    }

    public List<String> names() {
        return List.copyOf(content.objectAt("contexts").members().keySet());
    }

    /// The settings of a context; nothing is set in one that does not exist.
    public Json.Obj context(String name) {
        return content.objectAt("contexts").objectAt(name);
    }

    public ConfigFile withCurrent(String name) {
        return new ConfigFile(path, exists, content.with("current", name));
    }

    public ConfigFile withContext(String name, Json.Obj settings) {
        Json.Obj contexts = content.objectAt("contexts").with(name, settings);
        return new ConfigFile(path, exists, content.with("contexts", contexts));
    }

    public ConfigFile withoutContext(String name) {
        Json.Obj contexts = content.objectAt("contexts").without(name);
        return new ConfigFile(path, exists, content.with("contexts", contexts));
    }

    /// Writes the file, or nothing of it.
    public void save() {
        byte[] text = (JsonText.indented(content) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            replace(exists ? path.toRealPath() : path, text);
        } catch (IOException e) {
            throw new Failure("cannot write the configuration file " + path + ": " + Failure.reason(e), e);
        }
    }

    private static void replace(Path target, byte[] text) throws IOException {
        Path directory = target.toAbsolutePath().getParent();
        Files.createDirectories(directory, ownerOnly("rwx------"));
        Path fresh = Files.createTempFile(directory, ".config", ".tmp", ownerOnly("rw-------"));
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                var left = ByteBuffer.wrap(text);
                while (left.hasRemaining()) {
                    channel.write(left);
                }
                channel.force(true);
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static FileAttribute<Set<PosixFilePermission>> ownerOnly(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }
}
