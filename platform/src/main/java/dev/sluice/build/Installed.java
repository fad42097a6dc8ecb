package dev.sluice.build;

import dev.sluice.bytes.Bytes;
import dev.sluice.function.Layer;
import dev.sluice.function.SourceFiles;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The files that a build hands over, piece by piece. Not thread-safe.
final class Installed {
    /// As many as a path of allowed length can have.
    static final int NAME_BYTES_MAX = SourceFiles.PATH_CHARS_MAX * 3;

    private final TreeMap<String, Bytes> files = new TreeMap<>();
    private final SortedSet<String> programs = new TreeSet<>();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private String path = "";
    private long bytes;

    /// The next file.
    ///
    /// @param isProgram whether its owner may execute it
    void begin(Bytes name, boolean isProgram) throws BuildFailed {
        end();
        if (name.length() > NAME_BYTES_MAX) {
            throw new BuildFailed("the build handed over a file whose path is longer than " + SourceFiles.PATH_CHARS_MAX
                    + " characters");
        }
        path = new String(name.readOnlyArray(), StandardCharsets.UTF_8);
        if (path.isEmpty() || files.containsKey(path) || path.equals(Layer.PROGRAMS)) {
            throw new BuildFailed("the build handed over a file without a name of its own");
        }
        if (files.size() == SourceFiles.FILES_MAX) {
            throw new BuildFailed(String.format(
                    Locale.ROOT,
                    "what is needed is more than the %d files that an image may add",
                    SourceFiles.FILES_MAX));
        }
        if (isProgram) {
            programs.add(path);
        }
    }

    void add(Bytes piece) throws BuildFailed {
        bytes += piece.length();
        if (bytes > SourceFiles.BYTES_MAX) {
            throw new BuildFailed(String.format(
                    Locale.ROOT,
                    "what is needed is more than the %d MiB that an image may add",
                    SourceFiles.BYTES_MAX >> 20));
        }
        content.writeBytes(piece.readOnlyArray());
    }

    private void end() {
        if (!path.isEmpty()) {
            files.put(path, Bytes.takeOver(content.toByteArray()));
        }
        content.reset();
    }

    SourceFiles all() throws BuildFailed {
        end();
        if (!programs.isEmpty()) {
            files.put(Layer.PROGRAMS, Bytes.utf8(String.join("\n", programs)));
        }
        try {
            return new SourceFiles(files);
        } catch (IllegalArgumentException wrong) {
            throw new BuildFailed(
                    files.isEmpty()
                            ? "the manifest asks for nothing that could be installed"
                            : "what was installed is no package: " + wrong.getMessage());
        }
    }
}
