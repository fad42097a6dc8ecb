package dev.sluice.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A whole server on an empty data directory, in a process of its own, with its administrator's token.
final class SluiceServer implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(60);
    private static final int READY_POLLS_MAX = 10_000;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ChildProcess process;
    private final JsonNode endpoints;
    private final String token;
    private final Duration startToReady;
    private final String organization;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private SluiceServer(
            ChildProcess process, JsonNode endpoints, String token, Duration startToReady, String organization) {
        this.process = process;
        this.endpoints = endpoints;
        this.token = token;
        this.startToReady = startToReady;
        this.organization = organization;
    }

    /// @param options further options of the server
    static SluiceServer start(Path data, String... options) throws IOException, InterruptedException {
        var args = new ArrayList<>(List.of("--data", data.toString(), "--guest-dir", guests().toString()));
        for (String port : List.of("--api-port", "--api-tls-port", "--gateway-port", "--gateway-tls-port")) {
            args.addAll(List.of(port, "0"));
        }
        args.addAll(Arrays.asList(options));
        Path endpoints = data.resolve("endpoints.json");
        Files.createDirectories(data);
        long start = System.nanoTime();
        ChildProcess process = ChildProcess.java(data.resolve("bench.log"), "dev.sluice.Main", args);
        boolean isReady = false;
        try {
            while (!Files.exists(endpoints)) {
                if (!process.isAlive() || System.nanoTime() - start > READY_MAX.toNanos()) {
                    throw new IOException("the server did not start: " + Files.readString(data.resolve("bench.log")));
                }
                Thread.sleep(1);
            }
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            JsonNode where = JSON.readTree(Files.readAllBytes(endpoints));
            var server = new SluiceServer(process, where, AdminToken.of(data), took, "dispatch");
            isReady = true;
            return server;
        } finally {
            if (!isReady) {
                process.close();
            }
        }
    }

    /// The same server, for another organization; not to be closed.
    SluiceServer in(String other) {
        return new SluiceServer(process, endpoints, token, startToReady, other);
    }

    Duration startToReady() {
        return startToReady;
    }

    long pid() {
        return endpoints.get("pid").longValue();
    }

    ServerMemory memory() {
        return new ServerMemory(pid());
    }

    URI api(String path) {
        return URI.create(endpoints.get("api").stringValue() + path);
    }

    URI gateway(String path) {
        return URI.create(endpoints.get("gateway").stringValue() + path);
    }

    URI gatewayTls(String path) {
        return URI.create(endpoints.get("gatewayTls").stringValue() + path);
    }

    List<String> headers() {
        return List.of(
                "Authorization: Bearer " + token, "X-Dispatch-Org: " + organization, "Content-Type: application/json");
    }

    /// What `exec NAME --wait` sends.
    HttpLoad exec(String function) {
        return new HttpLoad(
                "POST", api("/v1/runs?functionName=" + function), headers(), "{\"blocking\":true,\"input\":{}}", 200);
    }

    /// What `exec NAME` sends, which nobody waits for.
    HttpLoad submit(String function) {
        return new HttpLoad(
                "POST", api("/v1/runs?functionName=" + function), headers(), "{\"blocking\":false,\"input\":{}}", 202);
    }

    /// Other limits for the organization that this client acts in.
    void limit(String limits) throws IOException, InterruptedException {
        require(200, send("PUT", "/v1/iam/quota", limits));
    }

    /// Some of a list.
    ///
    /// @param next where more of it is; empty at its end
    record Page(int size, String next) {}

    Page page(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = send("GET", path, "");
        int size = JSON.readTree(require(200, answer)).size();
        String link = answer.headers().firstValue("Link").orElse("");
        return new Page(size, link.isEmpty() ? "" : link.substring(1, link.indexOf('>')));
    }

    /// Creates a function from one source file and waits until it is READY.
    void create(String name, String image, String file, String source) throws IOException, InterruptedException {
        submit(name, image, file, source, "");
        awaitReady(name);
    }

    /// Creates a function, and does not wait.
    ///
    /// @param settings further fields, each after a comma
    void submit(String name, String image, String file, String source, String settings)
            throws IOException, InterruptedException {
        String upload = Base64.getEncoder().encodeToString(Upload.archive(file, source));
        String body = "{\"name\":\"" + name + "\",\"image\":\"" + image + "\",\"handler\":\"\",\"source\":\"" + upload
                + "\",\"schema\":{},\"secrets\":[],\"services\":[],\"tags\":[]" + settings + "}";
        HttpResponse<String> created = send("POST", "/v1/function", body);
        if (created.statusCode() != 201) {
            throw new IOException("a function was not created: " + created.body());
        }
    }

    /// How many of the functions are READY.
    long ready() throws IOException, InterruptedException {
        return JSON.readTree(require(200, send("GET", "/v1/function", "")))
                .valueStream()
                .filter(function -> "READY".equals(function.path("status").stringValue()))
                .count();
    }

    void awaitReady(String name) throws IOException, InterruptedException {
        for (int i = 0; i < READY_POLLS_MAX; i++) {
            String status = JSON.readTree(
                            send("GET", "/v1/function/" + name, "").body())
                    .path("status")
                    .stringValue();
            if ("READY".equals(status)) {
                return;
            }
            if ("ERROR".equals(status)) {
                throw new IOException("a function could not be built");
            }
            Thread.sleep(2);
        }
        throw new IOException("a function is not ready");
    }

    /// Creates something by a body in JSON.
    void make(String path, String body) throws IOException, InterruptedException {
        require(201, send("POST", path, body));
    }

    /// As [#make], in another organization.
    void make(String other, String path, String body) throws IOException, InterruptedException {
        require(201, send(other, "POST", path, body));
    }

    /// As [#change], in another organization.
    void change(String other, String path, String body) throws IOException, InterruptedException {
        require(200, send(other, "POST", path, body));
    }

    /// Has a function run, and does not wait.
    void submit(String function, String input) throws IOException, InterruptedException {
        String body = "{\"blocking\":false,\"input\":" + input + "}";
        require(202, send("POST", "/v1/runs?functionName=" + function, body));
    }

    /// Creates or does something that is answered with 200.
    void change(String path, String body) throws IOException, InterruptedException {
        require(200, send("POST", path, body));
    }

    JsonNode list(String path) throws IOException, InterruptedException {
        return JSON.readTree(require(200, send("GET", path, "")));
    }

    /// Whom this client acts for, as labels name him.
    String principal() throws IOException, InterruptedException {
        return JSON.readTree(send("GET", "/me", "").body()).path("login").stringValue();
    }

    void directory(String path) throws IOException, InterruptedException {
        require(201, send("POST", "/faasten/fs/" + encoded(path) + "?op=mkdir", ""));
    }

    /// Creates a gate of one Python file whose function is `handle`.
    void gate(String path, String privilege, String source) throws IOException, InterruptedException {
        String blob = JSON.readTree(require(201, send("POST", "/blobs", source)))
                .path("blob")
                .stringValue();
        var gate = JSON.createObjectNode().put("path", path).put("privilege", privilege);
        gate.put("blob", blob).put("image", "python3").put("handler", "gate.handle");
        require(201, send("POST", "/gates", gate.toString()));
    }

    /// A page of a directory, and `next` if there is more.
    JsonNode list(String path, String after) throws IOException, InterruptedException {
        String query = after.isEmpty() ? "" : "&after=" + encoded(after);
        return JSON.readTree(require(200, send("GET", "/faasten/fs/" + encoded(path) + "?op=list" + query, "")));
    }

    /// The file's content; empty where there is none or nothing in it.
    String read(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = send("GET", "/faasten/fs/" + encoded(path) + "?op=read", "");
        return answer.statusCode() == 404 ? "" : require(200, answer);
    }

    /// A text beside the bench's classes.
    static String resource(String name) throws IOException {
        try (InputStream in = SluiceServer.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    JsonNode invoke(String gate, String payload) throws IOException, InterruptedException {
        return JSON.readTree(require(200, send("POST", "/faasten/invoke/" + encoded(gate), payload)));
    }

    private static String require(int status, HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() != status) {
            throw new IOException("the server answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        http.close();
        process.close();
    }

    private HttpResponse<String> send(String method, String path, String body)
            throws IOException, InterruptedException {
        return send(organization, method, path, body);
    }

    private HttpResponse<String> send(String whose, String method, String path, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(api(path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + token)
                .header("X-Dispatch-Org", whose)
                .header("Content-Type", "application/json");
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /// The runtime files of guests.
    static Path guests() {
        return Path.of(System.getProperty("sluice.root", "."), "guest").toAbsolutePath();
    }
}
