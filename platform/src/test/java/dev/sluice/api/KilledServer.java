package dev.sluice.api;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sluice.sandbox.KeptRoots;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A whole server in a process of its own, which can be killed and started again on what it has left behind.
final class KilledServer implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration READY_MAX = Duration.ofSeconds(90);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(60);

    private final Path data;
    private final List<String> options;
    private final List<String> inside;
    private final HttpClient http = HttpClient.newHttpClient();
    private Process process;
    private String api = "";
    private String token = "";

    /// An answer; of status 0 where the server was gone before it came.
    record Answer(int status, String body) {
        JsonNode json() {
            return JSON.readTree(body);
        }
    }

    KilledServer(Path directory) throws IOException, InterruptedException, JOSEException {
        this(directory, List.of());
    }

    /// @param options of the server, beside where it is
    KilledServer(Path directory, List<String> options) throws IOException, InterruptedException, JOSEException {
        this(directory, options, List.of());
    }

    /// @param inside a command that becomes the one that stands behind it
    KilledServer(Path directory, List<String> options, List<String> inside)
            throws IOException, InterruptedException, JOSEException {
        this.options = List.copyOf(options);
        this.inside = List.copyOf(inside);
        this.data = Files.createDirectory(
                directory.resolve("data"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        KeptRoots.under(data.resolve("sandbox"));
        this.process = start();
    }

    private Process start() throws IOException, InterruptedException, JOSEException {
        var command = new ArrayList<>(inside);
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-Duser.home=" + data.resolveSibling("home"),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.sluice.Main",
                "--data",
                data.toString(),
                "--guest-dir",
                Path.of("..", "guest").toAbsolutePath().normalize().toString()));
        for (String port : List.of("--api-port", "--api-tls-port", "--gateway-port", "--gateway-tls-port")) {
            command.addAll(List.of(port, "0"));
        }
        command.addAll(options);
        Path log = data.resolveSibling("log");
        Path endpoints = data.resolve("endpoints.json");
        Files.deleteIfExists(endpoints);
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        for (Instant end = Instant.now().plus(READY_MAX); !Files.exists(endpoints); Thread.sleep(20)) {
            if (!started.isAlive() || Instant.now().isAfter(end)) {
                started.destroyForcibly();
                throw new IOException("the server did not start: " + Files.readString(log));
            }
        }
        api = JSON.readTree(Files.readAllBytes(endpoints)).path("api").asString();
        token = token();
        return started;
    }

    /// As `kill -9` does it; and another server on the same directory.
    void killAndRestart() throws IOException, InterruptedException, JOSEException {
        process.destroyForcibly().waitFor();
        process = start();
    }

    /// A path as the server has it, which may have file systems of its own.
    Path sees(Path path) {
        return Path.of("/proc", Long.toString(process.pid()), "root")
                .resolve(Path.of("/").relativize(path));
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send("GET", path, "");
    }

    Answer post(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, body);
    }

    /// Runs a function under an idempotency key.
    Answer run(String function, String body, String key) throws IOException, InterruptedException {
        return answer(request("POST", "/v1/runs?functionName=" + function, body).header("Idempotency-Key", key));
    }

    Answer send(String method, String path, String body) throws IOException, InterruptedException {
        return answer(request(method, path, body));
    }

    private HttpRequest.Builder request(String method, String path, String body) {
        return HttpRequest.newBuilder(URI.create(api + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .timeout(ANSWER_MAX)
                .headers("Authorization", "Bearer " + token, "X-Dispatch-Org", "dispatch")
                .header("Content-Type", "application/json");
    }

    private Answer answer(HttpRequest.Builder wanted) throws IOException, InterruptedException {
        HttpRequest request = wanted.build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        return new Answer(answer.statusCode(), answer.body());
    }

    private String token() throws IOException, JOSEException {
        JsonNode configuration = JSON.readTree(Files.readAllBytes(data.resolve("admin.json")));
        JsonNode context = configuration
                .path("contexts")
                .path(configuration.path("current").asString());
        String pem = Files.readString(Path.of(context.path("jwtprivatekey").asString()));
        var claims = new JWTClaimsSet.Builder()
                .issuer(context.path("serviceaccount").asString())
                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                .build();
        var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
        jwt.sign(new RSASSASigner(JWK.parseFromPEMEncodedObjects(pem).toRSAKey()));
        return jwt.serialize();
    }

    /// As whoever ends a server on purpose; and another one on the same directory.
    void stopAndRestart() throws IOException, InterruptedException, JOSEException {
        process.destroy();
        if (!process.waitFor(READY_MAX.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException("the server did not stop");
        }
        process = start();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(READY_MAX.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stopped) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
