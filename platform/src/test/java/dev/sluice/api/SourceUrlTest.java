package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.build.Registries;
import dev.sluice.egress.EgressSettings;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.FullBlobs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private final AtomicBoolean isFull = new AtomicBoolean();
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
                new FullBlobs(new MemoryBlobs(), isFull::get),
                Registries.NONE,
                new EgressSettings(Set.of("127.0.0.1"), Set.of(permit), Optional.empty()));
        root = api.admin();
    }

    private HttpServer sources() throws IOException {
        byte[] archive = Archives.gzip(Archives.tar("f.py", "def handle(context, payload):\n    return 'fetched'\n"));
        byte[] noise = new byte[200_000];
        new Random(1).nextBytes(noise);
        byte[] large = Archives.gzip(Archives.tar(new TreeMap<>(Map.of(
                "f.py",
                "def handle(context, payload):\n    return 1\n".getBytes(StandardCharsets.UTF_8),
                "noise",
                noise))));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            String path = exchange.getRequestURI().getPath();
            isFull.set(path.equals("/full.tar.gz"));
            if (path.equals("/moved")) {
                exchange.getResponseHeaders().add("Location", "/f.tar.gz");
                exchange.sendResponseHeaders(302, -1);
            } else if (path.equals("/large.tar.gz")) {
                exchange.sendResponseHeaders(200, large.length);
                exchange.getResponseBody().write(large);
            } else if (path.equals("/f.tar.gz") || path.equals("/full.tar.gz")) {
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

    @Test
    void aFullDisk_isAnError_withOneReason() {
        try {
            create("full", at(permitted, "/full.tar.gz"));
            awaitStatus("full", "ERROR");
        } finally {
            isFull.set(false);
        }
        assertThat(reason("full")).isEqualTo("sourceURL: the server could not keep the source");
    }

    /// Nothing is built of it either: what nobody pays for is not kept.
    @Test
    void aSourceThatHasNoRoom_isAnError_withOneReason() {
        Asker dev = api.developer("scarce", "*");
        api.post(
                dev,
                "/v1/baseimage",
                "{\"name\":\"py\",\"dockerUrl\":\"dispatchframework/python3-base:1\",\"language\":\"python3\"}");
        assertThat(api.post(dev, "/v1/image", "{\"name\":\"python3\",\"baseImageName\":\"py\"}")
                        .status())
                .isEqualTo(201);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> api.get(dev, "/v1/image/python3").text("status").equals("READY"));
        api.put(root, "/v1/iam/organization/scarce/quota", "{\"storedMib\":1}");
        while (api.put(dev, "/faasten/fs/~:" + System.nanoTime(), "x".repeat(60_000))
                        .status()
                == 201) {}
        String body = "{\"name\":\"large\",\"image\":\"python3\",\"handler\":\"f.handle\",\"sourceURL\":\""
                + at(permitted, "/large.tar.gz") + "\"}";
        assertThat(api.post(dev, "/v1/function", body).status()).isEqualTo(201);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> api.get(dev, "/v1/function/large").text("status").equals("ERROR"));
        assertThat(api.get(dev, "/v1/function/large").json().path("reason").toString())
                .contains("sourceURL: your organization has stored all the bytes");
        assertThat(api.get(dev, "/v1/function/large/source").status()).isEqualTo(404);
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
