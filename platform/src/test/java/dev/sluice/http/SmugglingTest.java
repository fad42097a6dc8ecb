package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.SelfSigned;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What another server before this one, or a client, might read differently: refused, or read in one way only.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SmugglingTest {
    private static final String REFUSED = "refused";
    private static final byte[] NEXT =
            "GET /smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private WebServer server;

    /// @param outcome what is asked in the end, or that it is refused
    record Case(String name, Bytes bytes, String outcome) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    void start() throws IOException {
        server = WebServer.start(
                WebServer.Ports.loopback(0, 0),
                new CertificateTable(SelfSigned.of("localhost", Instant.now())),
                request -> {
                    request.body(1000);
                    asked.add(request.rawPath());
                    return Response.text(200, "hello");
                },
                Duration.ofSeconds(2),
                LargeBodies.ofThisProcess());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    static Stream<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        String name = "";
        var bytes = new ByteArrayOutputStream();
        try (var in = SmugglingTest.class.getResourceAsStream("smuggling.txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList()) {
                if (line.startsWith("= ")) {
                    name = line.substring(2);
                    bytes.reset();
                } else if (line.startsWith("> ")) {
                    cases.add(new Case(name, Bytes.takeOver(bytes.toByteArray()), line.substring(2)));
                } else if (!line.isEmpty() && !line.startsWith("#")) {
                    bytes.writeBytes(unescaped(line));
                }
            }
        }
        assertThat(cases).hasSizeGreaterThan(60);
        return cases.stream();
    }

    private static byte[] unescaped(String line) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\') {
                i++;
                switch (line.charAt(i)) {
                    case 'r' -> out.write('\r');
                    case 'n' -> out.write('\n');
                    case 't' -> out.write('\t');
                    case '0' -> out.write(0);
                    case 'x' -> {
                        out.write(Integer.parseInt(line, i + 1, i + 3, 16));
                        i += 2;
                    }
                    default -> out.write(line.charAt(i));
                }
            } else {
                out.write(c);
            }
        }
        return out.toByteArray();
    }

    private String send(byte[] bytes) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            var all = new ByteArrayOutputStream();
            all.writeBytes(bytes);
            all.writeBytes(NEXT);
            socket.getOutputStream().write(all.toByteArray());
            var said = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(said);
            } catch (SocketException reset) {
                assertThat(reset).hasMessageContaining("reset"); // what came before it counts
            }
            return said.toString(StandardCharsets.US_ASCII);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aMessage_isRefused_orReadInOneWay(Case one) throws IOException {
        asked.clear();
        String said = send(one.bytes.toArray());
        if (one.outcome.equals(REFUSED)) {
            assertThat(asked).isEmpty();
            assertThat(said).as("one answer").containsOnlyOnce("HTTP/1.1 ");
            assertThat(Integer.parseInt(said.substring(9, 12))).isBetween(400, 599);
        } else {
            assertThat("asked " + String.join(" ", asked)).isEqualTo(one.outcome);
            assertThat(said.split("HTTP/1.1 200 OK", -1)).hasSize(asked.size() + 1);
        }
    }
}
