package dev.sluice.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressSettings;
import dev.sluice.testing.DockerRegistry;
import dev.sluice.testing.Layers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Pulls from Debian's registry, with and without a password.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PullerTest {
    private static final Optional<Login> NOBODY = Optional.empty();
    private static final Optional<Login> ROBOT = Optional.of(new Login(DockerRegistry.USER, DockerRegistry.PASSWORD));

    @TempDir
    static Path directory;

    private DockerRegistry registry;
    private DockerRegistry guarded;
    private Egress egress;
    private Puller puller;
    private int works;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        registry = DockerRegistry.open(directory.resolve("open"));
        guarded = DockerRegistry.guarded(directory.resolve("guarded"));
        Set<String> hosts = Set.of(registry.host(), guarded.host());
        egress = Egress.open(new EgressSettings(Set.of("127.0.0.1", "no-such-host.invalid"), hosts, Optional.empty()));
        puller = new Puller(egress, new PlainHosts(hosts));
    }

    @AfterAll
    void stop() {
        egress.close();
        registry.close();
        guarded.close();
    }

    private Path work() throws IOException {
        return Files.createDirectory(directory.resolve("work" + works++));
    }

    private Path pull(String reference, Optional<Login> login) throws Exception {
        Fetched fetched = puller.find("acme", Reference.parse(reference), login).fetch(work());
        Path root = work();
        try (var packed = fetched.packed("acme")) {
            Unpacked.into(packed, root);
        }
        assertThat(fetched.packedBytes("acme")).isEqualTo(fetched.packed("acme").readAllBytes().length);
        return root;
    }

    private String refused(String reference, Optional<Login> login) {
        return catchThrowableOfType(PullFailed.class, () -> pull(reference, login))
                .reason();
    }

    private static List<DockerRegistry.Layer> two() {
        return List.of(
                new Layers().file("a", "1").file("b", "1").gzip(),
                new Layers().file("a", "2").file(".wh.b", "").gzip());
    }

    @Test
    void anImage_isPulledByItsTag_andByItsDigest() throws Exception {
        Digest digest = registry.push("made/two", "v1", two());
        for (String wanted : List.of(":v1", "@sha256:" + digest.hex())) {
            Path root = pull(registry.host() + "/made/two" + wanted, NOBODY);
            assertThat(root.resolve("a")).hasContent("2");
            assertThat(root.resolve("b")).doesNotExist();
        }
    }

    /// Or who pulls what another organization has would find that it is there.
    @Test
    void anImage_isOneBlobWithinAnOrganization_andAnotherForTheNext() throws Exception {
        registry.push("made/whose", "v1", two());
        Fetched fetched = puller.find("acme", Reference.parse(registry.host() + "/made/whose:v1"), NOBODY)
                .fetch(work());
        try (var acmes = fetched.packed("acme");
                var again = fetched.packed("acme");
                var blues = fetched.packed("blue")) {
            Digest digest = Digest.of(Bytes.takeOver(acmes.readAllBytes()));
            assertThat(Digest.of(Bytes.takeOver(again.readAllBytes()))).isEqualTo(digest);
            assertThat(Digest.of(Bytes.takeOver(blues.readAllBytes()))).isNotEqualTo(digest);
        }
    }

    @Test
    void dockersOwnManifests_areReadToo() throws Exception {
        registry.push("made/docker", "v1", two(), DockerRegistry.DOCKER_MANIFEST, DockerRegistry.DOCKER_LAYER);
        assertThat(pull(registry.host() + "/made/docker:v1", NOBODY).resolve("a"))
                .hasContent("2");
    }

    @Test
    void ofAnIndex_theImageForThisMachineIsTaken() throws Exception {
        Digest other = registry.push(
                "made/index", "other", List.of(new Layers().file("a", "other").gzip()));
        Digest own = registry.push("made/index", "own", two());
        String type = "application/vnd.oci.image.index.v1+json";
        registry.manifest("made/index", "v1", type, index(type, other, "arm64", own, "amd64"));
        registry.manifest("made/index", "arm", type, index(type, other, "arm64", other, "s390x"));
        assertThat(pull(registry.host() + "/made/index:v1", NOBODY).resolve("a"))
                .hasContent("2");
        assertThat(refused(registry.host() + "/made/index:arm", NOBODY)).contains("not for linux/amd64");
    }

    private static String index(String type, Digest one, String its, Digest other, String others) {
        return """
                {"schemaVersion":2,"mediaType":"%s","manifests":[%s,%s]}""".formatted(type, ofMachine(one, its), ofMachine(other, others));
    }

    private static String ofMachine(Digest digest, String architecture) {
        return """
                {"mediaType":"%s","size":1,"digest":"sha256:%s","platform":{"os":"linux","architecture":"%s"}}""".formatted(DockerRegistry.OCI_MANIFEST, digest.hex(), architecture);
    }

    @Test
    void aRegistryWithPasswords_isToldThem_andAnswersNobodyElse() throws Exception {
        guarded.push("made/secret", "v1", two());
        String reference = guarded.host() + "/made/secret:v1";
        assertThat(pull(reference, ROBOT).resolve("a")).hasContent("2");
        assertThat(refused(reference, NOBODY)).contains("for those who log in");
        assertThat(refused(reference, Optional.of(new Login(DockerRegistry.USER, "wrong"))))
                .contains("refuses the name and password");
    }

    @Test
    void whoHasNoLogin_pushesToWhoeverTakesIt() throws Exception {
        registry.push("made/base", "v1", two());
        Fetched base = puller.find("acme", Reference.parse(registry.host() + "/made/base:v1"), NOBODY)
                .fetch(work());
        byte[] tar = new Layers().file("c", "3").tar();
        Assembled image = Assembled.on(
                offset -> {
                    var packed = base.packed("acme");
                    packed.skipNBytes(offset);
                    return packed;
                },
                Bytes.copyOf(Layers.gzip(tar)),
                Digest.of(Bytes.copyOf(tar)),
                List.of("/bin/true"));
        var pusher = new Pusher(egress, new PlainHosts(Set.of(registry.host(), guarded.host())));
        Digest pushed = pusher.push("acme", Reference.parse(registry.host() + "/made/anyone:v1"), NOBODY, image);
        Path root = pull(registry.host() + "/made/anyone@sha256:" + pushed.hex(), NOBODY);
        assertThat(root.resolve("a")).hasContent("2");
        assertThat(root.resolve("c")).hasContent("3");

        Reference closed = Reference.parse(guarded.host() + "/made/anyone:v1");
        assertThat(catchThrowableOfType(PullFailed.class, () -> pusher.push("acme", closed, NOBODY, image))
                        .reason())
                .contains("for those who log in");
        assertThat(pusher.push("acme", closed, ROBOT, image)).isEqualTo(pushed);
    }

    @Test
    void whatIsNotThere_isSaidToBeSo_soon() {
        long begun = System.nanoTime();
        assertThat(refused(registry.host() + "/made/none:v1", NOBODY)).contains("no such image");
        assertThat(refused("no-such-host.invalid/a", NOBODY)).contains("cannot be reached");
        assertThat(refused("elsewhere.example.com/a", NOBODY)).contains("--egress-allow elsewhere.example.com");
        assertThat(refused("127.0.0.1:1/a", NOBODY)).contains("is not on the internet");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void withoutTls_noRegistryIsAsked_unlessTheOperatorNamesIt() throws Exception {
        registry.push("made/two", "v2", two());
        var strict = new Puller(egress, PlainHosts.NONE);
        var failed = catchThrowableOfType(
                PullFailed.class, () -> strict.find("acme", Reference.parse(registry.host() + "/made/two:v2"), NOBODY));
        assertThat(failed.reason()).contains("TLS");
    }

    @Test
    void whatIsNoManifest_isRefused() throws Exception {
        byte[] tar = new Layers().file("a", "1").tar();
        registry.push(
                "made/zstd",
                "v1",
                List.of(new DockerRegistry.Layer(tar, tar)),
                DockerRegistry.OCI_MANIFEST,
                "application/vnd.oci.image.layer.v1.tar+zstd");
        assertThat(refused(registry.host() + "/made/zstd:v1", NOBODY)).contains("zstd");
        assertThat(refused(registry.host() + "/made/UPPER:v1", NOBODY)).contains("no reference");
    }

    @Test
    void aLayerThatIsAnotherOneThanTheConfigurationSays_isRefused() throws Exception {
        byte[] tar = new Layers().file("a", "1").tar();
        byte[] other = new Layers().file("a", "2").tar();
        registry.push("made/lying", "v1", List.of(new DockerRegistry.Layer(Layers.gzip(tar), other)));
        assertThat(refused(registry.host() + "/made/lying:v1", NOBODY)).contains("another one than its configuration");
    }

    @Test
    void aConfiguration_isTheOneThatTheManifestNames() throws Exception {
        assertThat(Manifest.Json.object(Bytes.utf8("{}"), "it").isObject()).isTrue();
        for (String text : List.of("", "[]", "{", "[".repeat(5000), "null")) {
            assertThat(catchThrowableOfType(PullFailed.class, () -> Manifest.Json.object(Bytes.utf8(text), "it"))
                            .reason())
                    .startsWith("it of the image is no JSON");
        }
    }
}
