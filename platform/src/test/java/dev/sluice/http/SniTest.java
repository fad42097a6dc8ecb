package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.Credentials;
import dev.sluice.tls.SelfSigned;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.DEROctetString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Which certificate a TLS listener shows to whom, and which hosts are reached by it.
final class SniTest {
    private final CertificateTable table = new CertificateTable(SelfSigned.of("localhost", Instant.now()));
    private WebServer server;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start(
                WebServer.Ports.loopback(0, 0).withHttp2(true),
                table,
                request -> Response.text(200, "secure " + request.secure()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /// Takes whatever is shown, to look at it.
    private static final class Curious implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private SSLSocket connect(String sni, String... protocols) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Curious()}, null);
            var plain = new Socket(InetAddress.getLoopbackAddress(), server.tlsPort());
            var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "", server.tlsPort(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(sni.isEmpty() ? List.of() : List.of(new SNIHostName(sni)));
            parameters.setApplicationProtocols(protocols);
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(30_000);
            socket.startHandshake();
            return socket;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String shown(SSLSocket socket) throws IOException {
        var own = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        try {
            return own.getSubjectAlternativeNames().iterator().next().get(1).toString();
        } catch (GeneralSecurityException broken) {
            throw new IOException(broken);
        }
    }

    private String shownTo(String sni) throws IOException {
        try (SSLSocket socket = connect(sni)) {
            return shown(socket);
        }
    }

    private static int ask(SSLSocket socket, String host) throws IOException {
        socket.getOutputStream()
                .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                break;
            }
            head.append((char) next);
        }
        int length = Integer.parseInt(head.toString().replaceAll("(?is).*content-length: (\\d+).*", "$1"));
        socket.getInputStream().readNBytes(length);
        return Integer.parseInt(head.substring(9, 12));
    }

    private static Credentials of(String host) {
        return SelfSigned.of(host, Instant.now());
    }

    @Test
    void whoeverNamesAHost_isShownItsCertificate_andOthersTheServersOwn() throws IOException {
        table.serve("a.example.org", of("a.example.org"));
        table.serve("*.wild.example.org", of("*.wild.example.org"));
        assertThat(shownTo("a.example.org")).isEqualTo("a.example.org");
        assertThat(shownTo("A.Example.ORG")).isEqualTo("a.example.org");
        assertThat(shownTo("x.wild.example.org")).isEqualTo("*.wild.example.org");
        for (String other : new String[] {"", "b.example.org", "wild.example.org", "x.y.wild.example.org"}) {
            assertThat(shownTo(other)).as(other).isEqualTo("localhost");
        }
        table.forget("a.example.org");
        assertThat(shownTo("a.example.org")).isEqualTo("localhost");
    }

    @Test
    void aNewCertificate_isShownToTheNext_andWhoIsConnectedGoesOn() throws Exception {
        Credentials first = of("a.example.org");
        table.serve("a.example.org", first);
        try (SSLSocket open = connect("a.example.org")) {
            assertThat(ask(open, "a.example.org")).isEqualTo(200);
            table.serve("a.example.org", of("a.example.org"));
            assertThat(ask(open, "a.example.org")).isEqualTo(200);
            try (SSLSocket next = connect("a.example.org")) {
                assertThat(next.getSession().getPeerCertificates())
                        .isNotEqualTo(open.getSession().getPeerCertificates());
            }
        }
    }

    @Test
    void aConnection_reachesTheHostThatItWasMadeTo_andNoOther() throws IOException {
        table.serve("a.example.org", of("a.example.org"));
        table.serve("b.example.org", of("b.example.org"));
        try (SSLSocket connected = connect("a.example.org")) {
            assertThat(ask(connected, "a.example.org")).isEqualTo(200);
            assertThat(ask(connected, "A.EXAMPLE.org.:1234")).isEqualTo(200);
        }
        for (String other :
                new String[] {"b.example.org", "B.Example.org:443", "localhost", "unknown.org", "127.0.0.1"}) {
            try (SSLSocket connected = connect("a.example.org")) {
                assertThat(ask(connected, other)).as(other).isEqualTo(421);
            }
        }
        for (String name : new String[] {"", "localhost", "unknown.org"}) {
            try (SSLSocket connected = connect(name)) {
                assertThat(ask(connected, "localhost")).isEqualTo(200);
                assertThat(ask(connected, "gateway.example.net")).isEqualTo(200);
                assertThat(ask(connected, "a.example.org")).isEqualTo(421);
            }
        }
    }

    /// RFC 8737: only to who asks for that protocol, in which nothing is answered.
    @Test
    void aChallenge_isAnsweredToWhoAsksForIt_andShownToNobodyElse() throws IOException {
        String host = "a.example.org";
        table.serve(host, of(host));
        assertThat(handshakes(host)).isFalse();
        table.challenge(
                host, SelfSigned.with(host, "1.3.6.1.5.5.7.1.31", new DEROctetString(new byte[32]), Instant.now()));
        try (SSLSocket asked = connect(host, CertificateTable.ACME_TLS)) {
            var own = (X509Certificate) asked.getSession().getPeerCertificates()[0];
            assertThat(own.getCriticalExtensionOIDs()).contains("1.3.6.1.5.5.7.1.31");
            assertThat(asked.getApplicationProtocol()).isEqualTo(CertificateTable.ACME_TLS);
            asked.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(asked.getInputStream().readAllBytes()).isEmpty();
        }
        try (SSLSocket usual = connect(host, "http/1.1")) {
            var own = (X509Certificate) usual.getSession().getPeerCertificates()[0];
            assertThat(own.getCriticalExtensionOIDs()).doesNotContain("1.3.6.1.5.5.7.1.31");
        }
        table.endChallenge(host);
        assertThat(handshakes(host)).isFalse();
    }

    private boolean handshakes(String host) throws IOException {
        try (SSLSocket asked = connect(host, CertificateTable.ACME_TLS)) {
            return asked.isConnected();
        } catch (SSLException refused) {
            return false;
        }
    }

    @Test
    void http2_isSpoken_withWhoeverOffersIt_andHttp1WithOthers() throws IOException {
        for (String[] offered : List.of(new String[] {"h2", "http/1.1"}, new String[] {"http/1.1"}, new String[0])) {
            try (SSLSocket socket = connect("", offered)) {
                assertThat(socket.getApplicationProtocol()).isEqualTo(offered.length == 0 ? "" : offered[0]);
            }
        }
        assertThat(curl("--http2", "localhost")).isEqualTo("2 200 secure true");
        assertThat(curl("--http1.1", "localhost")).isEqualTo("1.1 200 secure true");
        table.serve("a.example.org", of("a.example.org"));
        assertThat(curl("--http2", "a.example.org")).isEqualTo("2 200 secure true");
        assertThat(curl("--http2", "a.example.org", "-H", "Host: localhost")).startsWith("2 421");
    }

    private String curl(String version, String host, String... more) throws IOException {
        var command = new ArrayList<>(List.of(
                "curl",
                "-sk",
                version,
                "-w",
                "%{http_version} %{http_code} ",
                "-o",
                "/dev/stderr",
                "--resolve",
                host + ":" + server.tlsPort() + ":127.0.0.1",
                "https://" + host + ":" + server.tlsPort() + "/"));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said + new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
