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
import dev.sluice.testing.Layers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A registry that answers with other bytes than it was asked for, or wants to have a password sent elsewhere.
@Timeout(60)
final class LyingRegistryTest {
    private static final Login LOGIN = new Login("robot", "tell-nobody");

    @TempDir
    Path directory;

    private final Map<String, byte[]> answers = new ConcurrentHashMap<>();
    private final Map<String, String> redirects = new ConcurrentHashMap<>();
    private final List<String> elsewhere = new CopyOnWriteArrayList<>();

    /// What the registry itself heard of who asks.
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private final byte[] layer = new Layers().file("a", "1").gzip().stored();
    private volatile String challenge = "";
    private volatile String stated = "";
    private HttpServer registry;
    private HttpServer other;
    private Egress egress;
    private String config = "";

    @BeforeEach
    void start() throws IOException {
        registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/", this::answer);
        registry.start();
        other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext("/", this::listen);
        other.start();
        Set<String> hosts = Set.of(
                host(),
                "127.0.0.1:" + other.getAddress().getPort(),
                "localhost:" + other.getAddress().getPort());
        egress = Egress.open(new EgressSettings(Set.of("127.0.0.1", "localhost"), hosts, Optional.empty()));
        config = "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"diff_ids\":[\"sha256:"
                + Digest.of(Bytes.copyOf(new Layers().file("a", "1").tar())).hex() + "\"]}}";
        answers.put("manifests/v1", manifest().getBytes(StandardCharsets.UTF_8));
        answers.put(
                "blobs/sha256:" + hex(config.getBytes(StandardCharsets.UTF_8)),
                config.getBytes(StandardCharsets.UTF_8));
        answers.put("blobs/sha256:" + hex(layer), layer);
    }

    @AfterEach
    void stop() {
        egress.close();
        registry.stop(0);
        other.stop(0);
    }

    private String host() {
        return "127.0.0.1:" + registry.getAddress().getPort();
    }

    private static String hex(byte[] bytes) {
        return Digest.of(Bytes.copyOf(bytes)).hex();
    }

    private String manifest() {
        return "{\"schemaVersion\":2,\"config\":"
                + DockerRegistry.part("x", config.getBytes(StandardCharsets.UTF_8)) + ",\"layers\":["
                + DockerRegistry.part(DockerRegistry.OCI_LAYER, layer) + "]}";
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().replaceFirst("^/v2/made/it/", "");
        String redirect = redirects.get(path);
        exchange.getRequestHeaders().getOrDefault("Authorization", List.of()).forEach(told::add);
        byte[] body = answers.getOrDefault(path, new byte[0]);
        int status = answers.containsKey(path) ? 200 : 404;
        if (!challenge.isEmpty() && !exchange.getRequestHeaders().containsKey("Authorization")) {
            exchange.getResponseHeaders().set("WWW-Authenticate", challenge);
            status = 401;
        } else if (redirect != null) {
            exchange.getResponseHeaders().set("Location", redirect);
            status = 307;
        }
        exchange.getResponseHeaders().set("Content-Type", DockerRegistry.OCI_MANIFEST);
        if (!stated.isEmpty()) {
            exchange.getResponseHeaders().set("Docker-Content-Digest", stated);
        }
        exchange.sendResponseHeaders(status, status == 200 && body.length > 0 ? body.length : -1);
        if (status == 200) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private void listen(HttpExchange exchange) throws IOException {
        elsewhere.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        byte[] body = exchange.getRequestURI().getPath().startsWith("/token")
                ? "{\"token\":\"t\"}".getBytes(StandardCharsets.UTF_8)
                : layer;
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void pull(String wanted) throws Exception {
        Set<String> plain = Set.of(
                host(),
                "127.0.0.1:" + other.getAddress().getPort(),
                "localhost:" + other.getAddress().getPort());
        Path work = Files.createTempDirectory(directory, "work");
        new Puller(egress, new PlainHosts(plain))
                .find("acme", Reference.parse(host() + "/made/it" + wanted), Optional.of(LOGIN))
                .fetch(work);
    }

    private String refused(String wanted) {
        return catchThrowableOfType(PullFailed.class, () -> pull(wanted)).reason();
    }

    @Test
    void theTruth_isPulled() throws Exception {
        pull(":v1");
        assertThat(elsewhere).isEmpty();
    }

    @Test
    void anotherManifest_isRefused() {
        answers.put("manifests/sha256:" + "0".repeat(64), manifest().getBytes(StandardCharsets.UTF_8));
        assertThat(refused("@sha256:" + "0".repeat(64))).contains("another digest");
    }

    @Test
    void anotherConfiguration_isRefused() {
        String path = "blobs/sha256:" + hex(config.getBytes(StandardCharsets.UTF_8));
        answers.put(path, config.replace("linux", "LINUX").getBytes(StandardCharsets.UTF_8));
        assertThat(refused(":v1")).contains("configuration of the image has another digest");
    }

    @Test
    void anotherLayer_orAShorterOrLongerOne_isRefused() {
        byte[] changed = layer.clone();
        changed[changed.length - 1]++;
        for (byte[] wrong : List.of(
                changed,
                java.util.Arrays.copyOf(layer, layer.length + 1),
                java.util.Arrays.copyOf(layer, layer.length - 1))) {
            answers.put("blobs/sha256:" + hex(layer), wrong);
            assertThat(refused(":v1")).contains("layer of the image has another digest or size");
        }
    }

    /// Or it fills the disk, for as long as a layer may take.
    @Test
    void ofALayer_noMoreIsWritten_thanItsManifestSays() throws IOException {
        answers.put("blobs/sha256:" + hex(layer), java.util.Arrays.copyOf(layer, 8 << 20));
        assertThat(refused(":v1")).contains("layer of the image has another digest or size");
        try (var files = Files.walk(directory)) {
            assertThat(files.filter(file -> file.endsWith("layer0")))
                    .singleElement()
                    .satisfies(file -> assertThat(Files.size(file)).isLessThanOrEqualTo(layer.length));
        }
    }

    @Test
    void aManifest_thatIsSaidToBeAnother_isRefused() {
        stated = "sha256:" + "0".repeat(64);
        assertThat(refused(":v1")).contains("another digest");
    }

    @Test
    void aRedirect_isFollowed_withoutAWordOnWhoAsks() throws Exception {
        challenge = "Basic realm=\"it\"";
        redirects.put(
                "blobs/sha256:" + hex(layer),
                "http://127.0.0.1:" + other.getAddress().getPort() + "/layer");
        pull(":v1");
        assertThat(elsewhere).containsExactly("null");
    }

    @Test
    void aTokenServiceOfAnotherHost_isNotToldThePassword() throws Exception {
        challenge = "Bearer realm=\"http://localhost:" + other.getAddress().getPort() + "/token\",service=\"it\"";
        pull(":v1");
        assertThat(elsewhere).containsExactly("null");
    }

    @Test
    void aTokenServiceOfAnotherPortWithoutTls_isNotToldThePassword() throws Exception {
        challenge = "Bearer realm=\"http://127.0.0.1:" + other.getAddress().getPort() + "/token\",service=\"it\"";
        pull(":v1");
        assertThat(elsewhere).containsExactly("null");
    }

    @Test
    void theTokenServiceOfTheRegistryItself_isToldThePassword() throws Exception {
        answers.put("/token", "{\"token\":\"t\"}".getBytes(StandardCharsets.UTF_8));
        challenge = "Bearer realm=\"http://" + host() + "/token\",service=\"it\"";
        pull(":v1");
        assertThat(told).contains(LOGIN.basic(), "Bearer t").hasSize(2);
    }

    @Test
    void aTokenThatIsVeryLong_isNone() {
        String endless = "{\"token\":\"" + "t".repeat(4 << 10) + "\"}";
        answers.put("/token", endless.getBytes(StandardCharsets.UTF_8));
        challenge = "Bearer realm=\"http://" + host() + "/token\",service=\"it\"";
        assertThat(refused(":v1")).contains("gives no token");
    }

    /// `localhost` is this machine's, which the operator lets nothing reach but for what he names.
    @Test
    void aTokenServiceThatMayNotBeAsked_hearsNothing_andIsTheReason() {
        String port = ":" + other.getAddress().getPort() + "/token\"";
        for (String realm :
                List.of("http://unnamed.example.com", "https://unnamed.example.com", "http://user@localhost")) {
            challenge = "Bearer realm=\"" + realm + port + ",service=\"it\"";
            assertThat(refused(":v1")).containsAnyOf("without TLS", "lets nothing reach", "no address");
        }
        assertThat(elsewhere).isEmpty();
        assertThat(told).isEmpty();
    }

    @Test
    void aRedirectWithoutTls_isFollowedOnlyWhereTheOperatorSaysSo() {
        redirects.put("manifests/v1", "http://127.0.0.1:" + other.getAddress().getPort() + "/manifest");
        var strict = new Puller(egress, new PlainHosts(Set.of(host())));
        var failed = catchThrowableOfType(
                PullFailed.class,
                () -> strict.find("acme", Reference.parse(host() + "/made/it:v1"), Optional.of(LOGIN)));
        assertThat(failed.reason()).contains("without TLS");
        assertThat(elsewhere).isEmpty();
    }

    @Test
    void redirectsWithoutEnd_areNotFollowed() {
        redirects.put("manifests/v1", "/v2/made/it/manifests/v1");
        assertThat(refused(":v1")).contains("no answer");
    }
}
