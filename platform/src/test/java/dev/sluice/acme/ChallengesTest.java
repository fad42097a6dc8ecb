package dev.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.http.Response;
import dev.sluice.http.WebServer;
import dev.sluice.testing.TlsClient;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.SelfSigned;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is answered in place of an API while a challenge is under way.
final class ChallengesTest {
    private static final String HOST = "www.acme.example";
    private static final String PATH = "/.well-known/acme-challenge/token";

    private final Challenges challenges = new Challenges();
    private WebServer server;

    @BeforeEach
    void serve() throws IOException {
        var table = new CertificateTable(SelfSigned.of("localhost", Instant.now()));
        server = WebServer.start(
                WebServer.Ports.loopback(0, 0), table, challenges.before(_ -> Response.text(200, "the API")));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private String ask(String method, String host, String path) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            String request = method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
    }

    @Test
    void aChallenge_isAnswered_atItsHostAndPath_whileItIsUnderWay() throws IOException {
        challenges.begin(HOST, "token", "token.proof");
        assertThat(ask("GET", HOST, PATH)).isEqualTo("token.proof");
        assertThat(ask("GET", HOST + ":80", PATH)).isEqualTo("token.proof");
        challenges.end(HOST);
        assertThat(ask("GET", HOST, PATH)).isEqualTo("the API");
    }

    @Test
    void everythingElse_isTheApis() throws IOException {
        challenges.begin(HOST, "token", "token.proof");
        assertThat(ask("GET", "www.blue.example", PATH)).isEqualTo("the API");
        assertThat(ask("POST", HOST, PATH)).isEqualTo("the API");
        assertThat(ask("GET", HOST, PATH + "/more")).isEqualTo("the API");
        assertThat(ask("GET", HOST, "/more" + PATH)).isEqualTo("the API");
        assertThat(ask("GET", HOST, "/.well-known/acme-challenge/other")).isEqualTo("the API");
        assertThat(ask("GET", HOST, "/.well-known/sluice-challenge/token")).isEqualTo("the API");
        try (var socket = TlsClient.connect(server.tlsPort(), HOST)) {
            assertThat(TlsClient.get(socket, HOST, PATH)).isEqualTo("200 the API");
        }
    }
}
