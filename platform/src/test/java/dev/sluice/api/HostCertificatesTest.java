package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.testing.TlsClient;
import dev.sluice.tls.TestAuthority;
import dev.sluice.tls.TestAuthority.Issued;
import dev.sluice.tls.TestAuthority.Wish;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which certificates hosts of organizations show at the gateway, and whom one reaches by them.
final class HostCertificatesTest extends HostTest {
    private TestAuthority root;
    private TestAuthority authority;

    @BeforeAll
    void authorities() throws Exception {
        root = TestAuthority.root("root");
        authority = root.intermediate("issuing");
        for (Asker asker : new Asker[] {acme, blue}) {
            String source = "def handle(context, payload):\n    return \"" + name(asker) + "\"\n";
            assertThat(api.post(asker, "/v1/function", ApiServer.python("f", source))
                            .status())
                    .isEqualTo(201);
            await().untilAsserted(() ->
                    assertThat(api.get(asker, "/v1/function/f").text("status")).isEqualTo("READY"));
        }
    }

    private void have(Asker asker, String host, String tls) {
        Answer made = ask(asker, host, tls);
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        show(host, value(made));
        await().atMost(PATIENCE).until(() -> !status(asker, host).equals("PROVING"));
        String wish = "{\"name\":\"" + host.replace('.', '-') + "\",\"function\":\"f\",\"enabled\":true,"
                + "\"uris\":[\"/\"],\"hosts\":[\"" + host + "\"]}";
        Answer served = api.post(asker, "/v1/api", wish);
        assertThat(served.status()).as(served.body()).isEqualTo(200);
    }

    private String name(Asker asker) {
        return asker.equals(acme) ? "acme" : "blue";
    }

    private static String ofSecret(String name) {
        return ",\"tls\":{\"kind\":\"secret\",\"secret\":\"" + name + "\"}";
    }

    private void keep(Asker asker, String name, String chain, String key) {
        var body = JsonBody.JSON.createObjectNode().put("name", name);
        body.putObject("secrets").put("tls.crt", chain).put("tls.key", key);
        String text = body.toString();
        int status = api.get(asker, "/v1/secret/" + name).status();
        Answer kept = status == 200 ? api.put(asker, "/v1/secret/" + name, text) : api.post(asker, "/v1/secret", text);
        assertThat(kept.status()).as(kept.body()).isEqualTo(201);
    }

    private String reason(Asker asker, String host) {
        return api.get(asker, HOSTS + "/" + host).json().path("reason").path(0).asString("");
    }

    private X509Certificate shown(String sni) throws IOException {
        try (SSLSocket socket = TlsClient.connect(api.gateway.tlsPort(), sni)) {
            return TlsClient.shown(socket);
        }
    }

    private String chain(Issued issued) {
        return issued.text() + TestAuthority.pem(authority.certificate());
    }

    @Test
    void aHost_isShownWithAKeyOfItsOwn_fromTheFirst() throws Exception {
        have(acme, "www.first.example", "");
        have(acme, "www.second.example", "");
        X509Certificate first = shown("www.first.example");
        assertThat(first.getSubjectAlternativeNames()).hasToString("[[2, www.first.example]]");
        assertThat(first).isEqualTo(shown("WWW.first.Example"));
        assertThat(first.getPublicKey())
                .isNotEqualTo(shown("www.second.example").getPublicKey());
        assertThat(status(acme, "www.first.example")).isEqualTo("READY");
        assertThat(api.delete(acme, HOSTS + "/www.first.example").status()).isEqualTo(200);
        assertThat(shown("www.first.example").getSubjectAlternativeNames().toString())
                .contains("localhost")
                .doesNotContain("first");
    }

    @Test
    void anUploadedCertificate_isShown_andSwapped_whileConnectionsGoOn(@TempDir Path directory) throws Exception {
        String host = "www.uploaded.example";
        Issued old = authority.issue(Wish.of(host));
        keep(acme, "cert", chain(old), old.key());
        have(acme, host, ofSecret("cert"));
        assertThat(status(acme, host)).isEqualTo("READY");
        try (SSLSocket open = TlsClient.connect(api.gateway.tlsPort(), host)) {
            assertThat(TlsClient.shown(open)).isEqualTo(old.certificate());
            assertThat(TlsClient.get(open, host, "/")).isEqualTo("200 \"acme\"");
            Issued fresh = authority.issue(Wish.of(host));
            keep(acme, "cert", chain(fresh), fresh.key());
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(shown(host)).isEqualTo(fresh.certificate()));
            assertThat(TlsClient.get(open, host, "/")).isEqualTo("200 \"acme\"");
        }
        Path trusted = Files.writeString(directory.resolve("ca.pem"), TestAuthority.pem(root.certificate()));
        assertThat(openssl(host, trusted))
                .contains("Verify return code: 0 (ok)")
                .contains("O-K");
        assertThat(openssl("localhost", trusted)).doesNotContain("Verify return code: 0 (ok)");
    }

    /// The whole way of a client that knows nothing of this server but the name and whom it trusts.
    private String openssl(String host, Path trusted) throws IOException {
        Process process = new ProcessBuilder(
                        "openssl",
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + api.gateway.tlsPort(),
                        "-servername",
                        host,
                        "-verify_hostname",
                        host,
                        "-CAfile",
                        trusted.toString(),
                        "-no_ign_eof")
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said + (said.contains("Verification: OK") ? "O-K" : "");
    }

    @Test
    void whatCannotBeServed_leavesTheLastGoodOne_andTheHostSaysWhy() throws Exception {
        String host = "www.broken.example";
        Issued good = authority.issue(Wish.of(host));
        keep(acme, "broken", chain(good), good.key());
        have(acme, host, ofSecret("broken"));
        Issued other = authority.issue(Wish.of("www.other.example"));
        Issued late = authority.issue(Wish.of(host).valid(Duration.ofDays(-2), Duration.ofDays(-1)));
        spoilt(host, chain(good), other.key(), "the private key is not the first certificate's");
        spoilt(host, chain(other), other.key(), "does not name the host");
        spoilt(host, chain(late), late.key(), "a certificate expired on");
        spoilt(host, "hunter2", good.key(), "certificates");
        spoilt(host, chain(good), "hunter2", "key");
        assertThat(shown(host)).isEqualTo(good.certificate());
        assertThat(api.delete(acme, "/v1/secret/broken").status()).isEqualTo(204);
        again(host);
        assertThat(reason(acme, host)).contains("there is no secret broken that opens");
        assertThat(shown(host)).isEqualTo(good.certificate());
        Issued fresh = authority.issue(Wish.of(host));
        keep(acme, "broken", chain(fresh), fresh.key());
        again(host);
        assertThat(status(acme, host)).isEqualTo("READY");
        assertThat(shown(host)).isEqualTo(fresh.certificate());
    }

    private void spoilt(String host, String chain, String key, String why) {
        keep(acme, "broken", chain, key);
        again(host);
        assertThat(status(acme, host)).isEqualTo("ERROR");
        assertThat(reason(acme, host))
                .contains("secret broken: ")
                .contains(why)
                .contains("the certificate from before is shown")
                .doesNotContain("hunter2");
    }

    /// An update looks at once.
    private void again(String host) {
        String wish = "{\"name\":\"" + host + "\"" + ofSecret("broken") + "}";
        assertThat(api.put(acme, HOSTS + "/" + host, wish).status()).isEqualTo(200);
    }

    @Test
    void aSecret_thatIsNotThere_hasASelfSignedOneShown_andIsSaid() throws Exception {
        have(acme, "www.early.example", ofSecret("later"));
        assertThat(status(acme, "www.early.example")).isEqualTo("ERROR");
        assertThat(reason(acme, "www.early.example")).contains("a self-signed certificate is shown");
        assertThat(shown("www.early.example").getSubjectAlternativeNames().toString())
                .contains("www.early.example");
    }

    @Test
    void anotherOrganizationsSecret_isNone() throws Exception {
        Issued issued = authority.issue(Wish.of("www.theirs.example"));
        keep(blue, "theirs", chain(issued), issued.key());
        have(acme, "www.theirs.example", ofSecret("theirs"));
        assertThat(reason(acme, "www.theirs.example")).contains("there is no secret theirs that opens");
        assertThat(shown("www.theirs.example")).isNotEqualTo(issued.certificate());
    }

    @Test
    void aConnection_reachesTheHostWhoseCertificateItSaw_andNoOther() throws Exception {
        have(acme, "www.mine.example", "");
        have(blue, "www.yours.example", "");
        int port = api.gateway.tlsPort();
        for (String sni : new String[] {"www.mine.example", "", "localhost", "unknown.example"}) {
            try (SSLSocket socket = TlsClient.connect(port, sni)) {
                assertThat(TlsClient.get(socket, "www.yours.example", "/"))
                        .as(sni)
                        .startsWith("421 ");
            }
        }
        try (SSLSocket socket = TlsClient.connect(port, "www.yours.example")) {
            assertThat(TlsClient.get(socket, "www.yours.example:8444", "/")).isEqualTo("200 \"blue\"");
        }
        try (SSLSocket socket = TlsClient.connect(port, "www.mine.example")) {
            assertThat(TlsClient.get(socket, "localhost", "/blue/x")).startsWith("421 ");
        }
    }
}
