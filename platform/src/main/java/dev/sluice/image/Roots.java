package dev.sluice.image;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Digest;
import dev.sluice.bytes.Traces;
import dev.sluice.oci.PullFailed;
import dev.sluice.oci.Unpacked;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The images that functions run on, as directories. What is kept of an image is its blob: its directory is made of
/// that
/// when it is wanted, under the blob's digest, and removed some time after the blob. A blob begins with whose it is, so
/// no two organizations share a directory.
///
/// Thread-safe. One process has the directory.
public final class Roots {
    private static final String GROWING = "growing-";

    /// Which start of the machine what is here was unpacked in.
    private static final String NOTE = "unpacked-since";

    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    /// How the names of others begin.
    private static final String KEPT = "[0-9a-f]*";

    /// What guests are shown at these places is the platform's.
    private static final List<String> PLACES = List.of("dev", "proc", "tmp", "runtime");

    private static final String HOSTS = "127.0.0.1 localhost\n::1 localhost\n";
    private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom");
    private static final int BUFFER_BYTES = 1 << 20;
    private static final long BLOCK_BYTES = 4096;
    private static final Map<Runtime, List<String>> PROGRAMS = Map.of(
            Runtime.PYTHON3,
            List.of("/usr/bin/python3", "/usr/local/bin/python3"),
            Runtime.NODEJS,
            List.of("/usr/bin/node", "/usr/local/bin/node"),
            Runtime.JAVA,
            List.of("/usr/bin/java", "/usr/local/bin/java", "/opt/java/openjdk/bin/java"));
    private static final Logger LOG = LoggerFactory.getLogger(Roots.class);

    private final Path directory;
    private final Blobs blobs;
    private final Map<Digest, ReentrantLock> making = new ConcurrentHashMap<>();

    /// @param directory of its own, made when it is needed; nobody but the server may look into it
    public Roots(Path directory, Blobs blobs) {
        this.directory = directory;
        this.blobs = blobs;
    }

    /// Removes what an earlier server was making when it ended, and everything if the machine was started anew since:
    /// what is unpacked is not synced, for it can be made again. To be called before anything else.
    public void recover() throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        String boot = Files.readString(BOOT);
        Path note = directory.resolve(NOTE);
        boolean isSame = Files.exists(note) && Files.readString(note).equals(boot);
        try (var left = Files.newDirectoryStream(directory, isSame ? GROWING + "*" : "*")) {
            for (Path one : left) {
                Unpacked.remove(one);
            }
        }
    }

    /// An empty directory for what will be moved or removed.
    Path begin() throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(directory.resolve(NOTE), Files.readString(BOOT));
        return Files.createTempDirectory(directory, GROWING);
    }

    /// The directory of an image that is kept.
    ///
    /// @throws PullFailed if there is none, or it cannot be unpacked
    public Path open(Digest image) throws PullFailed {
        Path place = place(image);
        if (Files.isDirectory(place)) {
            return place;
        }
        ReentrantLock lock = making.computeIfAbsent(image, _ -> new ReentrantLock());
        lock.lock();
        try {
            if (!Files.isDirectory(place)) {
                make(image, place);
            }
            return place;
        } catch (IOException failed) {
            throw Pulls.failed(failed);
        } finally {
            lock.unlock();
            making.remove(image, lock);
        }
    }

    /// Whether an image has a directory now.
    boolean has(Digest image) {
        return Files.isDirectory(place(image));
    }

    /// Removes the directory of an image that nobody has begun to use.
    void discard(Digest image) {
        try {
            if (has(image)) {
                remove(place(image));
            }
        } catch (IOException failed) {
            LOG.warn("an image that is of no use could not be removed", failed);
        }
    }

    /// Under another name first, so that nobody finds half of it.
    private void remove(Path root) throws IOException {
        Path doomed = directory.resolve(GROWING + root.getFileName());
        Files.move(root, doomed, StandardCopyOption.ATOMIC_MOVE);
        Unpacked.remove(doomed);
    }

    /// What a directory takes of the disk, about: whole blocks of what is in it.
    static long bytes(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.mapToLong(Roots::blocksBytes).sum();
        } catch (UncheckedIOException failed) {
            throw new IOException("an image could not be measured", failed);
        }
    }

    private static long blocksBytes(Path one) {
        try {
            long its = Files.readAttributes(one, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .size();
            return Math.max(1, Math.ceilDiv(its, BLOCK_BYTES)) * BLOCK_BYTES;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Path place(Digest image) {
        return directory.resolve(image.hex());
    }

    private void make(Digest image, Path place) throws PullFailed, IOException {
        Path growing = begin();
        try (Blobs.Blob blob = blobs.open(image).orElseThrow(() -> new PullFailed("the image is not kept any more"));
                InputStream packed = new BufferedInputStream(blob.stream(0), BUFFER_BYTES)) {
            Unpacked.into(packed, growing);
            for (String name : PLACES) {
                Unpacked.remove(growing.resolve(name));
                Files.createDirectory(growing.resolve(name));
            }
            for (String device : DEVICES) {
                Files.createFile(growing.resolve("dev").resolve(device));
            }
            nameLocalhost(growing.resolve("etc"));
            Files.setPosixFilePermissions(growing, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(growing, place, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Unpacked.remove(growing);
        }
    }

    /// Images leave that to what runs them. One that has it of its own keeps it, and no link of its is followed.
    private static void nameLocalhost(Path etc) throws IOException {
        if (!Files.exists(etc, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(etc);
            Files.setPosixFilePermissions(etc, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path hosts = etc.resolve("hosts");
        boolean isPlace = Files.isDirectory(etc, LinkOption.NOFOLLOW_LINKS);
        boolean isThere = Files.exists(hosts, LinkOption.NOFOLLOW_LINKS);
        boolean isEmpty = Files.isRegularFile(hosts, LinkOption.NOFOLLOW_LINKS) && Files.size(hosts) == 0;
        if (isPlace && (!isThere || isEmpty)) {
            Files.writeString(hosts, HOSTS);
            Files.setPosixFilePermissions(hosts, PosixFilePermissions.fromString("rw-r--r--"));
        }
    }

    /// What starts a guest of a runtime with the image's own interpreter.
    ///
    /// @throws PullFailed with what the image lacks
    public List<String> command(Path root, Runtime runtime, int memoryMib) throws PullFailed {
        List<String> candidates = PROGRAMS.getOrDefault(runtime, List.of());
        for (String program : candidates) {
            if (Unpacked.isProgram(root, program)) {
                var command = new ArrayList<>(runtime.command(memoryMib));
                command.set(0, program);
                return command;
            }
        }
        throw new PullFailed(
                candidates.isEmpty()
                        ? "functions in " + runtime.language() + " run on no pulled image"
                        : "the image lacks what functions in " + runtime.language() + " need: there is no "
                                + String.join(" and no ", candidates));
    }

    /// Removes the directories of images that are not kept any more. To be called again and again by one thread.
    public void tidy() {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (var all = Files.newDirectoryStream(directory, KEPT)) {
            for (Path one : all) {
                if (Files.isDirectory(one, LinkOption.NOFOLLOW_LINKS) && !isKept(one)) {
                    remove(one);
                }
            }
        } catch (IOException failed) {
            LOG.warn("images that nobody uses could not be removed", Traces.withoutTexts(failed));
        }
    }

    private boolean isKept(Path root) throws IOException {
        try (Blobs.Blob blob =
                blobs.open(new Digest(root.getFileName().toString())).orElse(null)) {
            return blob != null;
        }
    }
}
