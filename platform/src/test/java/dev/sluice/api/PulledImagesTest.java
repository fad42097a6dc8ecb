package dev.sluice.api;

import static dev.sluice.api.ApiServer.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Asker;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.build.Registries;
import dev.sluice.egress.EgressSettings;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.DockerRegistry;
import dev.sluice.testing.Layers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Base images that a registry has, and functions on them. The image is made of this machine's Python, and has a module
/// that this machine has not.
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PulledImagesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// As soon as Dispatch's clients want to know.
    private static final Duration SOON = Duration.ofSeconds(20);

    private static final String LOOKS = """
            import os, only_here, sys
            def handle(context, payload):
                return {'word': only_here.WORD, 'root': sorted(os.listdir('/')), 'python': sys.executable,
                        'links': [one for one in sorted(os.listdir('/')) if os.path.islink('/' + one)],
                        'guest': os.path.exists('/runtime/guest.py') and os.path.exists('/proc/self/status'),
                        'uid': os.stat('/etc/motd').st_uid, 'path': os.environ['PATH']}
            """;

    @TempDir
    static Path directory;

    private final MemoryStore store = new MemoryStore();
    private final MemoryBlobs blobs = new MemoryBlobs();
    private DockerRegistry registry;
    private ApiServer server;

    @BeforeAll
    void start() throws Exception {
        registry = DockerRegistry.open(directory.resolve("registry"));
        server = open(directory.resolve("server"));
        registry.push("made/python", "v1", List.of(python(), onlyHere("pulled")));
    }

    private ApiServer open(Path at) throws Exception {
        var outside = new EgressSettings(
                Set.of("127.0.0.1", "no-such-host.invalid"), Set.of(registry.host()), Optional.empty());
        return new ApiServer(Files.createDirectories(at), store, blobs, Registries.NONE, outside);
    }

    @AfterAll
    void stop() {
        server.close();
        registry.close();
    }

    /// This machine's Python, with what it needs to start.
    static DockerRegistry.Layer python() throws IOException, InterruptedException {
        Path binary = Path.of("/usr/bin/python3").toRealPath();
        Path library = Path.of("/usr/lib", binary.getFileName().toString());
        var layer = new Layers()
                .symbolicLink("lib", "usr/lib")
                .symbolicLink("lib64", "usr/lib64")
                .symbolicLink("usr/bin/python3", binary.getFileName().toString())
                .host(binary)
                .host(library)
                .file("etc/motd", "an image");
        Process ldd = new ProcessBuilder("ldd", binary.toString()).start();
        for (String line : new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            for (String word : line.strip().split(" ", -1)) {
                if (word.startsWith("/")) {
                    layer.file(
                            word.substring(1).replaceFirst("^(lib|lib64)/", "usr/$1/"),
                            Files.readAllBytes(Path.of(word)),
                            0755);
                }
            }
        }
        return layer.gzip();
    }

    private static DockerRegistry.Layer onlyHere(String word) {
        String library = Path.of("/usr/lib", realName()).toString().substring(1);
        return new Layers()
                .file(library + "/only_here.py", "WORD = '" + word + "'\n")
                .gzip();
    }

    private static String realName() {
        try {
            return Path.of("/usr/bin/python3").toRealPath().getFileName().toString();
        } catch (IOException gone) {
            throw new java.io.UncheckedIOException(gone);
        }
    }

    private static String base(String name, String reference, String language) {
        return "{\"name\":\"" + name + "\",\"dockerUrl\":\"" + reference + "\",\"language\":\"" + language + "\"}";
    }

    private String settled(Asker asker, String path, Duration patience) {
        await().atMost(patience)
                .until(() -> List.of("READY", "ERROR")
                        .contains(server.get(asker, path).text("status")));
        return server.get(asker, path).text("status");
    }

    private String reason(Asker asker, String path) {
        return server.get(asker, path).json().path("reason").path(0).asString("");
    }

    private void make(Asker asker, String reference) {
        assertThat(server.post(asker, "/v1/baseimage", base("b", reference, "python3"))
                        .status())
                .isEqualTo(201);
        assertThat(server.get(asker, "/v1/baseimage/b").text("status")).isEqualTo("INITIALIZED");
        assertThat(server.post(asker, "/v1/image", "{\"name\":\"i\",\"baseImageName\":\"b\"}")
                        .status())
                .isEqualTo(201);
        assertThat(settled(asker, "/v1/image/i", PATIENCE))
                .as(reason(asker, "/v1/image/i"))
                .isEqualTo("READY");
        assertThat(server.post(asker, "/v1/function", function("f", "i", "f.py", LOOKS, ""))
                        .status())
                .isEqualTo(201);
        assertThat(settled(asker, "/v1/function/f", PATIENCE))
                .as(reason(asker, "/v1/function/f"))
                .isEqualTo("READY");
    }

    private String run(Asker asker) {
        return server.post(asker, "/v1/runs?functionName=f", "{\"blocking\":true}")
                .body();
    }

    private long directories() throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve("server/images"))) {
            return all.count();
        }
    }

    @Test
    void aFunction_runsOnThePulledImage_andNothingOfTheHost() throws Exception {
        Asker asker = server.developer("puller", "*");
        make(asker, registry.host() + "/made/python:v1");
        String answer = run(asker);
        assertThat(answer).contains("\"word\":\"pulled\"", "\"path\":\"/usr/local/bin:/usr/bin:/bin\"");
        assertThat(answer)
                .contains("\"root\":[\"dev\",\"etc\",\"lib\",\"lib64\",\"proc\",\"runtime\",\"tmp\",\"usr\"]");
    }

    @Test
    void anImageWhoseOwnPlacesLeadElsewhere_changesNothingOfWhatItsGuestsAreShown() throws Exception {
        Asker asker = server.developer("crooked", "*");
        var crooked = new Layers()
                .symbolicLink("tmp", "/")
                .symbolicLink("runtime", "/usr")
                .symbolicLink("proc", "/etc")
                .file("dev", "no directory");
        registry.push("made/crooked", "v1", List.of(python(), onlyHere("crooked"), crooked.gzip()));
        make(asker, registry.host() + "/made/crooked:v1");
        String answer = run(asker);
        assertThat(answer).contains("\"word\":\"crooked\"", "\"links\":[\"lib\",\"lib64\"]", "\"guest\":true");
    }

    @Test
    void whatIsPulled_isKeptForTheFunction_whateverBecomesOfTheImage() throws Exception {
        Asker asker = server.developer("keeper", "*");
        registry.push("made/changing", "v1", List.of(python(), onlyHere("first")));
        make(asker, registry.host() + "/made/changing:v1");
        registry.push("made/changing", "v1", List.of(python(), onlyHere("second")));
        assertThat(server.delete(asker, "/v1/image/i").status()).isEqualTo(200);
        assertThat(server.delete(asker, "/v1/baseimage/b").status()).isEqualTo(200);
        server.collectLater();
        server.roots.tidy();
        assertThat(run(asker)).contains("\"word\":\"first\"");
        assertThat(server.delete(asker, "/v1/function/f").status()).isEqualTo(200);
    }

    @Test
    void whatNobodyUses_isRemoved_andWhatAnotherOrganizationHas_isAnotherImage() throws Exception {
        String reference = registry.host() + "/made/mine:v1";
        registry.push("made/mine", "v1", List.of(python(), onlyHere("mine")));
        Asker one = server.developer("one", "*");
        Asker other = server.developer("other", "*");
        long before = directories();
        make(one, reference);
        make(other, reference);
        assertThat(directories()).isEqualTo(before + 2);
        for (String path : List.of("/v1/function/f", "/v1/image/i", "/v1/baseimage/b")) {
            assertThat(server.delete(one, path).status()).isEqualTo(200);
        }
        server.collectLater();
        server.roots.tidy();
        assertThat(directories()).isLessThanOrEqualTo(before + 1);
        assertThat(run(other)).contains("\"word\":\"mine\"");
    }

    @Test
    void whatCannotBePulled_isInError_soon_andLeavesNothing() throws Exception {
        Asker asker = server.developer("unlucky", "*");
        registry.push("made/empty", "v1", List.of(new Layers().file("a", "1").gzip()));
        registry.push(
                "made/broken",
                "v1",
                List.of(new Layers()
                        .file("usr/bin/python3", new byte[] {1, 2, 3}, 0755)
                        .gzip()));
        registry.push(
                "made/hostile",
                "v1",
                List.of(python(), new Layers().file("../../out", "1").gzip()));
        var notArchive = new DockerRegistry.Layer(new byte[] {1, 2}, new byte[] {1, 2});
        registry.push("made/damaged", "v1", List.of(notArchive));
        var wanted = List.of(
                List.of("made/none:v1", "python3", "has no such image"),
                List.of("made/empty:v1", "python3", "there is no /usr/bin/python3"),
                List.of("made/broken:v1", "python3", "do not start on it"),
                List.of("made/hostile:v1", "python3", "path that leads out"),
                List.of("made/damaged:v1", "python3", "damaged"),
                List.of("made/python:v1", "cobol", "functions in nodejs, python3"),
                List.of("made/python@sha256:" + "0".repeat(64), "python3", "has no such image"),
                List.of("made/UPPER", "python3", "no reference"));
        for (int i = 0; i < wanted.size(); i++) {
            String reference = registry.host() + "/" + wanted.get(i).get(0);
            assertThat(server.post(
                                    asker,
                                    "/v1/baseimage",
                                    base("b" + i, reference, wanted.get(i).get(1)))
                            .status())
                    .isEqualTo(201);
        }
        server.post(asker, "/v1/baseimage", base("elsewhere", "no-such-host.invalid/a:1", "python3"));
        server.post(asker, "/v1/baseimage", base("forbidden", "example.com/a:1", "python3"));
        for (int i = 0; i < wanted.size(); i++) {
            assertThat(settled(asker, "/v1/baseimage/b" + i, SOON)).isEqualTo("ERROR");
            assertThat(reason(asker, "/v1/baseimage/b" + i))
                    .contains("cannot be pulled: ", wanted.get(i).get(2));
        }
        assertThat(settled(asker, "/v1/baseimage/elsewhere", SOON)).isEqualTo("ERROR");
        assertThat(reason(asker, "/v1/baseimage/elsewhere")).contains("cannot be reached");
        assertThat(settled(asker, "/v1/baseimage/forbidden", SOON)).isEqualTo("ERROR");
        assertThat(reason(asker, "/v1/baseimage/forbidden")).contains("--egress-allow example.com");
        server.collectLater();
        server.roots.tidy();
        try (Stream<Path> all = Files.list(directory.resolve("server/images"))) {
            assertThat(all.filter(path -> path.getFileName().toString().startsWith("growing")))
                    .isEmpty();
        }
    }

    @Test
    void aPullThatAStopInterrupts_beginsAgain() throws Exception {
        Asker asker = server.developer("again", "*");
        String reference = registry.host() + "/made/later:v1";
        assertThat(server.post(asker, "/v1/baseimage", base("b", reference, "python3"))
                        .status())
                .isEqualTo(201);
        assertThat(settled(asker, "/v1/baseimage/b", SOON)).isEqualTo("ERROR");
        registry.push("made/later", "v1", List.of(python(), onlyHere("later")));
        assertThat(server.put(asker, "/v1/baseimage/b", base("b", reference, "python3"))
                        .status())
                .isEqualTo(200);
        server.recover();
        assertThat(settled(asker, "/v1/baseimage/b", PATIENCE)).isEqualTo("READY");
    }

    @Test
    void onAPulledImage_nothingIsInstalled() {
        Asker asker = server.developer("needy", "*");
        server.post(asker, "/v1/baseimage", base("b", registry.host() + "/made/python:v1", "python3"));
        server.post(
                asker,
                "/v1/image",
                "{\"name\":\"i\",\"baseImageName\":\"b\",\"runtimeDependencies\":{\"manifest\":\"requests\"}}");
        assertThat(settled(asker, "/v1/image/i", PATIENCE)).isEqualTo("ERROR");
        assertThat(reason(asker, "/v1/image/i")).contains("nothing is installed on a base image that was pulled");
    }
}
