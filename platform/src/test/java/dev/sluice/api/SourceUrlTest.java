package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.build.Registries;
import dev.sluice.egress.EgressSettings;
import dev.sluice.store.MemoryStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Sources that are fetched, from servers on loopback: the operator permits one of them, and allows the host.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SourceUrlTest {
    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer permitted;
    private HttpServer other;
    private ApiServer api;
    private Asker root;

    @BeforeAll
    void serve(@TempDir Path directory) throws Exception {
        permitted = sources();
        other = sources();
        String permit = "127.0.0.1:" + permitted.getAddress().getPort();
        api = new ApiServer(
                directory,
                new MemoryStore(),
                new MemoryBlobs(),
                Registries.NONE,
                new EgressSettings(Set.of("127.0.0.1"), Set.of(permit), Optional.empty()));
        root = api.admin();
    }

    private HttpServer sources() throws IOException {
        byte[] archive = Archives.gzip(Archives.tar("f.py", "def handle(context, payload):\n    return 'fetched'\n"));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/moved")) {
                exchange.getResponseHeaders().add("Location", "/f.tar.gz");
                exchange.sendResponseHeaders(302, -1);
            } else if (path.equals("/f.tar.gz")) {
                exchange.sendResponseHeaders(200, archive.length);
                exchange.getResponseBody().write(archive);
            } else {
                exchange.sendResponseHeaders(200, 2);
                exchange.getResponseBody().write(new byte[2]);
            }
            exchange.close();
        });
        server.start();
        return server;
    }

    @AfterAll
    void end() {
        api.close();
        permitted.stop(0);
        other.stop(0);
    }

    @Test
    void aSource_isFetchedWhenItIsBuilt_andKept() throws Exception {
        create("fetches", at(permitted, "/f.tar.gz"));
        awaitStatus("fetches", "READY");
        assertThat(api.post(root, "/v1/runs?functionName=fetches", "{\"blocking\":true}")
                        .text("output"))
                .isEqualTo("fetched");
        int before = asked.get();
        assertThat(api.bytes(root, "/v1/function/fetches/source?version=1")).hasSizeGreaterThan(50);
        assertThat(asked.get()).isEqualTo(before);
        assertThat(api.get(root, "/v1/function/fetches").body()).doesNotContain("source");
    }

    @Test
    void aServerThatTheOperatorDoesNotPermit_isNotAsked() {
        int before = asked.get();
        create("private", at(other, "/f.tar.gz"));
        awaitStatus("private", "ERROR");
        assertThat(reason("private")).contains("the host's address is not public");
        assertThat(asked.get()).isEqualTo(before);
        assertThat(api.get(root, "/v1/function/private/source").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "moved, /moved, the server answered 302",
        "nothing, /nothing, the source is not a complete gzip stream",
    })
    void whatIsNoSource_isAnError_withOneReason(String name, String path, String why) {
        create(name, at(permitted, path));
        awaitStatus(name, "ERROR");
        assertThat(reason(name)).contains(why);
    }

    @ParameterizedTest
    @CsvSource({
        "strange, ftp://127.0.0.1/f.tar.gz, it is written as https://host/path?query",
        "abroad, https://source.example/f.tar.gz, the server needs --egress-allow HOST",
        "named, http://localhost/f.tar.gz, the server needs --egress-allow HOST",
    })
    void aServerThatTheOperatorDoesNotAllow_isNotAsked(String name, String url, String why) {
        create(name, url);
        awaitStatus(name, "ERROR");
        assertThat(reason(name)).contains(why);
    }

    private static String at(HttpServer server, String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private void create(String name, String url) {
        String body = "{\"name\":\"" + name + "\",\"image\":\"python3\",\"handler\":\"f.handle\",\"sourceURL\":\"" + url
                + "\"}";
        assertThat(api.post(root, "/v1/function", body).status()).isEqualTo(201);
    }

    private String reason(String name) {
        var reason = api.get(root, "/v1/function/" + name).json().path("reason");
        assertThat(reason).hasSize(1);
        return reason.get(0).asString();
    }

    private void awaitStatus(String name, String status) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(api.get(root, "/v1/function/" + name).text("status"))
                                .isEqualTo(status));
    }
}
