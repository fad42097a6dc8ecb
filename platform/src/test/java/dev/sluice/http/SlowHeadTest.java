package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.SelfSigned;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients that hold connections without asking for anything, a byte at a time.
final class SlowHeadTest {
    private static final int CONNECTIONS_MAX = 5;

    private WebServer server;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start(
                WebServer.Ports.loopback(0, 0).withHttp2(true),
                new CertificateTable(SelfSigned.of("localhost", Instant.now())),
                request -> {
                    if (request.method().equals("POST")) {
                        Thread.sleep(1000);
                    }
                    return Response.text(200, "hello");
                },
                new WebServer.Patience(
                        Duration.ofSeconds(20), Duration.ofMillis(400), new ClientConnections(CONNECTIONS_MAX, true)),
                LargeBodies.ofThisProcess());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static Socket connect(int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(15_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// Sends a byte now and then, each soon enough for the next byte, until it is cut or this has gone on for long.
    private static boolean isCut(Socket socket, String text) throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            try {
                send(socket, text.substring(i % text.length(), i % text.length() + 1));
            } catch (IOException cut) {
                return true;
            }
            Thread.sleep(50);
        }
        return false;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX-Long: "})
    void aHeadThatComesByteByByte_isCut(String begun) throws Exception {
        try (Socket slow = connect(server.port())) {
            send(slow, begun);
            assertThat(isCut(slow, begun.isEmpty() ? "GETGETGET" : "x")).isTrue();
        }
    }

    @Test
    void aSecondHead_onAConnectionThatWasGood_isCutToo() throws Exception {
        try (Socket slow = connect(server.port())) {
            send(slow, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(slow.getInputStream().readNBytes(15))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("HTTP/1.1 200 OK");
            assertThat(isCut(slow, "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(200)))
                    .isTrue();
        }
    }

    /// A record of TLS that says how long it is, and never comes.
    @Test
    void aHandshakeThatDoesNotEnd_isCut() throws Exception {
        try (Socket slow = connect(server.tlsPort())) {
            slow.getOutputStream().write(new byte[] {0x16, 3, 1, 0x3f, 0, 1, 0, 0x3e, 0});
            assertThat(isCut(slow, "x")).isTrue();
        }
    }

    @Test
    void aBodyThatTakesItsTime_andAnAnswer_areNoHeads() throws Exception {
        try (Socket slow = connect(server.port())) {
            send(slow, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\n");
            for (String piece : new String[] {"a", "b", "c"}) {
                Thread.sleep(300);
                send(slow, piece);
            }
            assertThat(slow.getInputStream().readAllBytes())
                    .asString(StandardCharsets.US_ASCII)
                    .startsWith("HTTP/1.1 200")
                    .endsWith("hello");
        }
    }

    @Test
    void aConnectionThatRests_isNoHead() throws Exception {
        try (Socket resting = connect(server.port())) {
            send(resting, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(resting.getInputStream().read()).isEqualTo('H');
            Thread.sleep(1000);
            send(resting, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(resting.getInputStream().readAllBytes())
                    .asString(StandardCharsets.US_ASCII)
                    .endsWith("hello")
                    .contains("Connection: close");
        }
    }

    @Test
    void oneClient_hasSoManyConnectionsAtOnce_plainAndTls() throws Exception {
        List<Socket> held = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS_MAX; i++) {
                Socket next = connect(i % 2 == 0 ? server.port() : server.tlsPort());
                held.add(next);
            }
            await().untilAsserted(() -> assertThat(isServed()).isFalse());
            held.removeFirst().close();
            await().untilAsserted(() -> assertThat(isServed()).isTrue());
        } finally {
            for (Socket one : held) {
                one.close();
            }
        }
    }

    private boolean isServed() {
        try (Socket one = connect(server.port())) {
            send(one, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            return new String(one.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).endsWith("hello");
        } catch (IOException closed) {
            return false;
        }
    }
}
