package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.GuestSpec;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// The lines that the launcher understands; `launcher.py` says what they mean.
final class LaunchRequests {
    static final int TOKEN_CHARS = 32;

    /// Enough for a runtime and a function's files, little enough that a thousand guests do not use up the machine's.
    private static final int OPEN_FILES_MAX = 1024;

    private static final long FILE_BYTES_MAX = 64L << 20;
    private static final JsonFactory JSON = new JsonFactory();

    /// Directories that a server needs nothing below, in the order of preference. One of them is covered, in the
    /// launcher's own mount namespace only.
    private static final List<String> STAGES = List.of("/mnt", "/media", "/srv", "/opt", "/boot", "/home", "/var/tmp");

    private LaunchRequests() {}

    /// @param maker         of guests' namespaces
    /// @param cpuSecondsMax processor time of one process of a guest over its whole life
    /// @param parents the control groups that guests' groups are in
    /// @param runtimes name → target in the guest → source on the host
    static byte[] setup(
            Path socket, Maker maker, int cpuSecondsMax, List<Path> parents, Map<String, Map<String, Path>> runtimes) {
        return line(json -> {
            json.writeStringProperty("socket", socket.toString());
            json.writeStringProperty(maker.program(), maker.path().toString());
            json.writeNumberProperty("open_files", OPEN_FILES_MAX);
            json.writeNumberProperty("file_bytes", FILE_BYTES_MAX);
            json.writeNumberProperty("cpu_seconds", cpuSecondsMax);
            writeList(json, "parents", parents.stream().map(Path::toString));
            writeList(json, "stages", STAGES.stream().filter(stage -> isFree(stage, socket, runtimes)));
            json.writeObjectPropertyStart("runtimes");
            runtimes.forEach((name, mounts) -> {
                json.writeObjectPropertyStart(name);
                mounts.forEach((target, source) -> json.writeStringProperty(target, source.toString()));
                json.writeEndObject();
            });
            json.writeEndObject();
        });
    }

    static byte[] start(long id, String token, int uid, GuestSpec spec, Cgroup group, Optional<MachineFiles> machine) {
        return line(json -> {
            json.writeNumberProperty("start", id);
            json.writeStringProperty("token", token);
            json.writeNumberProperty("uid", uid);
            json.writeStringProperty("runtime", spec.runtime());
            json.writeNumberProperty("scratch_bytes", (long) spec.scratchMib() << 20);
            writeList(json, "command", spec.command().stream());
            machine.ifPresent(files -> {
                json.writeObjectPropertyStart("machine");
                files.memory().ifPresent(file -> json.writeStringProperty("memory", file.toString()));
                files.image().ifPresent(file -> json.writeStringProperty("image", file.toString()));
                json.writeEndObject();
            });
            spec.root().ifPresent(root -> json.writeStringProperty("root", root.toString()));
            json.writeObjectPropertyStart("environment");
            spec.environment().forEach(json::writeStringProperty);
            json.writeEndObject();
            writeList(json, "groups", group.directories().stream().map(Path::toString));
        });
    }

    static byte[] kill(long id) {
        return line(json -> json.writeNumberProperty("kill", id));
    }

    private static boolean isFree(String stage, Path socket, Map<String, Map<String, Path>> runtimes) {
        return !socket.startsWith(stage)
                && runtimes.values().stream()
                        .flatMap(mounts -> mounts.values().stream())
                        .noneMatch(source -> source.startsWith(stage));
    }

    private static void writeList(JsonGenerator json, String name, Stream<String> items) {
        json.writeArrayPropertyStart(name);
        items.forEach(json::writeString);
        json.writeEndArray();
    }

    private interface Properties {
        void writeTo(JsonGenerator json);
    }

    private static byte[] line(Properties properties) {
        var line = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), line)) {
            json.writeStartObject();
            properties.writeTo(json);
            json.writeEndObject();
        }
        line.write('\n');
        return line.toByteArray();
    }
}
