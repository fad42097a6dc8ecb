package dev.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.acme.Certificates.Pace;
import dev.sluice.bytes.Bytes;
import dev.sluice.http.Handler;
import dev.sluice.http.Response;
import dev.sluice.http.WebServer;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.TestAuthority;
import dev.sluice.tls.TlsIdentity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An authority that wants to be more than one.
final class HostileAuthorityTest {
    private static final String HOST = "www.acme.example";
    private static final Pace SLOW = new Pace(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));

    @TempDir
    private Path directory;

    private final AtomicInteger askedElsewhere = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private CertificateTable table;
    private WebServer authority;
    private WebServer elsewhere;
    private volatile Handler answers = _ -> Response.empty(500);

    @BeforeEach
    void serve() throws IOException {
        table = new CertificateTable(TlsIdentity.at(directory, Clock.systemUTC()));
        elsewhere = WebServer.start(WebServer.Ports.loopback(0, 0), table, _ -> {
            askedElsewhere.incrementAndGet();
            return Response.empty(200).with("Replay-Nonce", "abc");
        });
        authority = WebServer.start(WebServer.Ports.loopback(0, 0), table, request -> {
            asked.incrementAndGet();
            return answers.handle(request);
        });
    }

    @AfterEach
    void close() {
        authority.close();
        elsewhere.close();
    }

    private String problem() {
        var settings = new AcmeSettings(
                URI.create("https://localhost:" + authority.tlsPort() + "/dir"),
                Optional.of(directory.resolve("tls.crt")),
                Optional.empty());
        Path data = directory.resolve("data");
        try (var certificates = new Certificates(data, Optional.of(settings), table, Clock.systemUTC(), SLOW)) {
            certificates.want("acme", HOST);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> certificates.problem(HOST).isPresent());
            return certificates.problem(HOST).orElseThrow();
        }
    }

    private static Response json(String text) {
        return Response.json(200, Bytes.utf8(text));
    }

    private String directoryAt(String base) {
        return "{\"newNonce\":\"" + base + "/nonce\",\"newAccount\":\"" + base + "/account\",\"newOrder\":\"" + base
                + "/order\"}";
    }

    @Test
    void whatAnAnswerLeadsTo_isNotAskedElsewhere() {
        answers = _ -> json(directoryAt("https://localhost:" + elsewhere.tlsPort()));
        assertThat(problem()).contains("the certificate authority cannot be reached, or does not answer as it should");
        answers = _ -> json(directoryAt("http://localhost:" + elsewhere.port()));
        assertThat(problem()).contains("cannot be reached");
        answers = _ -> Response.empty(302).with("Location", "https://localhost:" + elsewhere.tlsPort() + "/dir");
        assertThat(problem()).contains("the certificate authority");
        assertThat(asked).hasValueGreaterThanOrEqualTo(3);
        assertThat(askedElsewhere).hasValue(0);
    }

    @Test
    void anAnswer_isBounded() throws IOException {
        String own = "https://localhost:" + authority.tlsPort();
        answers = request -> json(directoryAt(own) + " ".repeat(OneOrigin.ANSWER_BYTES_MAX));
        assertThat(problem()).contains("cannot be reached");
        assertThat(asked).hasValue(1);
        Bytes packed = packed(directoryAt(own));
        answers = _ -> Response.of(200, "application/json", packed).with("Content-Encoding", "gzip");
        assertThat(problem()).contains("cannot be reached");
        assertThat(asked).hasValue(2);
        answers = _ -> json("[".repeat(30_000));
        assertThat(problem()).contains("tried again at ");
    }

    private static Bytes packed(String text) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return Bytes.copyOf(out.toByteArray());
    }

    @Test
    void theOrigin_isTheDirectorys_toTheLetter() throws IOException {
        var settings = new AcmeSettings(URI.create("https://ca.example/dir"), Optional.empty(), Optional.empty());
        var origin = new OneOrigin(settings);
        for (String own : new String[] {"https://ca.example/x", "https://CA.example:443/y?z"}) {
            assertThat(origin.isOwn(URI.create(own).toURL())).as(own).isTrue();
        }
        for (String other : new String[] {
            "http://ca.example:443/x",
            "https://ca.example.net/x",
            "https://127.0.0.1/x",
            "https://ca.example:8443/x",
            "https://user@ca.example/x"
        }) {
            assertThat(origin.isOwn(URI.create(other).toURL())).as(other).isFalse();
        }
    }

    /// An authority that issues at once, whatever it is asked for.
    private Handler issuing(String order, String host, TestAuthority.Issued issued) {
        String own = "https://localhost:" + authority.tlsPort();
        String end = order + ",\"finalize\":\"" + own + "/finalize\",\"certificate\":\"" + own + "/certificate\"}";
        return request -> switch (request.rawPath()) {
            case "/dir" -> json(directoryAt(own));
            case "/account" ->
                json("{\"status\":\"valid\"}")
                        .with("Location", own + "/account/1")
                        .with("Replay-Nonce", "abc");
            case "/order" ->
                Response.json(201, Bytes.utf8("{\"status\":\"ready\"," + end))
                        .with("Location", own + "/order/1")
                        .with("Replay-Nonce", "abc");
            case "/order/1", "/finalize" -> json("{\"status\":\"valid\"," + end).with("Replay-Nonce", "abc");
            case "/authorization" ->
                json("{\"status\":\"valid\",\"identifier\":{\"type\":\"dns\",\"value\":\"" + host
                                + "\"},\"challenges\":[]}")
                        .with("Replay-Nonce", "abc");
            case "/certificate" ->
                Response.of(200, "application/pem-certificate-chain", Bytes.utf8(issued.text()))
                        .with("Replay-Nonce", "abc");
            default -> Response.empty(200).with("Replay-Nonce", "abc");
        };
    }

    private String orderOf(int authorizations) {
        String one = "\"https://localhost:" + authority.tlsPort() + "/authorization\"";
        return "\"identifiers\":[{\"type\":\"dns\",\"value\":\"" + HOST + "\"}],\"authorizations\":["
                + String.join(",", Collections.nCopies(authorizations, one)) + "]";
    }

    @Test
    void whatItAsksFor_orIssues_isOfTheHostAlone() throws Exception {
        TestAuthority.Issued others = TestAuthority.root("hostile").issue(TestAuthority.Wish.of("www.other.example"));
        Path keys = Files.createDirectories(directory.resolve("data").resolve("acme"));
        Files.writeString(keys.resolve(KeyFiles.name("acme", HOST) + ".key"), KeyFiles.text(others.keys()));
        answers = issuing(orderOf(2), HOST, others);
        assertThat(problem()).contains("asks for more than the host");
        answers = issuing(orderOf(1), "www.other.example", others);
        assertThat(problem()).contains("asks for another host");
        answers = issuing(orderOf(1), HOST, others);
        assertThat(problem()).contains("cannot be used: the first certificate does not name the host");
        assertThat(table.of(HOST)).isEmpty();
    }

    @Test
    void whenItWantsToBeAskedAgain_isBelievedWithinBounds_andItsTextIsOneLine() {
        String own = "https://localhost:" + authority.tlsPort();
        answers = request -> switch (request.rawPath()) {
            case "/dir" -> json(directoryAt(own));
            case "/nonce" -> Response.empty(200).with("Replay-Nonce", "abc");
            default ->
                Response.of(
                                429,
                                "application/problem+json",
                                Bytes.utf8(
                                        "{\"type\":\"urn:ietf:params:acme:error:rateLimited\",\"detail\":\"too\\u001b[31m\\nmany"
                                                + "x".repeat(5000) + "\"}"))
                        .with("Retry-After", "2000000000")
                        .with("Replay-Nonce", "abd");
        };
        String problem = problem();
        assertThat(problem).contains("too many orders (too [31m many").hasSizeLessThan(500);
        String when = problem.substring(problem.lastIndexOf(' ') + 1);
        assertThat(Instant.parse(when))
                .isBetween(Instant.now().plus(Duration.ofDays(6)), Instant.now().plus(Certificates.ASKED_TO_WAIT_MAX));
    }
}
