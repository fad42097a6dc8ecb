package dev.sluice.testing;

import dev.sluice.acme.AcmeSettings;
import dev.sluice.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Debian's `pebble`, a certificate authority that is asked by ACME, and `pebble-challtestsrv`, the DNS server that
/// tells it that each name is at loopback. It rejects every fifth nonce.
public final class Pebble implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1:";

    private final Path directory;
    private final Path log;
    private final int port = freePort();
    private final int management = freePort();
    private final int dns = freePort();
    private Process authority;
    private Process names;

    /// Listens nowhere yet.
    public Pebble(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.log = directory.resolve("log");
        TlsIdentity.at(directory, Clock.systemUTC());
    }

    public static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    public AcmeSettings settings() {
        return new AcmeSettings(URI.create(url()), Optional.of(authorityFile()), Optional.of("operator@example.org"));
    }

    public String url() {
        return "https://localhost:" + port + "/dir";
    }

    /// What has signed the authority's own certificate, in PEM.
    public Path authorityFile() {
        return directory.resolve("tls.crt");
    }

    /// @param httpPort where it looks for challenges of http-01
    /// @param tlsPort  and of tls-alpn-01
    public Pebble start(int httpPort, int tlsPort) throws IOException, InterruptedException {
        Path config = directory.resolve("config.json");
        Files.writeString(config, """
                {"pebble": {"listenAddress": "%s", "managementListenAddress": "%s", "certificate": "%s",
                "privateKey": "%s", "httpPort": %d, "tlsPort": %d, "ocspResponderURL": "",
                "externalAccountBindingRequired": false}}""".formatted(
                        LOOPBACK + port,
                        LOOPBACK + freePort(),
                        authorityFile(),
                        directory.resolve("tls.key"),
                        httpPort,
                        tlsPort));
        names = run(List.of(
                "pebble-challtestsrv",
                "-defaultIPv6",
                "",
                "-dns01",
                LOOPBACK + dns,
                "-management",
                LOOPBACK + management,
                "-http01",
                "",
                "-https01",
                "",
                "-tlsalpn01",
                ""));
        awaitPort(management);
        authority = run(List.of("pebble", "-config", config.toString(), "-dnsserver", LOOPBACK + dns));
        awaitPort(port);
        return this;
    }

    private Process run(List<String> command) throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("PEBBLE_VA_NOSLEEP", "1");
        builder.environment().put("PEBBLE_WFE_NONCEREJECT", "20");
        builder.environment().put("PEBBLE_AUTHZREUSE", "0");
        return builder.start();
    }

    private void awaitPort(int awaited) throws IOException, InterruptedException {
        for (int tries = 0; tries < 200; tries++) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), awaited), 1000);
                return;
            } catch (IOException notYet) {
                Thread.sleep(100);
            }
        }
        throw new IOException("pebble does not answer:\n" + Files.readString(log));
    }

    /// What it has said.
    public String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() {
        for (Process one : new Process[] {authority, names}) {
            if (one != null) {
                one.destroyForcibly();
                one.onExit().orTimeout(10, TimeUnit.SECONDS).join();
            }
        }
    }
}
