package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.OpenSsl;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.SelfSigned;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A TLS listener, as OpenSSL sees it: versions, sessions that are resumed, certificates.
@Timeout(120)
final class OpenSslTest {
    private static final String A = "a.example.org";
    private static final String B = "b.example.org";
    private static final String ASKING = "asking.example.org";
    private static final String ASKING_TOO = "asking-too.example.org";
    private static final String OWN = "localhost";
    private static final String QUESTION = "Requested Signature Algorithms";
    private static final String SERVED = "HTTP/1.1 200";

    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----");

    private final CertificateTable table = new CertificateTable(SelfSigned.of(OWN, Instant.now()));
    private WebServer server;
    private Path session;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        session = directory.resolve("session");
        for (String host : new String[] {A, B, ASKING, ASKING_TOO}) {
            table.serve(host, SelfSigned.of(host, Instant.now()));
        }
        table.askClients(Set.of(ASKING, ASKING_TOO)::contains);
        server = WebServer.start(WebServer.Ports.loopback(0, 0), table, _ -> Response.text(200, "here"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String asked(String host, String... more) throws IOException {
        return OpenSsl.asked(server.tlsPort(), host, host, more);
    }

    /// The certificates that a client says it was shown.
    private static List<X509Certificate> shown(String said) throws CertificateException {
        var all = new ArrayList<X509Certificate>();
        Matcher part = CERTIFICATE.matcher(said);
        while (part.find()) {
            all.add((X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(part.group().getBytes(StandardCharsets.US_ASCII))));
        }
        return List.copyOf(all);
    }

    /// Every certificate is for this host, and there is one.
    private static void assertShown(String said, String host) throws CertificateException {
        assertThat(shown(said)).isNotEmpty();
        for (X509Certificate one : shown(said)) {
            assertThat(one.getSubjectAlternativeNames().iterator().next().get(1))
                    .isEqualTo(host);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1", "-tls1_1"})
    void anOldVersion_isRefused(String version) throws IOException {
        assertThat(asked(A, version, "-cipher", "ALL:@SECLEVEL=0"))
                .contains("alert protocol version")
                .contains("no peer certificate available")
                .doesNotContain("HTTP/1.1");
    }

    @Test
    void whoNamesNoHost_orAnother_seesNobodysCertificateButTheServers() throws Exception {
        String ofA = asked(A);
        assertShown(ofA, A);
        assertThat(ofA).contains(SERVED);
        for (String other : new String[] {"", "c.example.org", "127.0.0.1", "x." + A}) {
            String said = OpenSsl.asked(server.tlsPort(), other, OWN);
            assertShown(said, OWN);
            assertThat(said).as(other).contains(SERVED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aSession_isResumedForAnHour_whereTheServersOwnCertificateIsShown(String version) throws IOException {
        assertThat(asked(OWN, version, "-sess_out", session.toString()))
                .contains("New, TLSv1.")
                .contains("TLS session ticket lifetime hint: 3600 (seconds)");
        assertThat(asked(OWN, version, "-sess_in", session.toString()))
                .contains("Reused, TLSv1.")
                .contains(SERVED);
        assertThat(asked(A, version, "-sess_in", session.toString()))
                .as("it is one of the name that it was made to")
                .contains("HTTP/1.1 421")
                .doesNotContain(SERVED);
        assertNotResumed(version, ASKING);
        asked(A, version, "-sess_out", session.toString());
        assertNotResumed(version, A, B, ASKING, OWN, "c.example.org", "");
    }

    private void assertNotResumed(String version, String... hosts) throws IOException {
        for (String host : hosts) {
            assertThat(OpenSsl.asked(server.tlsPort(), host, OWN, version, "-sess_in", session.toString()))
                    .as(host)
                    .doesNotContain("Reused")
                    .contains("New, TLSv1.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void whereClientsAreAsked_noSessionOfAnotherHostSparesThemTheQuestion(String version) throws IOException {
        asked(A, version, "-sess_out", session.toString());
        assertThat(asked(ASKING, version, "-sess_in", session.toString()))
                .contains("New, TLSv1.")
                .contains(QUESTION);
        assertThat(asked(ASKING, version, "-sess_out", session.toString())).contains(QUESTION);
        assertThat(asked(ASKING_TOO, version, "-sess_in", session.toString()))
                .contains("New, TLSv1.")
                .contains(QUESTION);
        assertThat(asked(A, version, "-sess_in", session.toString()))
                .contains("New, TLSv1.")
                .doesNotContain(QUESTION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aNewCertificate_isForTheNext_andAnOpenConnectionGoesOn(String version) throws Exception {
        try (OpenSsl open = OpenSsl.connect(server.tlsPort(), A, List.of(version))) {
            String first = open.ask(A);
            assertShown(first, A);
            assertThat(first).contains(SERVED);
            table.serve(A, SelfSigned.of(A, Instant.now()));
            String next = asked(A, version);
            assertShown(next, A);
            assertThat(next).contains(SERVED);
            assertThat(shown(next)).doesNotContainAnyElementsOf(shown(first));
            assertThat(open.ask(A)).contains(SERVED).doesNotContain("BEGIN CERTIFICATE");
            table.forget(A);
            assertShown(OpenSsl.asked(server.tlsPort(), A, OWN, version), OWN);
        }
    }
}
