package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Pipe;
import dev.sluice.testing.TlsClient;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.SelfSigned;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Connections that speak another protocol after their first answer: this one says again what it hears.
final class UpgradedConnectionTest {
    private static final int CONNECTIONS_MAX = 2;
    private static final String REQUEST =
            "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

    private final CountDownLatch listening = new CountDownLatch(1);
    private WebServer server;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start(
                WebServer.Ports.loopback(0, 0),
                new CertificateTable(SelfSigned.of("localhost", Instant.now())),
                request -> request.rawPath().equals("/plain") ? Response.text(200, "plain") : echo(request),
                new WebServer.Patience(
                        Duration.ofSeconds(20), Duration.ofSeconds(20), new ClientConnections(CONNECTIONS_MAX, true)),
                LargeBodies.ofThisProcess());
    }

    @AfterEach
    void stop() {
        listening.countDown();
        server.close();
    }

    private Response echo(Request request) {
        var said = new Pipe();
        boolean isDeaf = request.rawPath().equals("/deaf");
        return Response.upgrade("echo", said, out -> {
            if (isDeaf) {
                boolean _ = listening.await(30, TimeUnit.SECONDS);
            }
            for (Optional<Bytes> piece = said.take(); piece.isPresent(); piece = said.take()) {
                out.write(piece.get());
            }
        });
    }

    private Socket connect(boolean isSecure) throws IOException {
        Socket socket = isSecure
                ? TlsClient.connect(server.tlsPort(), "localhost")
                : new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(15_000);
        return socket;
    }

    private static String opened(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        var head = new StringBuilder();
        for (int octet = socket.getInputStream().read();
                octet >= 0;
                octet = socket.getInputStream().read()) {
            head.append((char) octet);
            if (head.indexOf("\r\n\r\n") >= 0) {
                break;
            }
        }
        return head.toString();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bytesGoBothWays_alsoThoseThatCameWithTheRequest(boolean isSecure) throws Exception {
        try (Socket socket = connect(isSecure)) {
            String head = opened(socket, REQUEST + "early");
            assertThat(head)
                    .startsWith("HTTP/1.1 101 ")
                    .contains("Upgrade: echo")
                    .contains("Connection: Upgrade");
            assertThat(socket.getInputStream().readNBytes(5)).asString().isEqualTo("early");
            byte[] large = new byte[300_000];
            for (int n = 0; n < large.length; n++) {
                large[n] = (byte) (n * 31);
            }
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    socket.getOutputStream().write(large);
                } catch (IOException broken) {
                    // What is read tells it.
                }
            });
            assertThat(socket.getInputStream().readNBytes(large.length)).isEqualTo(large);
            writer.join();
        }
    }

    @Test
    void theEnd_isTheClients_orTheServers() throws Exception {
        try (Socket socket = connect(false)) {
            opened(socket, REQUEST);
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    /// And counts no longer than it lasts.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionCountsAmongItsClients(boolean isSecure) throws Exception {
        try (Socket one = connect(isSecure);
                Socket other = connect(isSecure)) {
            assertThat(opened(one, REQUEST)).startsWith("HTTP/1.1 101 ");
            assertThat(opened(other, REQUEST)).startsWith("HTTP/1.1 101 ");
            assertThat(isServed(isSecure)).isFalse();
        }
        await().until(() -> isServed(isSecure));
    }

    private boolean isServed(boolean isSecure) {
        try (Socket more = connect(isSecure)) {
            return opened(more, "GET /plain HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .startsWith("HTTP/1.1 200 ");
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void whoIsNotHeard_waits() throws Exception {
        try (Socket socket = connect(false)) {
            assertThat(opened(socket, REQUEST.replace("/echo", "/deaf"))).startsWith("HTTP/1.1 101 ");
            socket.setSendBufferSize(4096);
            var written = new long[1];
            Thread writer = Thread.ofPlatform().daemon().start(() -> {
                try {
                    for (int n = 0; n < 1000; n++) {
                        socket.getOutputStream().write(new byte[64 << 10]);
                        written[0] += 64 << 10;
                    }
                } catch (IOException ended) {
                    // With the test.
                }
            });
            Thread.sleep(2000);
            assertThat(written[0]).isLessThan(32L << 20); // of 64 MiB: what the kernel and the pipe hold
            assertThat(writer.isAlive()).isTrue();
        }
    }
}
