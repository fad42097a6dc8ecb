package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.TlsIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Clients that begin a body and send no more of it, over a real socket.
final class StalledBodyTest {
    private static final int BODY_BYTES_MAX = 1000;

    @TempDir
    Path directory;

    private WebServer server;

    @BeforeEach
    void start() throws IOException {
        Handler handler = request -> switch (request.segments().getFirst()) {
            case "refused" -> Response.error(429, 429, "too many requests");
            case "empty" -> Response.empty(404);
            case "streamed" ->
                Response.of(
                        200,
                        "text/plain",
                        Bytes.takeOver(request.bodyStream(BODY_BYTES_MAX).readAllBytes()));
            default -> Response.of(200, "text/plain", request.body(BODY_BYTES_MAX));
        };
        server = WebServer.start(
                WebServer.Ports.loopback(0, 0),
                new CertificateTable(TlsIdentity.at(directory, Clock.systemUTC())),
                handler,
                Duration.ofMillis(700),
                LargeBodies.ofThisProcess());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String sent(String head, String body) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static String head(String path, String framing) {
        return "POST /" + path + " HTTP/1.1\r\nHost: localhost\r\n" + framing + "\r\n\r\n";
    }

    @ParameterizedTest
    @CsvSource({
        "Transfer-Encoding: chunked, '5\r\nabcde\r\n'",
        "Transfer-Encoding: chunked, '5\r\nab'",
        "Transfer-Encoding: chunked, ''",
        "Content-Length: 900, abcde",
        "Content-Length: 900, ''",
    })
    void anEarlyAnswer_isTheOnlyOne_whoeverStalls(String framing, String body) throws IOException {
        String answer = sent(head("refused", framing), body);
        assertThat(answer)
                .startsWith("HTTP/1.1 429 ")
                .contains("Connection: close")
                .endsWith("too many requests\"}");
        assertThat(sent(head("empty", framing), body))
                .startsWith("HTTP/1.1 404 ")
                .contains("Connection: close");
    }

    /// A 500 would say that the server has a bug.
    @ParameterizedTest
    @CsvSource({
        "echo, Transfer-Encoding: chunked, '5\r\nabcde\r\n'",
        "echo, Transfer-Encoding: chunked, '5\r\nab'",
        "echo, Content-Length: 900, abcde",
        "streamed, Transfer-Encoding: chunked, '5\r\nabcde\r\n'",
        "streamed, Content-Length: 900, abcde",
    })
    void aBodyThatNeverComesToItsEnd_isARequestThatTookTooLong(String path, String framing, String body)
            throws IOException {
        assertThat(sent(head(path, framing), body))
                .startsWith("HTTP/1.1 408 ")
                .contains("Connection: close")
                .endsWith("did not come to its end in time\"}");
    }

    @Test
    void aBodyThatIsTooLarge_isSaidSo_thoughTheRestNeverComes() throws IOException {
        String declared = sent(head("echo", "Content-Length: 1001"), "abc");
        assertThat(declared).startsWith("HTTP/1.1 413 ").endsWith("}");
        String chunk = "400\r\n" + "x".repeat(1024) + "\r\n";
        String chunked = sent(head("echo", "Transfer-Encoding: chunked"), chunk);
        assertThat(chunked).startsWith("HTTP/1.1 413 ").endsWith("}");
    }
}
