package dev.sluice.sandbox.microvm;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.sandbox.SandboxUnavailable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// The programs that make and run virtual machines, and the kernel that they have made, in one directory that is named
/// by what the programs say: another version of them has another directory.
///
/// @param directory holds `monitor.py`, `vmlinuz`, `initrd` and `nothing.img`
record Tools(Path directory) {
    private static final List<String> OWN = List.of("build.py", "init.c", "monitor.py");
    private static final String FILTER = "/dev/sluice/sandbox/namespaces/system_calls.py";
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int COMPLAINT_BYTES_MAX = 64 << 10;
    private static final long DISK_BYTES = 4L << 30;

    /// Makes the kernel unless it is there.
    ///
    /// @throws SandboxUnavailable if it cannot be made
    static Tools in(Path cache) throws IOException, InterruptedException {
        Map<String, Bytes> programs = new TreeMap<>();
        for (String name : OWN) {
            programs.put(name, resource(name));
        }
        programs.put("system_calls.py", resource(FILTER));
        var sha = Digest.sha256();
        programs.values().forEach(program -> sha.update(program.asBuffer()));
        Path directory = cache.resolve("tools-" + Digest.finish(sha).hex().substring(0, 16));
        makeShown(directory);
        for (var program : programs.entrySet()) {
            Path growing = Files.createTempFile(directory, program.getKey(), ".new");
            Files.write(growing, program.getValue().toArray());
            Files.setPosixFilePermissions(growing, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(growing, directory.resolve(program.getKey()), StandardCopyOption.ATOMIC_MOVE);
        }
        var tools = new Tools(directory);
        makeEmptyDisk(directory.resolve("nothing.img"));
        if (!Files.exists(directory.resolve("initrd"))) {
            tools.build(List.of("kernel", directory.toString()));
        }
        return tools;
    }

    /// Makes a disk image of the files that guests of a runtime see.
    ///
    /// @param mounts place in the guest → file or directory of the host
    void makeRoot(Path image, Map<String, Path> mounts) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("root", image.toString()));
        mounts.forEach((target, source) -> words.add(target + "=" + source));
        build(words);
    }

    /// Makes a disk image of a directory.
    void makeImage(Path image, Path directory) throws IOException, InterruptedException {
        build(List.of("image", image.toString(), directory.toString()));
    }

    /// What the kernel and the first program are.
    Digest kernel() throws IOException {
        var sha = Digest.sha256();
        sha.update(Files.readAllBytes(directory.resolve("vmlinuz")));
        sha.update(Files.readAllBytes(directory.resolve("initrd")));
        return Digest.finish(sha);
    }

    /// Makes a directory that monitors can look into, whatever the server keeps to itself.
    static void makeShown(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void build(List<String> words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                "/usr/bin/python3", "-I", "-B", directory.resolve("build.py").toString()));
        command.addAll(words);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        Process process = builder.start();
        try (var answer = process.getInputStream()) {
            process.getOutputStream().close();
            String text = new String(answer.readNBytes(COMPLAINT_BYTES_MAX), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) || process.exitValue() != 0) {
                throw new SandboxUnavailable("what virtual machines boot from cannot be made: "
                        + text.lines().reduce((before, last) -> last).orElse("")
                        + ". It needs Debian's gcc, libc6-dev and erofs-utils, package lists (apt-get update),"
                        + " and for the kernel a Debian mirror that answers");
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private static void makeEmptyDisk(Path disk) throws IOException {
        if (Files.exists(disk)) {
            return;
        }
        Path growing = Files.createTempFile(disk.resolveSibling(""), "nothing", ".new");
        try (var file = Files.newByteChannel(growing, StandardOpenOption.WRITE)) {
            file.position(DISK_BYTES - 1);
            file.write(ByteBuffer.allocate(1));
        }
        Files.setPosixFilePermissions(growing, PosixFilePermissions.fromString("r--r--r--"));
        Files.move(growing, disk, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Bytes resource(String name) throws IOException {
        try (InputStream source = Tools.class.getResourceAsStream(name)) {
            if (source == null) {
                throw new IllegalStateException("this build lacks " + name);
            }
            return Bytes.takeOver(source.readAllBytes());
        }
    }
}
