package dev.sluice.oci;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// The paths of an image below the directory that it is unpacked in, which is the root of everything for the links in
/// it. Nobody else changes the directory meanwhile.
final class Places {
    static final Set<PosixFilePermission> OPEN = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rw-r--r--");
    private static final int LINKS_MAX = 40;

    private final Path root;
    private final long stepsMax;
    private long steps;

    /// @param stepsMax how many directories, links and files may be looked at
    Places(Path root, long stepsMax) {
        this.root = root;
        this.stepsMax = stepsMax;
    }

    /// Something is looked at: a few bytes of an archive may want that of everything, again and again.
    void count() throws PullFailed {
        steps++;
        if (steps > stepsMax) {
            throw new PullFailed("the image takes more than " + stepsMax + " steps to unpack");
        }
    }

    /// Where an entry of that name is written: the directories above it are made, the last part is not looked at.
    Path forWriting(String name) throws PullFailed, IOException {
        return walk(name, true);
    }

    /// Something of that name that is there; a link is not followed.
    ///
    /// @throws PullFailed if nothing is
    Path existing(String name) throws PullFailed, IOException {
        Path path = walk(name, false);
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new PullFailed("a layer of the image holds a hard link to nothing");
        }
        return path;
    }

    /// Where a name leads in the end.
    ///
    /// @throws PullFailed if a directory on the way is not there, or there are too many links
    Path followed(String name) throws PullFailed, IOException {
        String next = name;
        for (int links = 0; links <= LINKS_MAX; links++) {
            Path path = walk(next, false);
            if (!Files.isSymbolicLink(path)) {
                return path;
            }
            String target = Files.readSymbolicLink(path).toString();
            next = target.startsWith("/") ? target : root.relativize(path.getParent()) + "/" + target;
        }
        throw new PullFailed("the image holds a path through too many links");
    }

    boolean isBelowRoot(Path path) {
        return !path.equals(root);
    }

    private Path walk(String name, boolean isMaking) throws PullFailed, IOException {
        Deque<String> parts = new ArrayDeque<>(split(name));
        if (parts.isEmpty()) {
            throw new PullFailed("a layer of the image replaces its root");
        }
        String last = parts.removeLast();
        Path directory = root;
        int links = 0;
        while (!parts.isEmpty()) {
            count();
            Path next = step(directory, parts.removeFirst());
            if (Files.isSymbolicLink(next)) {
                links++;
                String target = Files.readSymbolicLink(next).toString();
                List<String> its = split(target);
                for (int i = its.size() - 1; i >= 0; i--) {
                    parts.addFirst(its.get(i));
                }
                directory = target.startsWith("/") ? root : directory;
            } else {
                directory = next;
                makeIfNeeded(directory, isMaking);
            }
            if (links > LINKS_MAX || directory.getNameCount() - root.getNameCount() > Unpacking.DEPTH_MAX) {
                throw new PullFailed("a layer of the image holds a path through too many links or directories");
            }
        }
        return step(directory, last);
    }

    /// `..` of the root is the root, as in the guest.
    private Path step(Path directory, String part) {
        if (part.equals("..")) {
            return directory.equals(root) ? root : above(directory);
        }
        return directory.resolve(part);
    }

    /// The directory that something below the root is in.
    static Path above(Path path) {
        return Objects.requireNonNull(path.getParent(), "everything here is below the root");
    }

    private static void makeIfNeeded(Path directory, boolean isMaking) throws PullFailed, IOException {
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isMaking || Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new PullFailed("a layer of the image holds a path through what is no directory");
        }
        Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OPEN));
    }

    private static List<String> split(String path) {
        return Arrays.stream(path.split("/", -1))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
    }

    /// Makes a symbolic link, unless it leads out.
    void link(Path path, String target) throws PullFailed, IOException {
        int depth = target.startsWith("/") ? 0 : path.getNameCount() - root.getNameCount() - 1;
        for (String part : split(target)) {
            depth += part.equals("..") ? -1 : 1;
            if (depth < 0) {
                throw new PullFailed("a layer of the image holds a link that leads out of it");
            }
        }
        if (target.isEmpty() || target.length() > Unpacking.NAME_CHARS_MAX) {
            throw new PullFailed("a layer of the image holds a link to nothing, or a very long one");
        }
        Files.createSymbolicLink(path, Path.of(target));
    }

    void file(Path path, InputStream content, boolean isProgram, FileTime changed) throws IOException {
        try (var out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            content.transferTo(out);
        }
        Files.setPosixFilePermissions(path, isProgram ? OPEN : READABLE);
        Files.setLastModifiedTime(path, changed);
    }
}
