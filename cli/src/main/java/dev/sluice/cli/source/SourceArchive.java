package dev.sluice.cli.source;

import dev.sluice.cli.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/// Packs a function's source, a file or a directory. Entries are named `./f` and `./sub/f`, in the order of their
/// names. Only regular files and directories are packed: a link might lead out of the source.
public final class SourceArchive {
    static final long SOURCE_BYTES_MAX = 64 << 20;
    static final int ENTRIES_MAX = 10_000;
    static final int DEPTH_MAX = 64;

    private final ByteArrayOutputStream packed = new ByteArrayOutputStream();
    private long bytesLeft = SOURCE_BYTES_MAX;
    private int entriesLeft = ENTRIES_MAX;

    private SourceArchive() {}

    /// The gzipped tar of `source`.
    public static byte[] of(Path source) {
        var archive = new SourceArchive();
        try (var gzip = new GZIPOutputStream(archive.packed)) {
            var tar = new TarWriter(gzip);
            if (Files.isDirectory(source)) {
                archive.addContentOf(source, ".", tar, 0);
            } else {
                archive.add(source, "./" + source.toAbsolutePath().normalize().getFileName(), tar, 0);
            }
            tar.end();
        } catch (IOException e) {
            throw new Failure("error reading " + source + ": " + Failure.reason(e), e);
        }
        return archive.packed.toByteArray();
    }

    private void addContentOf(Path directory, String name, TarWriter tar, int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            throw new Failure("the source is nested deeper than " + DEPTH_MAX + " directories");
        }
        for (Path child : sorted(directory)) {
            add(child, name + "/" + child.getFileName(), tar, depth);
        }
    }

    private static List<Path> sorted(Path directory) throws IOException {
        try (var children = Files.list(directory)) {
            return children.limit(ENTRIES_MAX + 1L).sorted().toList();
        }
    }

    private void add(Path path, String name, TarWriter tar, int depth) throws IOException {
        if (--entriesLeft < 0) {
            throw new Failure("the source holds more than " + ENTRIES_MAX + " files and directories");
        }
        if (Files.isSymbolicLink(path)) {
            throw new Failure("the source holds a symbolic link: " + path);
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            tar.directory(name);
            addContentOf(path, name, tar, depth + 1);
        } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            tar.file(name, content(path), Files.isExecutable(path));
        } else if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new Failure("the source holds what is neither a file nor a directory: " + path);
        } else {
            throw new Failure(path + " does not exist");
        }
    }

    private byte[] content(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes((int) bytesLeft + 1);
            bytesLeft -= content.length;
            if (bytesLeft < 0) {
                throw new Failure("the source is larger than " + (SOURCE_BYTES_MAX >> 20) + " MiB");
            }
            return content;
        }
    }
}
