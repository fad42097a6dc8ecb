package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.authn.TestProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class DeviceRoutesTest {
    private static final String PATH = "/v1/iam/oauth2/device";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    private static Path directory;

    private static TestProvider provider;
    private static ApiServer server;
    private static final HttpClient TERMINAL = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        provider = new TestProvider();
        TestProvider.write(
                directory,
                provider.description("test", "dispatch"),
                provider.description("other", "dispatch"),
                provider.description("own", "blue"));
        server = new ApiServer(directory);
        server.developer("blue", "function");
    }

    @AfterAll
    static void stop() {
        server.close();
        provider.close();
        TERMINAL.close();
    }

    @BeforeEach
    void nobodyHasApproved() {
        provider.device = "authorization_pending";
        provider.deviceTwist = begun -> begun.replace("\"interval\":2", "\"interval\":1");
    }

    @Test
    void aTerminal_logsIn_withoutABrowserOfItsOwn() throws Exception {
        JsonNode begun = json(post("?provider=own", ""));
        assertThat(begun.path("user_code").asString()).isEqualTo("ABCD-EFGH");
        assertThat(begun.path("verification_uri").asString()).isEqualTo(provider.issuer() + "/activate");
        assertThat(begun.path("verification_uri_complete").asString()).endsWith("?user_code=ABCD-EFGH");
        assertThat(begun.path("expires_in").asInt()).isEqualTo(300);
        assertThat(begun.path("interval").asInt()).isEqualTo(1);
        assertThat(begun.toString()).doesNotContain("the-providers-code");
        var waiting = post("/token", handle(begun));
        assertThat(waiting.statusCode()).isEqualTo(202);
        assertThat(json(waiting).path("interval").asInt()).isEqualTo(1);
        provider.device = "";
        Awaitility.await().pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
            var approved = post("/token", handle(begun));
            assertThat(approved.statusCode()).isEqualTo(200);
            assertThat(approved.headers().firstValue("Cache-Control")).contains("no-store");
            String cookie = json(approved).path("cookie").asString();
            assertThat(cookie).matches("_oauth2_proxy=[A-Za-z0-9_-]{43}");
            assertThat(who(cookie)).isEqualTo("jon@example.com");
        });
        assertThat(post("/token", handle(begun)).statusCode()).as("again").isEqualTo(400);
    }

    @Test
    void aTerminal_saysWhichProvider_whereThereAreSeveral() throws Exception {
        var several = post("", "");
        assertThat(several.statusCode()).isEqualTo(400);
        assertThat(several.body()).contains("test, other").doesNotContain("own");
        assertThat(post("?organization=blue", "").body()).contains("test, other, own");
        assertThat(post("?provider=missing", "").statusCode()).isEqualTo(404);
        provider.deviceTwist = begun -> "{}";
        assertThat(post("?provider=test", "").statusCode()).isEqualTo(502);
    }

    @Test
    void whoWasTurnedDown_orHasNoHandle_getsNoSession() throws Exception {
        JsonNode begun = json(post("?provider=test", ""));
        provider.device = "access_denied";
        Awaitility.await()
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() ->
                        assertThat(post("/token", handle(begun)).statusCode()).isEqualTo(403));
        provider.device = "";
        assertThat(post("/token", handle(begun)).statusCode()).isEqualTo(400);
        assertThat(post("/token", "{\"device_code\":\"ABCD-EFGH\"}").statusCode())
                .isEqualTo(400);
        assertThat(post("/token", "{}").statusCode()).isBetween(400, 422);
        assertThat(post("/token", "{\"device_code\":\"" + "A".repeat(5000) + "\"}")
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void aTerminalThatGivesUp_endsItsLogin() throws Exception {
        JsonNode begun = json(post("?provider=test", ""));
        provider.device = "";
        assertThat(post("/cancel", handle(begun)).statusCode()).isEqualTo(204);
        assertThat(post("/token", handle(begun)).statusCode()).isEqualTo(400);
    }

    private static String who(String cookie) throws Exception {
        var request = HttpRequest.newBuilder(uri("/v1/iam/oauth2/auth")).header("Cookie", cookie);
        return TERMINAL.send(request.build(), HttpResponse.BodyHandlers.ofString())
                .headers()
                .firstValue("X-Auth-Request-Email")
                .orElse("nobody");
    }

    private static String handle(JsonNode begun) {
        return "{\"device_code\":\"" + begun.path("device_code").asString() + "\"}";
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }

    private static HttpResponse<String> post(String rest, String body) throws Exception {
        var request = HttpRequest.newBuilder(uri(PATH + rest))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return TERMINAL.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(String target) {
        return URI.create("http://127.0.0.1:" + server.port() + target);
    }
}
