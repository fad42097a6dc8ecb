package dev.sluice.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressSettings;
import dev.sluice.testing.DockerRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A registry that takes images in its own way, or wants to have them sent elsewhere.
@Timeout(60)
final class PusherTest {
    private static final Login LOGIN = new Login("robot", "tell-nobody");
    private static final int LARGE_BYTES = 9 << 20;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> elsewhere = new CopyOnWriteArrayList<>();
    private volatile String location = "/v2/made/it/blobs/uploads/1?state=x";
    private volatile int begun = 202;
    private HttpServer registry;
    private HttpServer other;
    private Egress egress;

    @BeforeEach
    void start() throws IOException {
        registry = listening(this::answer);
        other = listening(exchange -> {
            elsewhere.add(exchange.getRequestMethod());
            exchange.sendResponseHeaders(201, -1);
            exchange.close();
        });
        egress = Egress.open(
                new EgressSettings(Set.of("127.0.0.1"), Set.of(host(registry), host(other)), Optional.empty()));
    }

    private static HttpServer listening(com.sun.net.httpserver.HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", handler);
        server.start();
        return server;
    }

    @AfterEach
    void stop() {
        egress.close();
        registry.stop(0);
        other.stop(0);
    }

    private static String host(HttpServer server) {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        int bytes = exchange.getRequestBody().readAllBytes().length;
        String range = exchange.getRequestHeaders().getFirst("Content-Range");
        asked.add(exchange.getRequestMethod() + " " + bytes + (range == null ? "" : " " + range));
        int status = switch (exchange.getRequestMethod()) {
            case "HEAD" -> 404;
            case "POST" -> begun;
            case "PATCH" -> 202;
            default -> 201;
        };
        if (!location.isEmpty()) {
            exchange.getResponseHeaders().set("Location", location);
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private Digest push(int layerBytes) throws PullFailed, InterruptedException, IOException {
        byte[] layer = new byte[layerBytes];
        var piece = new Assembled.Piece(
                Digest.of(Bytes.copyOf(layer)), layer.length, () -> new ByteArrayInputStream(layer));
        var image = new Assembled(DockerRegistry.OCI_MANIFEST, Bytes.utf8("{}"), Bytes.utf8("[]"), List.of(piece));
        return new Pusher(egress, new PlainHosts(Set.of(host(registry), host(other))))
                .push("acme", Reference.parse(host(registry) + "/made/it:v1"), Optional.of(LOGIN), image);
    }

    @Test
    void aLargeLayer_goesInPieces_andItsTagComesLast() throws Exception {
        assertThat(push(LARGE_BYTES)).isEqualTo(Digest.of(Bytes.utf8("{}")));
        assertThat(asked)
                .containsExactly(
                        "HEAD 0",
                        "POST 0",
                        "PATCH 4194304 0-4194303",
                        "PATCH 4194304 4194304-8388607",
                        "PUT 1048576",
                        "HEAD 0",
                        "POST 0",
                        "PUT 2",
                        "PUT 2");
    }

    @Test
    void anUploadThatLeadsElsewhere_isNotFollowed() {
        location = "http://" + host(other) + "/v2/made/it/blobs/uploads/1";
        assertThat(failure()).contains("to another host");
        assertThat(elsewhere).isEmpty();
    }

    @Test
    void anUploadThatLeadsNowhere_fails() {
        location = "";
        assertThat(failure()).contains("does not say where");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"403|does not let the name", "404|takes no image", "413|no layer that large", "500|status 500"})
    void whatTheRegistryRefuses_isSaid(int status, String reason) {
        begun = status;
        assertThat(failure()).contains(reason).doesNotContain("tell-nobody");
    }

    private String failure() {
        return catchThrowableOfType(PullFailed.class, () -> push(3)).reason();
    }
}
