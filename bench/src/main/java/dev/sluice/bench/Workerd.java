package dev.sluice.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Cloudflare's workerd saying hello, when npm has it.
final class Workerd implements AutoCloseable {
    private static final long INSTALL_SECONDS_MAX = 180;

    private final ChildProcess process;
    private final URI address;

    private Workerd(ChildProcess process, URI address) {
        this.process = process;
        this.address = address;
    }

    /// @return nothing where npm does not have it
    static Optional<Workerd> start(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Path program = directory.resolve("node_modules/.bin/workerd");
        var install = new ProcessBuilder("sh", "-c", "npm install --no-audit --no-fund workerd > npm.log 2>&1")
                .directory(directory.toFile())
                .start();
        if (!install.waitFor(INSTALL_SECONDS_MAX, TimeUnit.SECONDS)
                || install.exitValue() != 0
                || !Files.exists(program)) {
            install.destroyForcibly();
            return Optional.empty();
        }
        int port = freePort();
        Files.writeString(directory.resolve("hello.js"), """
                export default { async fetch(request) {
                  await request.text();
                  return new Response('{"hello":"world"}', { headers: { 'content-type': 'application/json' } });
                } };
                """);
        Files.writeString(directory.resolve("config.capnp"), """
                using Workerd = import "/workerd/workerd.capnp";
                const config :Workerd.Config = (
                  services = [ (name = "hello", worker = (
                    modules = [ (name = "hello", esModule = embed "hello.js") ],
                    compatibilityDate = "2024-01-01")) ],
                  sockets = [ (name = "http", address = "127.0.0.1:%d", http = (), service = "hello") ]
                );
                """.formatted(port));
        ChildProcess process = ChildProcess.start(
                directory.resolve("workerd.log"),
                List.of(
                        program.toString(),
                        "serve",
                        directory.resolve("config.capnp").toString()));
        for (int i = 0; i < 500 && process.isAlive(); i++) {
            try (var probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return Optional.of(new Workerd(process, URI.create("http://127.0.0.1:" + probe.getPort() + "/")));
            } catch (IOException notYet) {
                Thread.sleep(20);
            }
        }
        process.close();
        return Optional.empty();
    }

    URI address() {
        return address;
    }

    @Override
    public void close() {
        process.close();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
