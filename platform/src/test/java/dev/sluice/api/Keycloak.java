package dev.sluice.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.ZipFile;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A Keycloak of its own, on loopback, with one realm, in a directory that whoever starts it throws away.
///
/// Its users are `jon` (in the group `dev`), `kim` (in none) and `eve` (whose mail address nobody has verified); each
/// one's password is his name.
final class Keycloak implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final String REALM =
            """
            {"realm": "sluice", "enabled": true, "sslRequired": "none", "oauth2DevicePollingInterval": 1,
             "groups": [{"name": "dev"}],
             "users": [%s, %s, %s],
             "clients": [{"clientId": "sluice", "secret": "s3cret", "protocol": "openid-connect",
               "publicClient": false, "standardFlowEnabled": true, "redirectUris": [],
               "attributes": {"oauth2.device.authorization.grant.enabled": "true"},
               "protocolMappers": [{"name": "groups", "protocol": "openid-connect",
                 "protocolMapper": "oidc-group-membership-mapper",
                 "config": {"claim.name": "groups", "full.path": "false", "id.token.claim": "true"}}]}]}
            """.formatted(user("jon", true, "\"/dev\""), user("kim", true, ""), user("eve", false, "\"/dev\""));

    private final Process process;
    private final Thread ender;
    private final Path log;
    private final String address;
    private final HttpClient client = HttpClient.newHttpClient();

    private Keycloak(Process process, Path log, int port) {
        this.process = process;
        this.ender = Thread.ofPlatform().unstarted(() -> end(process));
        this.log = log;
        this.address = "http://127.0.0.1:" + port;
        Runtime.getRuntime().addShutdownHook(ender);
    }

    /// @param distribution as Maven Central has it
    /// @param work for all that it writes
    static Keycloak start(Path distribution, Path work) throws IOException {
        Path home = unpack(distribution, work);
        Files.createDirectories(home.resolve("data").resolve("import"));
        Files.writeString(home.resolve("data/import/sluice-realm.json"), REALM);
        int port = freePort();
        Path log = work.resolve("keycloak.log");
        var builder = new ProcessBuilder(
                        "/bin/bash",
                        home.resolve("bin/kc.sh").toString(),
                        "start-dev",
                        "--import-realm",
                        "--http-host=127.0.0.1",
                        "--http-port=" + port,
                        "--db=dev-mem",
                        "--cache=local")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx512m");
        builder.environment().put("KC_BOOTSTRAP_ADMIN_USERNAME", "root");
        builder.environment().put("KC_BOOTSTRAP_ADMIN_PASSWORD", "root");
        return new Keycloak(builder.start(), log, port);
    }

    /// @throws AssertionError with the end of its log, if it ends or does not begin
    void awaitReady() throws IOException {
        try {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofSeconds(1))
                    .ignoreExceptions()
                    .until(() -> !process.isAlive() || status(issuer() + "/.well-known/openid-configuration") == 200);
        } catch (ConditionTimeoutException late) {
            throw new AssertionError(log(), late);
        }
        if (!process.isAlive()) {
            throw new AssertionError(log());
        }
    }

    /// The end of what it wrote.
    String log() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    String issuer() {
        return address + "/realms/sluice";
    }

    /// A description for `identity-providers.json`.
    String description(String name, String organization) {
        return "{\"name\":\"" + name + "\",\"organization\":\"" + organization + "\",\"issuer\":\"" + issuer()
                + "\",\"clientId\":\"sluice\",\"clientSecret\":\"s3cret\",\"groupsClaim\":\"groups\","
                + "\"allowLoopbackHttp\":true}";
    }

    /// Lets browsers come back to that address only.
    void allowRedirectTo(String callback) throws IOException, InterruptedException {
        ObjectNode ours =
                (ObjectNode) admin("GET", "/clients?clientId=sluice", "").get(0);
        ours.putArray("redirectUris").add(callback);
        admin("PUT", "/clients/" + ours.path("id").asString(), ours.toString());
    }

    /// Changes settings of the realm.
    void set(String json) throws IOException, InterruptedException {
        admin("PUT", "", json);
    }

    /// Signs with another key from now on, and publishes none of the old ones.
    void rotateKeys() throws IOException, InterruptedException {
        JsonNode before = admin("GET", "/components?type=org.keycloak.keys.KeyProvider", "");
        String realm = admin("GET", "", "").path("id").asString();
        admin("POST", "/components", """
                {"name": "another", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider",
                 "parentId": "%s", "config": {"priority": ["900"], "enabled": ["true"], "active": ["true"],
                 "keySize": ["2048"], "algorithm": ["RS256"]}}
                """.formatted(realm));
        for (JsonNode old : before) {
            if (old.path("providerId").asString().equals("rsa-generated")) {
                admin("DELETE", "/components/" + old.path("id").asString(), "");
            }
        }
    }

    @Override
    public void close() {
        end(process);
        Runtime.getRuntime().removeShutdownHook(ender);
        client.close();
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
    }

    private JsonNode admin(String method, String path, String body) throws IOException, InterruptedException {
        var form = HttpRequest.newBuilder(URI.create(address + "/realms/master/protocol/openid-connect/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "grant_type=password&client_id=admin-cli&username=root&password=root"));
        String token = JSON.readTree(sent(form)).path("access_token").asString();
        String answer = sent(HttpRequest.newBuilder(URI.create(address + "/admin/realms/sluice" + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
        return answer.isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer);
    }

    private String sent(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new AssertionError("Keycloak says " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    private int status(String uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static String user(String name, boolean isVerified, String groups) {
        return """
                {"username": "%s", "email": "%s@example.com", "emailVerified": %s, "enabled": true,
                 "firstName": "%s", "lastName": "Doe", "groups": [%s],
                 "credentials": [{"type": "password", "value": "%s", "temporary": false}]}
                """.formatted(name, name, isVerified, name, groups, name);
    }

    private static Path unpack(Path distribution, Path work) throws IOException {
        try (var zip = new ZipFile(distribution.toFile())) {
            for (var entry : zip.stream().toList()) {
                Path target = work.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    try (InputStream content = zip.getInputStream(entry)) {
                        Files.copy(content, target);
                    }
                }
            }
            return work.resolve(zip.stream().findFirst().orElseThrow().getName().split("/", 2)[0]);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
