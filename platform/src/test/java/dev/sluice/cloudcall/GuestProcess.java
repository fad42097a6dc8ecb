package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A real guest as a plain process, without any sandbox, its descriptor 3 connected to us. For tests.
final class GuestProcess implements AutoCloseable {
    /// Where the repository keeps the guests' runtimes.
    static final Path GUESTS =
            Path.of(System.getProperty("basedir", ".")).resolve("../guest").normalize();

    private static final List<String> PYTHON = List.of("/usr/bin/python3", "-I", "-S", "-B");

    /// Gives the command after it a connected descriptor 3 and an environment with a home.
    private static final String CONNECT = """
            import os, socket, sys
            s = socket.socket(socket.AF_UNIX)
            s.connect(sys.argv[1])
            os.dup2(s.fileno(), 3)
            os.set_inheritable(3, True)
            os.execve(sys.argv[2], sys.argv[2:], {"HOME": "/tmp"})
            """;

    private final Process process;
    private final SocketChannel channel;
    private final Path directory;

    private GuestProcess(Process process, SocketChannel channel, Path directory) {
        this.process = process;
        this.channel = channel;
        this.directory = directory;
    }

    static GuestProcess python() throws IOException {
        List<String> command = new ArrayList<>(PYTHON);
        command.add(GUESTS.resolve("python/guest.py").toString());
        return start(command);
    }

    static GuestProcess node() throws IOException {
        return start(List.of("/usr/bin/node", GUESTS.resolve("node/guest.js").toString()));
    }

    static GuestProcess powershell() throws IOException {
        return start(List.of(
                "/usr/bin/pwsh",
                "-NoLogo",
                "-NoProfile",
                "-NonInteractive",
                "-File",
                GUESTS.resolve("powershell/guest.ps1").toString()));
    }

    private static GuestProcess start(List<String> guest) throws IOException {
        Path directory = Files.createTempDirectory("guest");
        Path socket = directory.resolve("channel");
        List<String> command = new ArrayList<>(PYTHON);
        command.addAll(List.of("-c", CONNECT, socket.toString()));
        command.addAll(guest);
        command.add(directory.resolve("function").toString());
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Process process = new ProcessBuilder(command)
                    .redirectOutput(directory.resolve("stdout").toFile())
                    .redirectError(directory.resolve("stderr").toFile())
                    .start();
            return new GuestProcess(process, server.accept(), directory);
        }
    }

    /// Runs a test of the guests' own to its end, which has to be a good one.
    static void check(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("guest", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(output);
        Files.delete(output);

        assertThat(ended).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }

    SocketChannel channel() {
        return channel;
    }

    String stdout() throws IOException {
        return Files.readString(directory.resolve("stdout"));
    }

    String stderr() throws IOException {
        return Files.readString(directory.resolve("stderr"));
    }

    /// The exit code of a guest that ends by itself.
    int exitCode() throws InterruptedException {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            throw new AssertionError("the guest does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        List<ProcessHandle> children = process.descendants().toList(); // no sandbox ends them
        channel.close();
        process.destroyForcibly().onExit().join();
        children.forEach(ProcessHandle::destroyForcibly);
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
