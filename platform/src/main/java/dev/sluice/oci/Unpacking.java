package dev.sluice.oci;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/// Unpacks the layers of one image into one directory, the lowest first. Nothing is written outside of it whatever they
/// hold: links are followed as if the directory were the root of everything, as they will be in the guest.
///
/// Of modes only whether a file can be executed is kept: everything is readable by all, nothing is anybody's, and no
/// program gives its caller another user's rights. For one thread.
final class Unpacking {
    /// Of all layers together.
    static final int ENTRIES_MAX = 250_000;

    static final int NAME_CHARS_MAX = 4096;
    static final int DEPTH_MAX = 100;

    /// Names that are longer than a header's, and what else stands before an entry.
    private static final long BETWEEN_ENTRIES_BYTES_MAX = 1 << 20;

    private static final int SKIP_BYTES = 8 << 10;
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";

    private final Places places;
    private final long bytesMax;
    private long bytes;
    private int entries;
    private Set<Path> ofThisLayer = new HashSet<>();

    /// @param root     an empty directory
    /// @param bytesMax of all layers together, as archives that are not compressed
    /// @param stepsMax as [Places] has them, of all layers together
    Unpacking(Path root, long bytesMax, long stepsMax) {
        this.places = new Places(root, stepsMax);
        this.bytesMax = bytesMax;
    }

    /// Unpacks one more layer.
    ///
    /// @param tar not compressed any more
    /// @throws PullFailed  for what no layer may hold
    /// @throws IOException if it cannot be read to its end or written
    void layer(InputStream tar) throws PullFailed, IOException {
        ofThisLayer = new HashSet<>();
        var metered = new Metered(tar);
        try {
            var archive = new TarArchiveInputStream(metered, "UTF-8");
            metered.allow(BETWEEN_ENTRIES_BYTES_MAX);
            TarArchiveEntry entry = archive.getNextEntry();
            while (entry != null) {
                metered.allow(Long.MAX_VALUE);
                entry(entry, archive);
                metered.allow(BETWEEN_ENTRIES_BYTES_MAX);
                entry = archive.getNextEntry();
            }
            metered.allow(Long.MAX_VALUE);
            metered.transferTo(OutputStream.nullOutputStream());
        } catch (TooLarge bomb) {
            throw tooLarge();
        } catch (IllegalArgumentException name) {
            throw new PullFailed("a layer of the image holds a name that cannot be a file's on this server");
        }
    }

    private PullFailed tooLarge() {
        return new PullFailed("the image is larger than " + (bytesMax >> 20) + " MiB when it is unpacked");
    }

    private void entry(TarArchiveEntry entry, InputStream content) throws PullFailed, IOException {
        entries++;
        if (entries > ENTRIES_MAX) {
            throw new PullFailed("the image holds more than " + ENTRIES_MAX + " files");
        }
        String name = name(entry.getName());
        if (name.isEmpty()) {
            return;
        }
        Path path = places.forWriting(name);
        String last = path.subpath(path.getNameCount() - 1, path.getNameCount()).toString();
        if (last.equals(OPAQUE)) {
            hideAllBelow(Places.above(path));
        } else if (last.startsWith(WHITEOUT)) {
            hide(path.resolveSibling(hidden(last.substring(WHITEOUT.length()))));
        } else {
            make(entry, path, content);
            for (Path own = path; places.isBelowRoot(own) && ofThisLayer.add(own); own = Places.above(own)) {
                // what leads to it is of this layer too
            }
        }
    }

    private void make(TarArchiveEntry entry, Path path, InputStream content) throws PullFailed, IOException {
        boolean isThere = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        if (entry.isDirectory() && isThere) {
            return;
        }
        remove(path);
        if (entry.isDirectory()) {
            Files.createDirectory(path, PosixFilePermissions.asFileAttribute(Places.OPEN));
        } else if (entry.isSymbolicLink()) {
            places.link(path, entry.getLinkName());
        } else if (entry.isLink()) {
            Path target = places.existing(name(entry.getLinkName()));
            if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS) || target.equals(path)) {
                throw new PullFailed("a layer of the image holds a hard link to what is no file");
            }
            Files.createLink(path, target);
        } else if (isPlain(entry)) {
            if (entry.getSize() > bytesMax - bytes) {
                throw tooLarge();
            }
            places.file(path, content, (entry.getMode() & 0111) != 0, entry.getLastModifiedTime());
        } else {
            throw new PullFailed("a layer of the image holds a device, or something else that is neither a file, a"
                    + " directory nor a link");
        }
    }

    /// The library takes devices for files too.
    private static boolean isPlain(TarArchiveEntry entry) {
        byte kind = entry.getLinkFlag();
        return (kind == TarConstants.LF_NORMAL || kind == TarConstants.LF_OLDNORM) && !entry.isSparse();
    }

    /// A path below the root, without a slash at its beginning or end; empty for the root itself.
    private static String name(String stated) throws PullFailed {
        String name = stated;
        while (name.startsWith("./")) {
            name = name.substring(2);
        }
        name = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        if (name.equals(".")) {
            return "";
        }
        if (name.length() > NAME_CHARS_MAX || name.startsWith("/") || ("/" + name + "/").contains("/../")) {
            throw new PullFailed("a layer of the image holds a path that leads out of it, or a very long one");
        }
        return name;
    }

    private static String hidden(String name) throws PullFailed {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new PullFailed("a layer of the image hides what has no name");
        }
        return name;
    }

    /// A layer hides what lies below it, and nothing of its own.
    private void hide(Path path) throws IOException {
        if (!ofThisLayer.contains(path)) {
            remove(path);
        }
    }

    private void hideAllBelow(Path directory) throws PullFailed, IOException {
        try (var children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                places.count();
                hide(child);
                if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    hideAllBelow(child);
                }
            }
        }
    }

    /// Removes a file, or a directory with all that is in it. No link is followed.
    static void remove(Path path) throws IOException {
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failed)
                        throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException gone) {
            return;
        }
    }

    private static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1;
    }

    /// Yields no more bytes than are allowed now, and than all layers together may have, whatever the archive says of
    /// itself.
    private final class Metered extends FilterInputStream {
        private long left;

        Metered(InputStream in) {
            super(in);
        }

        void allow(long most) {
            left = most;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left <= 0) {
                throw new IOException("an archive with an endless header");
            }
            int read = super.read(into, offset, (int) Math.min(length, left));
            left -= Math.max(0, read);
            bytes += Math.max(0, read);
            if (bytes > bytesMax) {
                throw new TooLarge();
            }
            return read;
        }

        @Override
        public long skip(long wanted) throws IOException {
            byte[] skipped = new byte[(int) Math.min(wanted, SKIP_BYTES)];
            return Math.max(0, read(skipped, 0, skipped.length));
        }
    }
}
