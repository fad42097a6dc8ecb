package dev.sluice.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Debian's `docker-registry` on loopback, without TLS, and small images that are put into it as other clients do.
public final class DockerRegistry implements AutoCloseable {
    public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    public static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    public static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
    public static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    /// Who may ask, where anybody is asked who he is.
    public static final String USER = "robot";

    public static final String PASSWORD = "tell-nobody";
    public static final String OTHER_USER = "robot-2";
    public static final String OTHER_PASSWORD = "tell-nobody-2";

    private static final String HASH = "$2y$05$uJfRkStGAyDCdf4oOTvhjOA8R.z/qCFn/OdsEHDboFbUkQLfjvuFC";
    private static final String OTHER_HASH = "$2y$05$JtN4i4rsUo8EQxILAQbT8.YbO34eNpQIGcxxy7nxaDNEVn608WUiG";

    private final Process process;
    private final int port;
    private final boolean isGuarded;
    private final HttpClient client = HttpClient.newHttpClient();

    private DockerRegistry(Process process, int port, boolean isGuarded) {
        this.process = process;
        this.port = port;
        this.isGuarded = isGuarded;
    }

    /// Whoever asks is answered.
    public static DockerRegistry open(Path directory) throws IOException, InterruptedException {
        return start(directory, false);
    }

    /// Only [#USER] and [#OTHER_USER] are answered.
    public static DockerRegistry guarded(Path directory) throws IOException, InterruptedException {
        return start(directory, true);
    }

    private static DockerRegistry start(Path directory, boolean isGuarded) throws IOException, InterruptedException {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Files.createDirectories(directory);
        Path users = directory.resolve("htpasswd");
        // bcrypt of their passwords
        Files.writeString(users, USER + ":" + HASH + "\n" + OTHER_USER + ":" + OTHER_HASH + "\n");
        String auth = isGuarded ? "auth:\n  htpasswd:\n    realm: tests\n    path: " + users + "\n" : "";
        Path config = directory.resolve("config.yml");
        Files.writeString(config, """
                version: 0.1
                log: {level: error}
                storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}
                http: {addr: "127.0.0.1:%d"}
                %s""".formatted(directory.resolve("storage"), port, auth));
        Process process = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        var registry = new DockerRegistry(process, port, isGuarded);
        registry.awaitAnswer();
        return registry;
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        for (int tries = 0; tries < 100; tries++) {
            try {
                var _ = send(request("/v2/").build());
                return;
            } catch (java.net.ConnectException notYet) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
        throw new IOException("docker-registry does not answer");
    }

    public String host() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /// Where a layer is and what it is when it is unpacked.
    @SuppressWarnings("ArrayRecordComponent") // compared with nothing
    public record Layer(byte[] stored, byte[] tar) {
        public Digest digest() {
            return Digest.of(Bytes.copyOf(stored));
        }
    }

    /// Puts an image under a tag.
    ///
    /// @return the digest of its manifest
    public Digest push(String repository, String tag, List<Layer> layers) throws IOException, InterruptedException {
        return push(repository, tag, layers, OCI_MANIFEST, OCI_LAYER);
    }

    public Digest push(String repository, String tag, List<Layer> layers, String type, String layerType)
            throws IOException, InterruptedException {
        return push(repository, tag, layers, type, layerType, "{}");
    }

    /// @param program what the image runs, as the member `config` of its configuration says it
    public Digest pushProgram(String repository, String tag, List<Layer> layers, String program)
            throws IOException, InterruptedException {
        return push(repository, tag, layers, OCI_MANIFEST, OCI_LAYER, program);
    }

    private Digest push(
            String repository, String tag, List<Layer> layers, String type, String layerType, String program)
            throws IOException, InterruptedException {
        List<String> diffs = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        for (Layer layer : layers) {
            blob(repository, layer.stored());
            diffs.add("\"sha256:" + Digest.of(Bytes.copyOf(layer.tar())).hex() + "\"");
            parts.add(part(layerType, layer.stored()));
        }
        byte[] config = ("{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":" + program
                        + ",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + String.join(",", diffs) + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        blob(repository, config);
        String configType = type.equals(OCI_MANIFEST)
                ? "application/vnd.oci.image.config.v1+json"
                : "application/vnd.docker.container.image.v1+json";
        String manifest = "{\"schemaVersion\":2,\"mediaType\":\"" + type + "\",\"config\":" + part(configType, config)
                + ",\"layers\":[" + String.join(",", parts) + "]}";
        return manifest(repository, tag, type, manifest);
    }

    public static String part(String type, byte[] content) {
        return "{\"mediaType\":\"" + type + "\",\"size\":" + content.length + ",\"digest\":\"sha256:"
                + Digest.of(Bytes.copyOf(content)).hex() + "\"}";
    }

    public Digest manifest(String repository, String tag, String type, String manifest)
            throws IOException, InterruptedException {
        byte[] bytes = manifest.getBytes(StandardCharsets.UTF_8);
        HttpResponse<byte[]> answer = send(request("/v2/" + repository + "/manifests/" + tag)
                .header("Content-Type", type)
                .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes))
                .build());
        assertThat(answer.statusCode())
                .as(new String(answer.body(), StandardCharsets.UTF_8))
                .isEqualTo(201);
        return Digest.of(Bytes.copyOf(bytes));
    }

    public void blob(String repository, byte[] content) throws IOException, InterruptedException {
        HttpResponse<byte[]> begun = send(request("/v2/" + repository + "/blobs/uploads/")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
        String location = begun.headers().firstValue("Location").orElseThrow();
        String digest = Digest.of(Bytes.copyOf(content)).hex();
        HttpResponse<byte[]> put = send(authorized(HttpRequest.newBuilder(
                        URI.create(location + (location.contains("?") ? "&" : "?") + "digest=sha256:" + digest)))
                .header("Content-Type", "application/octet-stream")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(content))
                .build());
        assertThat(put.statusCode()).isEqualTo(201);
    }

    private HttpRequest.Builder request(String target) {
        return authorized(HttpRequest.newBuilder(URI.create("http://" + host() + target)));
    }

    private HttpRequest.Builder authorized(HttpRequest.Builder request) {
        String pair = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        return isGuarded ? request.header("Authorization", "Basic " + pair) : request;
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    @Override
    public void close() {
        client.close();
        process.destroyForcibly();
    }
}
