package dev.sluice.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressSettings;
import dev.sluice.egress.Names;
import dev.sluice.host.HostProofs.Way;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Values that are looked for at a real DNS server and a real HTTP server.
final class HostProofsTest {
    private static final HostName HOST = new HostName("www.example.org");
    private static final String RECORD = "_sluice-challenge.www.example.org";
    private static final String VALUE = "a0-_".repeat(11);

    private DnsServer dns;
    private HttpServer http;
    private Egress egress;
    private HostProofs proofs;

    @BeforeEach
    void serve() throws IOException {
        dns = new DnsServer();
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.start();
        egress = egress(Set.of(HOST + ":" + http.getAddress().getPort()));
        proofs = proofs(egress);
    }

    @AfterEach
    void end() {
        egress.close();
        http.stop(0);
        dns.close();
    }

    private static Egress egress(Set<String> permitted) throws IOException {
        return Names.open(
                new EgressSettings(Set.of(), permitted, Optional.empty()),
                Map.of(HOST.text(), InetAddress.getLoopbackAddress()));
    }

    private HostProofs proofs(Egress through) {
        return new HostProofs(
                new HostRules(false, Optional.of(dns.address())),
                through,
                http.getAddress().getPort());
    }

    private boolean isShown(Way way) throws InterruptedException {
        return proofs.isShown("acme", way, HOST, VALUE);
    }

    private void answer(int status, String body, String... headers) {
        http.createContext("/", exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    @Test
    void aRecord_withTheValue_shows() throws Exception {
        assertThat(HostProofs.place(Way.DNS, HOST, VALUE)).isEqualTo(RECORD);
        assertThat(isShown(Way.DNS)).isFalse();
        dns.put(RECORD, "another", VALUE);
        assertThat(isShown(Way.DNS)).isTrue();
    }

    @Test
    void anotherValue_orAnotherName_showsNothing() throws Exception {
        dns.put(RECORD, VALUE + "x", "x" + VALUE, VALUE.substring(1), "");
        dns.put("www.example.org", VALUE);
        dns.put("_sluice-challenge.example.org", VALUE);
        assertThat(isShown(Way.DNS)).isFalse();
    }

    @Test
    void aServerThatIsSilent_isNotWaitedForLong() throws Exception {
        dns.silence();
        long begun = System.nanoTime();
        assertThat(isShown(Way.DNS)).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
        assertThat(dns.asked(RECORD)).isGreaterThan(1);
    }

    @Test
    void aFile_withTheValue_shows() throws Exception {
        var asked = new AtomicInteger();
        String url = HostProofs.place(Way.HTTP, HOST, VALUE);
        assertThat(url).startsWith("http://www.example.org/.well-known/sluice-challenge/");
        http.createContext(url.substring("http://www.example.org".length()), exchange -> {
            asked.incrementAndGet();
            byte[] body = (VALUE + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        assertThat(isShown(Way.HTTP)).isTrue();
        assertThat(asked).hasValue(1);
    }

    @Test
    void aServerThatRepeatsItsPath_showsNothing() throws Exception {
        http.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            byte[] body = path.substring(path.lastIndexOf('/') + 1).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        assertThat(isShown(Way.HTTP)).isFalse();
    }

    @Test
    void anotherStatus_showsNothing() throws Exception {
        answer(404, VALUE);
        assertThat(isShown(Way.HTTP)).isFalse();
    }

    @Test
    void aRedirect_isNotFollowed() throws Exception {
        answer(
                302,
                VALUE,
                "Location",
                "http://www.example.org:" + http.getAddress().getPort() + "/there");
        assertThat(isShown(Way.HTTP)).isFalse();
    }

    @Test
    void aValueAmongOthers_showsNothing() throws Exception {
        answer(200, VALUE + "\n" + "x".repeat(1 << 20));
        assertThat(isShown(Way.HTTP)).isFalse();
    }

    @Test
    void anAddressThatIsNotPublic_isNotAsked() throws Exception {
        var asked = new AtomicInteger();
        http.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.sendResponseHeaders(200, VALUE.length());
            exchange.getResponseBody().write(VALUE.getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        assertThat(isShown(Way.HTTP)).isTrue();
        try (Egress strict = egress(Set.of())) {
            assertThat(proofs(strict).isShown("acme", Way.HTTP, HOST, VALUE)).isFalse();
        }
        assertThat(asked).hasValue(1);
    }
}
