package dev.sluice.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.http.Handler;
import dev.sluice.http.Response;
import dev.sluice.http.WebServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TlsIdentityTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1"})
    void aClient_thatTrustsTheCertificate_connectsByNameAndAddress(String host) throws Exception {
        var identity = new CertificateTable(TlsIdentity.at(directory, Clock.systemUTC()));
        Handler secure = request -> Response.text(200, "secure " + request.secure());
        try (var server = WebServer.start(WebServer.Ports.loopback(0, 0), identity, secure);
                HttpClient client =
                        HttpClient.newBuilder().sslContext(trusting()).build()) {
            URI uri = URI.create("https://" + host + ":" + server.tlsPort() + "/");
            HttpResponse<String> answer =
                    client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("secure true");
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        }
    }

    @Test
    void theFiles_areForTheirOwnerOnly() throws IOException {
        TlsIdentity.at(directory, Clock.systemUTC());
        for (String name : Set.of("tls.key", "tls.crt")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aSecondStart_keepsTheIdentity_untilItIsAboutToExpire() throws IOException {
        TlsIdentity.at(directory, Clock.systemUTC());
        byte[] first = Files.readAllBytes(directory.resolve("tls.crt"));
        TlsIdentity.at(directory, Clock.systemUTC());
        assertThat(Files.readAllBytes(directory.resolve("tls.crt"))).isEqualTo(first);

        Instant late = Instant.now().plus(SelfSigned.VALIDITY).minus(TlsIdentity.RENEW_BEFORE);
        TlsIdentity.at(directory, Clock.fixed(late.plus(Duration.ofMinutes(1)), ZoneOffset.UTC));
        assertThat(Files.readAllBytes(directory.resolve("tls.crt"))).isNotEqualTo(first);
    }

    @Test
    void brokenFiles_areRefused_andKept() throws IOException {
        Files.writeString(directory.resolve("tls.key"), "nonsense");
        Files.writeString(directory.resolve("tls.crt"), "nonsense");
        assertThatThrownBy(() -> TlsIdentity.at(directory, Clock.systemUTC())).isInstanceOf(IOException.class);
        assertThat(directory.resolve("tls.key")).hasContent("nonsense");
    }

    private SSLContext trusting() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry(
                "server",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(Files.readAllBytes(directory.resolve("tls.crt")))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
