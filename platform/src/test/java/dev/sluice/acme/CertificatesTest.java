package dev.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.acme.Certificates.Pace;
import dev.sluice.http.Handler;
import dev.sluice.http.Response;
import dev.sluice.http.WebServer;
import dev.sluice.testing.Pebble;
import dev.sluice.testing.TlsClient;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.SelfSigned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Orders at a real authority, Debian's pebble, which rejects every fifth nonce.
final class CertificatesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String HOST = "www.acme.example";
    private static final Pace FAST = new Pace(Duration.ofSeconds(1), Duration.ofSeconds(4), Duration.ofMillis(200));

    @TempDir
    private Path directory;

    private final CertificateTable table = new CertificateTable(SelfSigned.of("localhost", Instant.now()));
    private Pebble pebble;
    private WebServer gateway;
    private Certificates certificates;
    private volatile Duration ahead = Duration.ZERO;
    private volatile boolean isHidden;

    @BeforeEach
    void open() throws IOException {
        pebble = new Pebble(directory.resolve("pebble"));
        begin(Optional.of(pebble.settings()));
        gateway = WebServer.start(WebServer.Ports.loopback(0, 0), table, request -> answer().handle(request));
    }

    private void begin(Optional<AcmeSettings> settings) {
        Clock clock = Clock.systemUTC();
        certificates =
                new Certificates(directory.resolve("data"), settings, table, new Ahead(clock, () -> ahead), FAST);
    }

    private Handler answer() {
        Handler other = _ -> Response.error(404, 404, "none");
        return isHidden ? other : certificates.before(other);
    }

    @AfterEach
    void close() {
        certificates.close();
        gateway.close();
        pebble.close();
    }

    private X509Certificate shown() throws IOException {
        try (var socket = TlsClient.connect(gateway.tlsPort(), HOST)) {
            return TlsClient.shown(socket);
        }
    }

    private static boolean isPebbles(X509Certificate one) {
        return one.getIssuerX500Principal().getName().contains("Pebble");
    }

    private X509Certificate ordered() throws IOException {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(isPebbles(shown()))
                        .as(certificates.problem(HOST).orElse(""))
                        .isTrue());
        return shown();
    }

    private List<Path> files() throws IOException {
        try (var all = Files.list(directory.resolve("data").resolve("acme"))) {
            return all.toList();
        }
    }

    @Test
    void aCertificate_isOrderedByHttp01_andItsKeysAreTheOwnersOnly() throws Exception {
        pebble.start(gateway.port(), Pebble.freePort());
        certificates.want("acme", HOST);
        assertThat(ordered().getSubjectAlternativeNames()).hasSize(1).allMatch(name -> name.contains(HOST));
        await().untilAsserted(() -> assertThat(certificates.problem(HOST)).isEmpty());
        assertThat(certificates.isFirstOrder(HOST)).isFalse();
        assertThat(files()).hasSize(2); // the account's, and the host's
        for (Path file : files()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.resolve("data").resolve("acme"))))
                .isEqualTo("rwx------");
    }

    @Test
    void theOtherChallenge_isTriedNext_andTheReasonSaysWhatToDo() throws Exception {
        pebble.start(Pebble.freePort(), gateway.tlsPort());
        certificates.want("acme", HOST);
        await().atMost(PATIENCE).until(() -> certificates.problem(HOST).isPresent());
        assertThat(certificates.problem(HOST).orElseThrow())
                .contains("did not find this server at " + HOST + " by http-01")
                .contains("port 80")
                .contains("tried again at ");
        ordered(); // by tls-alpn-01
        assertThat(certificates.problem(HOST)).isEmpty();
        assertThat(table.of(HOST)).isPresent();
    }

    @Test
    void aHostThatCannotBeFound_hasAReason_untilItCan() throws Exception {
        isHidden = true;
        pebble.start(gateway.port(), Pebble.freePort());
        certificates.want("acme", HOST);
        await().atMost(PATIENCE)
                .until(() -> certificates.problem(HOST).orElse("").contains("by tls-alpn-01"));
        assertThat(isPebbles(shown())).isFalse();
        isHidden = false;
        ordered();
    }

    @Test
    void aCertificate_isRenewedAtTwoThirdsOfItsTime_andShownUntilThen() throws Exception {
        pebble.start(gateway.port(), gateway.tlsPort());
        certificates.want("acme", HOST);
        X509Certificate first = ordered();
        Duration time = Duration.between(
                first.getNotBefore().toInstant(), first.getNotAfter().toInstant());
        ahead = time.dividedBy(2);
        await().during(Duration.ofSeconds(2)).until(() -> shown().equals(first));
        isHidden = true;
        ahead = time.multipliedBy(3).dividedBy(4);
        pebble.close(); // the authority is away
        await().atMost(PATIENCE).until(() -> certificates.problem(HOST).isPresent());
        assertThat(certificates.problem(HOST).orElseThrow())
                .startsWith("the certificate is shown until ")
                .contains("the certificate authority cannot be reached");
        assertThat(shown()).isEqualTo(first);
        isHidden = false;
        pebble.start(gateway.port(), gateway.tlsPort()); // and has forgotten the account
        await().atMost(PATIENCE).until(() -> !shown().equals(first));
        assertThat(shown().getPublicKey()).isNotEqualTo(first.getPublicKey());
        assertThat(isPebbles(shown())).isTrue();
    }

    @Test
    void aRestart_keepsTheCertificate_forItsOrganizationAlone() throws Exception {
        pebble.start(gateway.port(), gateway.tlsPort());
        certificates.want("acme", HOST);
        X509Certificate first = ordered();
        pebble.close();
        certificates.close();
        table.forget(HOST);
        begin(Optional.empty());
        certificates.want("blue", HOST);
        assertThat(isPebbles(shown())).isFalse();
        certificates.close();
        begin(Optional.empty());
        certificates.want("acme", HOST);
        certificates.tidy();
        assertThat(shown()).isEqualTo(first);
        assertThat(certificates.problem(HOST)).isEmpty();
        certificates.want("blue", HOST);
        assertThat(isPebbles(shown())).isFalse();
        assertThat(certificates.problem(HOST).orElseThrow()).contains("./sluice up --acme-directory");
        Files.writeString(directory.resolve("data").resolve("acme").resolve("left.pem"), "by a crash");
        certificates.tidy();
        assertThat(files()).hasSize(1); // the account's
    }

    @Test
    void aHostThatIsGiven_back_isNotShown_andItsKeysAreDeleted() throws Exception {
        pebble.start(gateway.port(), gateway.tlsPort());
        certificates.want("acme", HOST);
        ordered();
        certificates.drop(HOST);
        assertThat(isPebbles(shown())).isFalse();
        assertThat(files()).hasSize(1);
        certificates.want("acme", "www.gone.example"); // while it is ordered
        await().until(() -> files().size() == 2);
        certificates.drop("www.gone.example");
        await().during(Duration.ofSeconds(4))
                .atMost(PATIENCE)
                .until(() -> files().size() == 1 && table.of("www.gone.example").isEmpty());
    }
}
