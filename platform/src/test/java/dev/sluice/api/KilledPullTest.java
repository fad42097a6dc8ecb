package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.testing.DockerRegistry;
import dev.sluice.testing.Layers;
import dev.sluice.testing.RegistryRelay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of the server in the middle of a layer, and a disk that is full there: the image is pulled in the end or
/// in ERROR, and nothing of what was begun is left.
@Timeout(300)
final class KilledPullTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int LAYER_BYTES = 6 << 20;

    @TempDir
    Path directory;

    private DockerRegistry registry;
    private RegistryRelay relay;

    @BeforeEach
    void start() throws Exception {
        registry = DockerRegistry.guarded(directory.resolve("registry"));
        relay = RegistryRelay.before(registry.host());
        registry.push("made/python", "v1", List.of(PulledImagesTest.python(), noise()));
    }

    @AfterEach
    void stop() {
        relay.close();
        registry.close();
    }

    /// Does not get smaller when it is packed.
    private static DockerRegistry.Layer noise() {
        byte[] bytes = new byte[LAYER_BYTES];
        new Random(1).nextBytes(bytes);
        return new Layers().file("opt/noise", bytes, 0644).gzip();
    }

    private List<String> options() {
        return List.of("--egress-allow", "127.0.0.1", "--egress-permit", relay.host(), "--registry-http", relay.host());
    }

    private void begin(KilledServer server) throws Exception {
        String login = "{\"name\":\"r\",\"host\":\"" + relay.host() + "\",\"username\":\"" + DockerRegistry.USER
                + "\",\"password\":\"" + DockerRegistry.PASSWORD + "\"}";
        assertThat(server.post("/v1/registry", login).status()).isEqualTo(201);
        assertThat(server.post("/v1/baseimage", base()).status()).isEqualTo(201);
    }

    private String base() {
        return "{\"name\":\"b\",\"dockerUrl\":\"" + relay.host() + "/made/python:v1\",\"language\":\"python3\"}";
    }

    private static String status(KilledServer server) throws Exception {
        return server.get("/v1/baseimage/b").json().path("status").asString("");
    }

    private static String settled(KilledServer server) throws Exception {
        await().atMost(PATIENCE).until(() -> List.of("READY", "ERROR").contains(status(server)));
        return status(server);
    }

    /// What is on its way to be a directory of an image.
    private static List<Path> growing(Path images) throws IOException {
        try (Stream<Path> all = Files.list(images)) {
            return all.filter(path -> path.getFileName().toString().startsWith("growing"))
                    .toList();
        }
    }

    @Test
    void aPullThatWasKilled_beginsAgain_andLeavesNothing() throws Exception {
        try (var server = new KilledServer(directory, options())) {
            Path images = directory.resolve("data/images");
            relay.stall();
            begin(server);
            await().atMost(PATIENCE).until(relay::isStalled);
            assertThat(status(server)).isEqualTo("INITIALIZED");
            assertThat(growing(images)).hasSize(1);

            server.killAndRestart();
            relay.release();
            assertThat(settled(server)).as(server.get("/v1/baseimage/b").body()).isEqualTo("READY");
            assertThat(growing(images)).isEmpty();
        }
    }

    @Test
    void aPullThatWasKilled_isInError_ifItsRegistryIsGoneToo() throws Exception {
        try (var server = new KilledServer(directory, options())) {
            relay.stall();
            begin(server);
            await().atMost(PATIENCE).until(relay::isStalled);
            registry.close();
            relay.close();
            server.killAndRestart();
            assertThat(settled(server)).isEqualTo("ERROR");
            assertThat(server.get("/v1/baseimage/b").json().path("reason")).hasSize(1);
            assertThat(server.get("/v1/baseimage/b").body()).contains("127.0.0.1 cannot be reached");
            assertThat(growing(directory.resolve("data/images"))).isEmpty();
        }
    }

    /// A file system of its own, which is too small: for the layers as they come, and for the unpacked image.
    @Test
    void aFullDisk_isTheReason_andNothingIsLeft() throws Exception {
        assumeTrue(System.getProperty("user.name", "").equals("root"), "only root can mount a small file system");
        for (int mib : List.of(4, 48)) {
            Path own = Files.createDirectory(directory.resolve("of" + mib));
            String script = "mkdir -p $0/images && mount -t tmpfs -o size=" + mib + "m tmpfs $0/images && exec \"$@\"";
            List<String> inside = List.of(
                    "unshare",
                    "--mount",
                    "sh",
                    "-c",
                    script,
                    own.resolve("data").toString());
            try (var server = new KilledServer(own, options(), inside)) {
                begin(server);
                assertThat(settled(server)).isEqualTo("ERROR");
                assertThat(server.get("/v1/baseimage/b").json().path("reason")).hasSize(1);
                assertThat(server.get("/v1/baseimage/b").body())
                        .contains("cannot be pulled: the server's disk is full: its operator makes room");
                assertThat(growing(server.sees(own.resolve("data/images")))).isEmpty();
            }
        }
    }
}
