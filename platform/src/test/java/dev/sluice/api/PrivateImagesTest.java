package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Asker;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.build.Registries;
import dev.sluice.bytes.Digest;
import dev.sluice.egress.EgressSettings;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.DockerRegistry;
import dev.sluice.testing.FullBlobs;
import dev.sluice.testing.Layers;
import dev.sluice.testing.RegistryRelay;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Base images of a registry with passwords: each organization has what its own login may have, and nobody else hears
/// a password.
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PrivateImagesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// As soon as Dispatch's clients want to know.
    private static final Duration SOON = Duration.ofSeconds(20);

    private static final String REPOSITORY = "/private/python:v1";

    @TempDir
    static Path directory;

    private final MemoryStore store = new MemoryStore();
    private final AtomicBoolean isFull = new AtomicBoolean();
    private DockerRegistry registry;
    private RegistryRelay relay;
    private RegistryRelay other;
    private Digest digest;
    private ApiServer server;

    @BeforeAll
    void start() throws Exception {
        registry = DockerRegistry.guarded(directory.resolve("registry"));
        digest = registry.push("private/python", "v1", List.of(PulledImagesTest.python()));
        relay = RegistryRelay.before(registry.host());
        other = RegistryRelay.before(registry.host());
        var outside = new EgressSettings(Set.of("127.0.0.1"), Set.of(relay.host(), other.host()), Optional.empty());
        Path at = Files.createDirectories(directory.resolve("server"));
        server = new ApiServer(at, store, new FullBlobs(new MemoryBlobs(), isFull::get), Registries.NONE, outside);
    }

    @AfterAll
    void stop() {
        server.close();
        relay.close();
        other.close();
        registry.close();
    }

    @BeforeEach
    void forget() {
        relay.authorizations().clear();
        other.authorizations().clear();
    }

    private static String login(String name, String host, String user, String password) {
        return "{\"name\":\"" + name + "\",\"host\":\"" + host + "\",\"username\":\"" + user + "\",\"password\":\""
                + password + "\"}";
    }

    private void logIn(Asker asker, String user, String password) {
        assertThat(server.post(asker, "/v1/registry", login("r", relay.host(), user, password))
                        .status())
                .isEqualTo(201);
    }

    private static String base(String reference) {
        return "{\"name\":\"b\",\"dockerUrl\":\"" + reference + "\",\"language\":\"python3\"}";
    }

    private String pulled(Asker asker, String reference, Duration patience) {
        assertThat(server.post(asker, "/v1/baseimage", base(reference)).status())
                .isEqualTo(201);
        return settled(asker, patience);
    }

    private String settled(Asker asker, Duration patience) {
        await().atMost(patience)
                .until(() -> List.of("READY", "ERROR")
                        .contains(server.get(asker, "/v1/baseimage/b").text("status")));
        return server.get(asker, "/v1/baseimage/b").text("status");
    }

    private String reason(Asker asker) {
        return server.get(asker, "/v1/baseimage/b")
                .json()
                .path("reason")
                .path(0)
                .asString("");
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void eachOrganization_asksAsItself_andHasNothingThatAnotherPulled() {
        Asker one = server.developer("one", "*");
        Asker two = server.developer("two", "*");
        Asker none = server.developer("none", "*");
        logIn(one, DockerRegistry.USER, DockerRegistry.PASSWORD);
        logIn(two, DockerRegistry.OTHER_USER, DockerRegistry.OTHER_PASSWORD);

        assertThat(pulled(one, relay.host() + REPOSITORY, PATIENCE))
                .as(reason(one))
                .isEqualTo("READY");
        assertThat(new HashSet<>(relay.authorizations()))
                .containsExactlyInAnyOrder("-", basic(DockerRegistry.USER, DockerRegistry.PASSWORD));

        relay.authorizations().clear();
        for (String reference : List.of(REPOSITORY, "/private/python@sha256:" + digest.hex())) {
            assertThat(pulled(none, relay.host() + reference, SOON))
                    .as("though another organization has it")
                    .isEqualTo("ERROR");
            assertThat(reason(none)).contains("for those who log in", "sluice create registry");
            server.delete(none, "/v1/baseimage/b");
        }
        assertThat(relay.authorizations()).containsOnly("-");

        relay.authorizations().clear();
        assertThat(pulled(two, relay.host() + REPOSITORY, PATIENCE))
                .as(reason(two))
                .isEqualTo("READY");
        assertThat(new HashSet<>(relay.authorizations()))
                .containsExactlyInAnyOrder("-", basic(DockerRegistry.OTHER_USER, DockerRegistry.OTHER_PASSWORD));

        server.delete(two, "/v1/registry/r");
        assertThat(server.put(two, "/v1/baseimage/b", base(relay.host() + REPOSITORY))
                        .status())
                .isEqualTo(200);
        assertThat(settled(two, SOON)).as("once its login is gone").isEqualTo("ERROR");
    }

    @Test
    void aWrongPassword_isOneReason_thatDoesNotSayIt_andMendedByAnother() {
        Asker asker = server.developer("typo", "*");
        logIn(asker, DockerRegistry.USER, "marker-wrong");
        assertThat(pulled(asker, relay.host() + REPOSITORY, SOON)).isEqualTo("ERROR");
        assertThat(server.get(asker, "/v1/baseimage/b").json().path("reason")).hasSize(1);
        assertThat(reason(asker))
                .isEqualTo(relay.host() + REPOSITORY
                        + " cannot be pulled: the registry refuses the name and password that your organization has"
                        + " for it, or does not let them have the image: 'sluice update registry' changes"
                        + " them");
        for (String path : List.of("/v1/baseimage/b", "/v1/baseimage", "/v1/registry", "/v1/registry/r", "/v1/audit")) {
            assertThat(server.get(asker, path).body()).as(path).doesNotContain("marker-wrong");
        }
        assertThat(server.get(asker, "/v1/audit").body()).contains("registry.create");

        String right = login("r", relay.host(), DockerRegistry.USER, DockerRegistry.PASSWORD);
        assertThat(server.put(asker, "/v1/registry/r", right).status()).isEqualTo(200);
        server.put(asker, "/v1/baseimage/b", base(relay.host() + REPOSITORY));
        assertThat(settled(asker, PATIENCE)).as(reason(asker)).isEqualTo("READY");
    }

    @Test
    void anotherPortOfTheHost_isAnotherRegistry_andHearsNothing() {
        Asker asker = server.developer("elsewhere", "*");
        logIn(asker, DockerRegistry.USER, DockerRegistry.PASSWORD);
        assertThat(pulled(asker, other.host() + REPOSITORY, SOON)).isEqualTo("ERROR");
        assertThat(reason(asker)).contains("for those who log in");
        assertThat(other.authorizations()).isNotEmpty().containsOnly("-");
        assertThat(relay.authorizations()).isEmpty();
    }

    private Set<String> directories() throws IOException {
        try (Stream<Path> all = Files.list(Files.createDirectories(directory.resolve("server/images")))) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> !name.equals("unpacked-since"))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void aFullDisk_isTheReason_untilThereIsRoom() throws Exception {
        Asker asker = server.developer("full", "*");
        logIn(asker, DockerRegistry.USER, DockerRegistry.PASSWORD);
        Set<String> before = directories();
        isFull.set(true);
        assertThat(pulled(asker, relay.host() + REPOSITORY, SOON)).isEqualTo("ERROR");
        assertThat(reason(asker)).endsWith("the server's disk is full: its operator makes room");
        assertThat(directories()).isEqualTo(before);
        isFull.set(false);
        server.put(asker, "/v1/baseimage/b", base(relay.host() + REPOSITORY));
        assertThat(settled(asker, PATIENCE)).as(reason(asker)).isEqualTo("READY");
    }

    /// What is small as it comes and large when it is unpacked fills no disk behind the quota's back.
    @Test
    void theQuota_countsTheUnpackedImage_andWhatDoesNotFit_isNotKept() throws Exception {
        var zeros = new Layers().file("opt/zeros", new byte[64 << 20], 0644).gzip();
        registry.push("private/zeros", "v1", List.of(PulledImagesTest.python(), zeros));
        Asker asker = server.developer("tight", "*");
        logIn(asker, DockerRegistry.USER, DockerRegistry.PASSWORD);
        quota("tight", 100);
        Set<String> before = directories();
        assertThat(pulled(asker, relay.host() + "/private/zeros:v1", PATIENCE)).isEqualTo("ERROR");
        assertThat(reason(asker)).endsWith("it does not fit into what your organization may store");
        assertThat(directories()).as("at once").isEqualTo(before);
        quota("tight", 1000);
        server.put(asker, "/v1/baseimage/b", base(relay.host() + "/private/zeros:v1"));
        assertThat(settled(asker, PATIENCE)).as(reason(asker)).isEqualTo("READY");
        assertThat(directories()).hasSize(before.size() + 1);
    }

    private void quota(String organization, int mib) {
        String path = "/v1/iam/organization/" + organization + "/quota";
        ApiServer.Answer set = server.put(server.admin(), path, "{\"storedMib\":" + mib + "}");
        assertThat(set.status()).as(set.body()).isEqualTo(200);
    }

    /// An image of those who are not logged in would be another one.
    @Test
    void aLoginThatDoesNotOpen_asksNobody() {
        Asker asker = server.developer("sealed", "*");
        logIn(asker, DockerRegistry.USER, DockerRegistry.PASSWORD);
        var _ = server.keys.destroy(server.home("sealed").token());
        assertThat(pulled(asker, relay.host() + REPOSITORY, SOON)).isEqualTo("ERROR");
        assertThat(reason(asker)).contains("cannot be opened", "delete it and create it anew");
        assertThat(relay.authorizations()).isEmpty();

        assertThat(server.delete(asker, "/v1/registry/r").status()).isEqualTo(204);
        logIn(asker, DockerRegistry.USER, DockerRegistry.PASSWORD);
        server.put(asker, "/v1/baseimage/b", base(relay.host() + REPOSITORY));
        assertThat(settled(asker, PATIENCE)).as(reason(asker)).isEqualTo("READY");
    }
}
