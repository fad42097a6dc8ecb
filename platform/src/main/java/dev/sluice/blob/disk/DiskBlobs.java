package dev.sluice.blob.disk;

import dev.sluice.blob.Blobs;
import dev.sluice.blob.Holds;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// One file for each blob, `ab/cd/abcd...` by its digest, below a directory that one process has to itself.
///
/// A blob is written to `incoming`, synced, renamed to its name, and the directories on the way are synced: a file
/// that bears a digest is whole. What a crash leaves in `incoming` is removed by the next start. The time at which
/// a file was last changed is when it was last put.
public final class DiskBlobs implements Blobs {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final int LOCKS = 64;
    private static final int PREFIX_CHARS = 2;
    private static final int NAME_CHARS = 64;

    private final Path directory;
    private final Path incoming;
    private final InstantSource clock;
    private final Holds holds = new Holds();

    /// By the last digits of the name: giving a file its name, and removing it.
    private final List<ReentrantLock> locks =
            Stream.generate(ReentrantLock::new).limit(LOCKS).toList();

    /// @throws IOException if `directory` cannot be made or written
    public DiskBlobs(Path directory, InstantSource clock) throws IOException {
        this.directory = directory;
        this.clock = clock;
        this.incoming = Files.createDirectories(directory.resolve("incoming"), OWNER_ONLY);
        try (var leftOver = Files.newDirectoryStream(incoming)) {
            for (Path file : leftOver) {
                Files.delete(file);
            }
        }
    }

    @Override
    public Upload begin(long bytesMax) throws IOException {
        return new DiskUpload(incoming.resolve(UUID.randomUUID().toString()), bytesMax, this::publish);
    }

    @Override
    public Optional<Blob> open(Digest digest) throws IOException {
        try {
            return Optional.of(new DiskBlob(FileChannel.open(file(digest), StandardOpenOption.READ)));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    @Override
    public List<Digest> list(Optional<Digest> after, int limit) throws IOException {
        String last = after.map(Digest::hex).orElse("");
        var found = new ArrayList<Digest>();
        for (String outer : children(directory, "", PREFIX_CHARS, last)) {
            for (String inner : children(directory.resolve(outer), outer, PREFIX_CHARS, last)) {
                for (String name : children(directory.resolve(outer).resolve(inner), "", NAME_CHARS, last)) {
                    if (!name.equals(last)) {
                        found.add(new Digest(name));
                    }
                    if (found.size() == limit) {
                        return found;
                    }
                }
            }
        }
        return found;
    }

    /// The names in a directory that have so many characters and may lead to what comes after `last`, in order.
    private static List<String> children(Path directory, String above, int chars, String last) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.length() == chars && name.chars().allMatch(DiskBlobs::isHexDigit))
                    .filter(name -> (above + name).compareTo(beginning(last, above.length() + chars)) >= 0)
                    .sorted()
                    .toList();
        }
    }

    private static boolean isHexDigit(int character) {
        return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
    }

    private static String beginning(String text, int chars) {
        return text.substring(0, Math.min(chars, text.length()));
    }

    @Override
    public Hold hold(Digest digest) {
        return holds.take(digest);
    }

    @Override
    public boolean remove(Digest digest, Instant before, BooleanSupplier isGarbage) throws IOException {
        Path file = file(digest);
        ReentrantLock lock = lock(digest);
        lock.lock();
        try {
            if (Files.getLastModifiedTime(file).toInstant().isBefore(before)
                    && !holds.has(digest)
                    && isGarbage.getAsBoolean()) {
                Files.delete(file);
                return true;
            }
            return false;
        } catch (NoSuchFileException gone) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Gives a written and synced file its name, unless there is one: the file then stays where it is, and the one
    /// that is there is as good as new.
    ///
    /// Syncs all directories even so: another put may have made them or the file, and not yet synced.
    private void publish(Path written, Digest digest) throws IOException {
        Path outer = outer(digest);
        Path inner = inner(digest);
        Path file = file(digest);
        ReentrantLock lock = lock(digest);
        lock.lock();
        try {
            boolean isNew = !Files.exists(file);
            Files.setLastModifiedTime(isNew ? written : file, FileTime.from(clock.instant()));
            if (isNew) {
                Files.createDirectories(inner, OWNER_ONLY);
                Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            }
        } finally {
            lock.unlock();
        }
        sync(inner);
        sync(outer);
        sync(directory);
    }

    private static void sync(Path directory) throws IOException {
        try (var entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    private ReentrantLock lock(Digest digest) {
        return locks.get(Integer.parseInt(digest.hex().substring(NAME_CHARS - 4), 16) % LOCKS);
    }

    private Path file(Digest digest) {
        return inner(digest).resolve(digest.hex());
    }

    private Path outer(Digest digest) {
        return directory.resolve(digest.hex().substring(0, PREFIX_CHARS));
    }

    private Path inner(Digest digest) {
        return outer(digest).resolve(digest.hex().substring(PREFIX_CHARS, 2 * PREFIX_CHARS));
    }
}
