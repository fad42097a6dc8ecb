package dev.sluice.api;

import static dev.sluice.api.ApiServer.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.build.Registries;
import dev.sluice.egress.EgressSettings;
import dev.sluice.org.Organization;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.DockerRegistry;
import dev.sluice.testing.Layers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Functions that become images in a registry which asks who asks.
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PushedFunctionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /// As all of the servers have it.
    private static final int CALLS_MAX = 32;

    /// So many that some come while 32 wait, on a busy machine too; all within the connections that a server has.
    private static final int MORE = 24;

    private static final String PYTHON = """
            import os, threading, time

            def handle(context, payload):
                print('heard', payload)
                if payload == 'vanish':
                    threading.Timer(0.3, os._exit, [3]).start()
                if payload == 'slow':
                    time.sleep(0.1)
                if payload == 'wrong':
                    raise ValueError('that is wrong')
                return {'said': payload, 'of': context['who']}
            """;
    private static final String NODE = """
            module.exports = async (context, payload) => {
                console.log('heard ' + payload);
                if (payload === 'vanish') { // the guest's own thread waits for calls
                    const end = "setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300)";
                    new (require('worker_threads').Worker)(end, { eval: true });
                }
                if (payload === 'slow') await new Promise((resolve) => { setTimeout(resolve, 100); });
                if (payload === 'wrong') throw new TypeError('that is wrong');
                return { said: payload, of: context.who };
            };
            """;

    private static final String JAVA = """
            import java.util.Map;
            import java.util.function.BiFunction;

            public class F implements BiFunction<Map<String, Object>, String, F.Answer> {
                record Answer(String said, Object of) {}

                public Answer apply(Map<String, Object> context, String payload) {
                    System.out.println("heard " + payload);
                    if (payload.equals("vanish")) {
                        Runtime.getRuntime().halt(3);
                    }
                    if (payload.equals("slow")) {
                        java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
                    }
                    if (payload.equals("wrong")) {
                        throw new IllegalArgumentException("that is wrong");
                    }
                    return new Answer(payload, context.get("who"));
                }
            }
            """;

    @TempDir
    static Path directory;

    private final MemoryBlobs blobs = new MemoryBlobs();
    private DockerRegistry registry;
    private ApiServer server;
    private Asker admin;
    private Organization acme;

    @BeforeAll
    void start() throws Exception {
        registry = DockerRegistry.guarded(directory.resolve("registry"));
        registry.push("made/python", "v1", List.of(PulledImagesTest.python()));
        registry.push("made/node", "v1", List.of(node()));
        var outside = new EgressSettings(Set.of("127.0.0.1"), Set.of(registry.host()), Optional.empty());
        Path at = Files.createDirectories(directory.resolve("server"));
        server = new ApiServer(at, new MemoryStore(), blobs, Registries.NONE, outside);
        admin = server.developer("acme", "*");
        acme = server.home("acme");
        login(admin);
        make(admin, "python", "python3", "f.py", PYTHON);
        make(admin, "node", "nodejs", "f.js", NODE);
    }

    @AfterAll
    void stop() {
        server.close();
        registry.close();
    }

    /// This machine's Node.js, with what it needs to start.
    private static DockerRegistry.Layer node() throws IOException, InterruptedException {
        Path binary = Path.of("/usr/bin/node").toRealPath();
        var layer = new Layers()
                .symbolicLink("lib", "usr/lib")
                .symbolicLink("lib64", "usr/lib64")
                .file("usr/bin/node", Files.readAllBytes(binary), 0755);
        Process ldd = new ProcessBuilder("ldd", binary.toString()).start();
        String libraries = new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        for (String word : libraries.replaceAll("\\s+", " ").split(" ", -1)) {
            if (word.startsWith("/")) {
                String name = word.substring(1).replaceFirst("^(lib|lib64)/", "usr/$1/");
                layer.file(name, Files.readAllBytes(Path.of(word)), 0755);
            }
        }
        if (Files.isDirectory(Path.of("/usr/share/nodejs"))) { // Debian's Node.js reads some of itself from there
            layer.host(Path.of("/usr/share/nodejs"));
        }
        return layer.gzip();
    }

    /// A Java of this machine's, as small as functions that are compiled allow.
    private static DockerRegistry.Layer java() throws IOException, InterruptedException {
        Path made = Path.of(directory.toString(), "java");
        var jlink = List.of(
                Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                "--add-modules",
                "java.base,java.logging,java.compiler,jdk.compiler,jdk.httpserver,jdk.unsupported",
                "--strip-debug",
                "--output",
                made.toString());
        assertThat(new ProcessBuilder(jlink).inheritIO().start().waitFor()).isZero();
        var layer = new Layers().symbolicLink("lib", "usr/lib").symbolicLink("lib64", "usr/lib64");
        layer.symbolicLink("usr/bin/java", "../../opt/java/bin/java");
        try (Stream<Path> all = Files.walk(made)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                layer.file("opt/java/" + made.relativize(file), Files.readAllBytes(file), 0755);
            }
        }
        var ldd = new ProcessBuilder("ldd", made + "/bin/java", made + "/lib/server/libjvm.so").start();
        String libraries = new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        libraries
                .lines()
                .flatMap(line -> Stream.of(line.strip().split("\\s+", -1)))
                .filter(word -> word.startsWith("/lib") || word.startsWith("/usr/lib"))
                .filter(word -> !word.endsWith(":"))
                .distinct()
                .forEach(word ->
                        layer.file(word.substring(1).replaceFirst("^(lib|lib64)/", "usr/$1/"), content(word), 0755));
        return layer.gzip();
    }

    private static byte[] content(String file) {
        try {
            return Files.readAllBytes(Path.of(file));
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private void login(Asker asker) {
        Answer answer = server.post(asker, "/v1/registry", """
                {"name":"r","host":"HOST","username":"USER","password":"PASSWORD"}""".replace("HOST", registry.host())
                .replace("USER", DockerRegistry.USER)
                .replace("PASSWORD", DockerRegistry.PASSWORD));
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    }

    private void make(Asker asker, String name, String language, String file, String source) {
        base(asker, name, registry.host() + "/made/" + name.replace("-own", "") + ":v1", language);
        assertThat(server.post(asker, "/v1/image", "{\"name\":\"" + name + "\",\"baseImageName\":\"" + name + "\"}")
                        .status())
                .isEqualTo(201);
        settled(asker, "/v1/image/" + name);
        assertThat(server.post(asker, "/v1/function", function(name, name, file, source, ""))
                        .status())
                .isEqualTo(201);
        settled(asker, "/v1/function/" + name);
    }

    private void base(Asker asker, String name, String reference, String language) {
        String body =
                "{\"name\":\"" + name + "\",\"dockerUrl\":\"" + reference + "\",\"language\":\"" + language + "\"}";
        assertThat(server.post(asker, "/v1/baseimage", body).status()).isEqualTo(201);
        settled(asker, "/v1/baseimage/" + name);
    }

    private void settled(Asker asker, String path) {
        await().atMost(PATIENCE)
                .until(() -> List.of("READY", "ERROR")
                        .contains(server.get(asker, path).text("status")));
        Answer answer = server.get(asker, path);
        assertThat(answer.text("status")).as(answer.body()).isEqualTo("READY");
    }

    private Answer push(Asker asker, String function, String repository) {
        String body = "{\"reference\":\"" + registry.host() + "/" + repository + "\"}";
        return server.post(asker, "/v1/function/" + function + "/push", body);
    }

    @Test
    void pushedTwice_itIsTheSameImage_andServesTheFunction() throws Exception {
        Answer pushed = push(admin, "python", "pushed/python:v1");
        assertThat(pushed.status()).as(pushed.body()).isEqualTo(200);
        assertThat(pushed.text("digest")).matches("sha256:[0-9a-f]{64}");
        assertThat(push(admin, "python", "pushed/python:v2").text("digest")).isEqualTo(pushed.text("digest"));
        assertThat(server.get(admin, "/v1/audit").body()).contains("function.push", "pushed/python:v2");
        serves("python", "pushed/python@" + pushed.text("digest"), "python3", "/usr/bin/python3", "serve.py");
    }

    @Test
    void aFunctionInNode_runsOnAPulledImage_andIsPushed() throws Exception {
        String answer = server.post(admin, "/v1/runs?functionName=node", "{\"blocking\":true,\"input\":\"x\"}")
                .body();
        assertThat(answer).contains("\"said\":\"x\"");
        Answer pushed = push(admin, "node", "pushed/node:v1");
        assertThat(pushed.status()).as(pushed.body()).isEqualTo(200);
        serves("node", "pushed/node:v1", "nodejs", "/usr/bin/node", "serve.js");
    }

    @Test
    void aFunctionInJava_runsOnAPulledImage_andIsPushed() throws Exception {
        registry.push("made/java", "v1", List.of(java()));
        make(admin, "java-own", "java", "F.java", JAVA);
        String answer = server.post(admin, "/v1/runs?functionName=java-own", "{\"blocking\":true,\"input\":\"x\"}")
                .body();
        assertThat(answer).contains("\"said\":\"x\"");
        Answer pushed = push(admin, "java-own", "pushed/java:v1");
        assertThat(pushed.status()).as(pushed.body()).isEqualTo(200);
        serves("java-own", "pushed/java:v1", "java", "/usr/bin/java", "");
    }

    /// Pulls it, as a base image, and starts what is in it as whoever runs the image does.
    private void serves(String name, String repository, String language, String program, String script)
            throws Exception {
        List<Path> before = directories();
        base(admin, "back-" + name, registry.host() + "/" + repository, language);
        Path root = directories().stream()
                .filter(one -> !before.contains(one))
                .findFirst()
                .orElseThrow();
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<String> started = script.isEmpty()
                ? List.of("-cp", "/opt/sluice/runtime/guest.jar:/opt/sluice/runtime/gson.jar", "dev.sluice.guest.Serve")
                : List.of("/opt/sluice/runtime/" + script);
        var command = new ArrayList<>(List.of(
                "bwrap",
                "--ro-bind",
                root.toString(),
                "/",
                "--tmpfs",
                "/tmp",
                "--proc",
                "/proc",
                "--dev",
                "/dev",
                "--clearenv",
                "--setenv",
                "PORT",
                Integer.toString(port),
                "--die-with-parent",
                program));
        command.addAll(started);
        Process serving = new ProcessBuilder(command).inheritIO().start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            var at = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/healthz"));
            await().atMost(PATIENCE)
                    .ignoreException(ConnectException.class)
                    .until(() -> client.send(at.build(), HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200);
            JsonNode right = ask(client, port, "{\"payload\":\"a\",\"context\":{\"who\":\"me\"}}");
            assertThat(right.toString())
                    .isEqualTo("{\"context\":{\"logs\":{\"stdout\":[\"heard a\"],\"stderr\":[]},\"error\":null},"
                            + "\"payload\":{\"said\":\"a\",\"of\":\"me\"}}");
            JsonNode wrong = ask(client, port, "{\"payload\":\"wrong\"}");
            assertThat(wrong.path("context").path("error").path("type").asString())
                    .isEqualTo("InputError");
            assertThat(wrong.path("context").path("error").path("message").asString())
                    .isEqualTo("that is wrong");
            assertThat(wrong.path("payload").isNull()).isTrue();
            manyWait(client, port);
            tellsWhetherTheFunctionIsThere(client, port, serving, script.isEmpty());
        } finally {
            serving.destroyForcibly().waitFor();
        }
    }

    /// More than may wait are told to come later, and whether it is well is told meanwhile.
    private static void manyWait(HttpClient client, int port) throws Exception {
        var slow = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"payload\":\"slow\"}"))
                .build();
        var asked = new ArrayList<Future<HttpResponse<String>>>();
        int done = 0;
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CALLS_MAX + MORE; i++) {
                asked.add(callers.submit(() -> client.send(slow, HttpResponse.BodyHandlers.ofString())));
            }
            assertThat(health(client, port)).isEqualTo(200);
            for (var one : asked) {
                HttpResponse<String> answer = one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                if (answer.statusCode() == 503) {
                    assertThat(answer.body()).contains(CALLS_MAX + " calls run or wait: come later");
                    assertThat(answer.headers().firstValue("Retry-After")).contains("1");
                } else {
                    assertThat(answer.body()).contains("heard slow");
                    done++;
                }
            }
        }
        assertThat(done).isBetween(CALLS_MAX, CALLS_MAX + MORE - 1);
    }

    /// A function in Java is the server itself.
    private static void tellsWhetherTheFunctionIsThere(HttpClient client, int port, Process serving, boolean isOne)
            throws Exception {
        if (isOne) {
            assertThatThrownBy(() -> ask(client, port, "{\"payload\":\"vanish\"}"))
                    .isInstanceOf(IOException.class);
            assertThat(serving.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return;
        }
        assertThat(health(client, port)).isEqualTo(200);
        ask(client, port, "{\"payload\":\"vanish\"}");
        await().atMost(PATIENCE).until(() -> health(client, port) == 503);
        JsonNode again = ask(client, port, "{\"payload\":\"b\",\"context\":{\"who\":\"me\"}}");
        assertThat(again.path("payload").path("said").asString()).isEqualTo("b");
        assertThat(health(client, port)).isEqualTo(200);
    }

    private static int health(HttpClient client, int port) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/healthz"));
        return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static JsonNode ask(HttpClient client, int port, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return JsonMapper.shared()
                .readTree(client.send(request, HttpResponse.BodyHandlers.ofString())
                        .body());
    }

    private List<Path> directories() throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve("server/images"))) {
            return all.filter(one -> one.getFileName().toString().matches("[0-9a-f]{64}"))
                    .toList();
        }
    }

    @Test
    void whoMayNotChangeIt_orKnowRegistries_orIsOfAnotherOrganization_doesNotPush() {
        Asker reader = server.addAccount(acme, "reader", List.of("get"), List.of("*"));
        assertThat(push(reader, "python", "stolen/a:v1").status()).isEqualTo(403);
        assertThat(push(reader, "absent", "stolen/a:v1").status()).isEqualTo(403);
        Asker author = server.addAccount(acme, "author", List.of("*"), List.of("function"));
        assertThat(push(author, "python", "stolen/a:v1").status()).isEqualTo(403);
        Asker other = server.developer("other", "*");
        assertThat(push(other, "python", "stolen/a:v1").status()).isEqualTo(404);
        assertThat(push(admin, "absent", "stolen/a:v1").status()).isEqualTo(404);
    }

    @Test
    void whatCannotBePushed_hasOneReason() {
        assertThat(server.post(admin, "/v1/function", ApiServer.python("own", "def handle(context, payload): pass"))
                        .status())
                .isEqualTo(201);
        settled(admin, "/v1/function/own");
        assertThat(push(admin, "own", "pushed/own:v1").body()).contains("which is no image: create a base image");
        assertThat(push(admin, "python", "UPPER").body()).contains("that is no reference");
        assertThat(push(admin, "python", "a@sha256:" + "0".repeat(64)).body()).contains("is pushed by a tag");
        assertThat(server.post(admin, "/v1/function/python/push", "{\"reference\":\"example.com/a:v1\"}")
                        .body())
                .contains("lets nothing reach example.com");
        assertThat(server.post(admin, "/v1/function/python/push", "{}").status())
                .isEqualTo(422);
    }
}
