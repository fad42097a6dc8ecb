package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.testing.TlsClient;
import dev.sluice.tls.TestAuthority;
import dev.sluice.tls.TestAuthority.Issued;
import dev.sluice.tls.TestAuthority.Wish;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// APIs that ask for certificates of clients, at the real gateway.
final class MutualTlsTest extends HostTest {
    private static final String HOST = "mtls.example.org";
    private static final String OPEN = "open.example.org";
    private static final Wish CLIENT =
            Wish.of("billing.acme.example").named("CN=billing,O=Acme").usedFor(KeyPurposeId.id_kp_clientAuth);

    private TestAuthority root;
    private TestAuthority issuing;

    @BeforeAll
    void endpoints() throws Exception {
        root = TestAuthority.root("clients");
        issuing = root.intermediate("issuing");
        String source = "def handle(context, payload):\n    return context.get(\"claims\")\n";
        assertThat(api.post(acme, "/v1/function", ApiServer.python("f", source)).status())
                .isEqualTo(201);
        await().untilAsserted(() ->
                assertThat(api.get(acme, "/v1/function/f").text("status")).isEqualTo("READY"));
        for (String host : new String[] {HOST, OPEN}) {
            show(host, value(made(acme, host)));
            ready(acme, host);
        }
        trust("clients", root);
        assertThat(serve("closed", HOST, "mtls", "clients").status()).isEqualTo(200);
        assertThat(serve("open", OPEN, "public", "").status()).isEqualTo(200);
    }

    private void trust(String secret, TestAuthority authority) {
        keep(secret, "ca.crt", TestAuthority.pem(authority.certificate()));
    }

    private void keep(String secret, String key, String value) {
        var body = JsonBody.JSON.createObjectNode().put("name", secret);
        body.putObject("secrets").put(key, value);
        Answer kept = api.get(acme, "/v1/secret/" + secret).status() == 200
                ? api.put(acme, "/v1/secret/" + secret, body.toString())
                : api.post(acme, "/v1/secret", body.toString());
        assertThat(kept.status()).as(kept.body()).isEqualTo(201);
    }

    private Answer serve(String name, String host, String authentication, String secret) {
        String access = secret.isEmpty() ? "" : ",\"access\":{\"secret\":\"" + secret + "\"}";
        String path = List.of("closed", "open", "swap").contains(name) ? "/" : "/" + name;
        String hosts = host.isEmpty() ? "" : ",\"hosts\":[\"" + host + "\"]";
        return api.post(
                acme,
                "/v1/api",
                "{\"name\":\"" + name + "\",\"function\":\"f\",\"enabled\":true,\"uris\":[\"" + path
                        + "\"],\"authentication\":\""
                        + authentication + "\"" + access + hosts + "}");
    }

    private SSLSocket connect(Issued client, X509Certificate... above) throws IOException {
        var chain = new X509Certificate[above.length + 1];
        chain[0] = client.certificate();
        System.arraycopy(above, 0, chain, 1, above.length);
        return TlsClient.connect(api.gateway.tlsPort(), HOST, client.keys().getPrivate(), chain);
    }

    private String asked(Issued client, X509Certificate... above) throws IOException {
        try (SSLSocket socket = connect(client, above)) {
            return TlsClient.get(socket, HOST, "/");
        }
    }

    @Test
    void aClient_whomAListedAuthorityVouchesFor_isKnownByItsName() throws Exception {
        assertThat(asked(issuing.issue(CLIENT), issuing.certificate()))
                .startsWith("200 ")
                .contains("\"authentication\":\"mtls\"")
                .contains("\"sub\":\"O=Acme,CN=billing\"")
                .contains("\"names\":[\"dns:billing.acme.example\"]");
        assertThat(asked(root.issue(CLIENT))).startsWith("200 ");
        assertThat(asked(issuing.issue(CLIENT), issuing.certificate(), root.certificate()))
                .startsWith("200 ");
    }

    @Test
    void whoShowsNothing_orSomethingElse_isNot() throws Exception {
        try (SSLSocket socket = TlsClient.connect(api.gateway.tlsPort(), HOST)) {
            assertThat(TlsClient.get(socket, HOST, "/"))
                    .startsWith("401 ")
                    .contains("connect with one (curl --cert FILE --key FILE)");
        }
        TestAuthority alike = TestAuthority.root("clients").intermediate("issuing");
        assertThat(asked(alike.issue(CLIENT), alike.certificate())).startsWith("401 ");
        assertThat(asked(alike.issue(CLIENT), issuing.certificate())).startsWith("401 ");
        assertThat(asked(issuing.issue(CLIENT))).as("without who signed it").startsWith("401 ");
        Wish late = CLIENT.valid(Duration.ofDays(-2), Duration.ofHours(-1));
        assertThat(asked(issuing.issue(late), issuing.certificate())).startsWith("401 ");
        Wish early = CLIENT.valid(Duration.ofHours(1), Duration.ofDays(1));
        assertThat(asked(issuing.issue(early), issuing.certificate())).startsWith("401 ");
        Wish server = CLIENT.usedFor(KeyPurposeId.id_kp_serverAuth);
        assertThat(asked(issuing.issue(server), issuing.certificate())).startsWith("401 ");
        Issued leaf = issuing.issue(CLIENT);
        assertThat(asked(TestAuthority.below(leaf, CLIENT), leaf.certificate(), issuing.certificate()))
                .as("signed by a client")
                .startsWith("401 ");
    }

    @Test
    void anAuthority_thatIsListedNoMore_countsNoMore_howeverOldTheConnection() throws Exception {
        TestAuthority first = TestAuthority.root("first");
        String host = "swap.example.org";
        show(host, value(made(acme, host)));
        ready(acme, host);
        trust("swap", first);
        assertThat(serve("swap", host, "mtls", "swap").status()).isEqualTo(200);
        Issued client = first.issue(CLIENT);
        try (SSLSocket open =
                TlsClient.connect(api.gateway.tlsPort(), host, client.keys().getPrivate(), client.certificate())) {
            assertThat(TlsClient.get(open, host, "/")).startsWith("200 ");
            trust("swap", root);
            assertThat(TlsClient.get(open, host, "/")).startsWith("401 ");
        }
    }

    @Test
    void onlyWhereAnApiWantsIt_aClientIsAsked() throws Exception {
        Issued client = root.issue(CLIENT);
        assertThat(isAsked(client, HOST)).isTrue();
        assertThat(isAsked(client, HOST.toUpperCase(Locale.ROOT))).isTrue();
        assertThat(isAsked(client, OPEN)).isFalse();
        assertThat(isAsked(client, "localhost")).isFalse();
        assertThat(isAsked(client, "")).isFalse();
    }

    @Test
    void aConnection_thatWasMadeToAnotherHost_isNoWayIn() throws Exception {
        Issued client = root.issue(CLIENT);
        for (String other : new String[] {OPEN, "localhost", ""}) {
            try (SSLSocket socket = TlsClient.connect(
                    api.gateway.tlsPort(), other, client.keys().getPrivate(), client.certificate())) {
                assertThat(TlsClient.get(socket, HOST, "/")).as(other).startsWith("421 ");
            }
        }
        try (SSLSocket socket = connect(client)) {
            assertThat(TlsClient.get(socket, OPEN, "/")).startsWith("421 ");
        }
    }

    private boolean isAsked(Issued client, String sni) throws IOException {
        try (SSLSocket socket =
                TlsClient.connect(api.gateway.tlsPort(), sni, client.keys().getPrivate(), client.certificate())) {
            return socket.getSession().getLocalCertificates() != null;
        }
    }

    @Test
    void withoutAHost_orAuthorities_noneIsServed() {
        Answer bare = serve("bare", "", "mtls", "clients");
        assertThat(bare.status()).isEqualTo(400);
        assertThat(bare.body()).contains("authentication mtls needs hosts");
        assertThat(serve("nothing", HOST, "mtls", "").status()).isEqualTo(400);
        keep("garbage", "ca.crt", "hunter2");
        Answer garbage = serve("garbage", HOST, "mtls", "garbage");
        assertThat(garbage.status()).isEqualTo(400);
        assertThat(garbage.body()).contains("under ca.crt").doesNotContain("hunter2");
        keep("leaf", "ca.crt", "");
        assertThat(serve("leaf", HOST, "mtls", "leaf").status()).isEqualTo(400);
    }
}
