package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.authn.TestProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Logging in at a provider that somebody else made. `./sluice test --full` fetches it.
@Tag("full")
final class KeycloakTest {
    private static final Path DISTRIBUTION = Path.of("target", "keycloak", "keycloak.zip");
    private static final Duration KEYS_PATIENCE = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    private static Path directory;

    private static @Nullable Keycloak started;
    private static @Nullable ApiServer serving;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        assertThat(DISTRIBUTION).as("./sluice test --full fetches Keycloak").exists();
        started = Keycloak.start(DISTRIBUTION, directory);
        keycloak().awaitReady();
        TestProvider.write(
                directory,
                keycloak().description("main", "dispatch"),
                keycloak().description("own", "blue"));
        serving = new ApiServer(directory);
        keycloak().allowRedirectTo(ours("/v1/iam/oauth2/callback"));
        member("acme", "jon@example.com", "eve@example.com", "group:dev");
        member("blue", "group:dev");
    }

    @AfterAll
    static void stop() {
        if (serving != null) {
            serving.close();
        }
        if (started != null) {
            started.close();
        }
        CLIENT.close();
    }

    @Test
    void aUser_logsInWithABrowser_andOut() throws Exception {
        try (var browser = new FormBrowser()) {
            var callback = backFromKeycloak(browser, "main", "jon");
            var home = browser.open(callback.location());
            assertThat(home.status()).isEqualTo(302);
            assertThat(home.location()).isEqualTo("/home");
            String cookie = browser.cookie("_oauth2_proxy");
            assertThat(me(cookie, "acme")).contains("acme/user/jon@example.com").doesNotContain("acme/group");
            assertThat(home(cookie, "blue")).isEqualTo(403);
            assertThat(browser.open(callback.location()).status())
                    .as("the same code again")
                    .isEqualTo(400);
            var out = HttpRequest.newBuilder(URI.create(ours("/v1/iam/logout")))
                    .headers("Cookie", cookie, "X-Dispatch-Org", "acme")
                    .POST(HttpRequest.BodyPublishers.noBody());
            assertThat(CLIENT.send(out.build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(204);
            assertThat(home(cookie, "acme")).isEqualTo(401);
        }
    }

    @Test
    void groupsOfTheClaim_arePrincipals_thatPoliciesSpeakOf() throws Exception {
        String jons = session("own", "jon");
        assertThat(me(jons, "blue")).contains("blue/group/dev").contains("blue/user/jon@example.com");
        assertThat(home(session("own", "kim"), "blue")).as("in no group").isEqualTo(403);
        assertThat(home(session("main", "kim"), "acme")).as("in no group").isEqualTo(403);
        assertThat(home(jons, "acme")).as("another organization's provider").isEqualTo(403);
    }

    @Test
    void anAddressThatNobodyVerified_logsNobodyIn() throws Exception {
        try (var browser = new FormBrowser()) {
            var callback = backFromKeycloak(browser, "main", "eve");
            assertThat(browser.open(callback.location()).status()).isEqualTo(403);
            assertThat(browser.cookie("_oauth2_proxy")).isEqualTo("_oauth2_proxy=");
        }
    }

    @Test
    void aTerminal_logsIn_onceItsUserApprovesElsewhere() throws Exception {
        JsonNode begun = begun();
        assertThat(begun.path("verification_uri").asString())
                .startsWith(keycloak().issuer() + "/device");
        assertThat(asked(begun).statusCode()).isEqualTo(202);
        answer(begun, "accept");
        HttpResponse<String> approved = answered(begun);
        assertThat(approved.statusCode()).isEqualTo(200);
        String cookie = JSON.readTree(approved.body()).path("cookie").asString();
        assertThat(me(cookie, "acme")).contains("acme/user/jon@example.com");
        assertThat(asked(begun).statusCode()).as("again").isEqualTo(400);
    }

    @Test
    void aTerminal_isTurnedDown_orComesTooLate() throws Exception {
        JsonNode denied = begun();
        answer(denied, "cancel");
        assertThat(answered(denied).statusCode()).isEqualTo(403);
        keycloak().set("{\"oauth2DeviceCodeLifespan\": 2}");
        JsonNode late = begun();
        keycloak().set("{\"oauth2DeviceCodeLifespan\": 600}");
        assertThat(late.path("expires_in").asInt()).isBetween(1, 2);
        assertThat(answered(late).statusCode()).isEqualTo(400);
    }

    @Test
    void aCodeThatIsOver_logsNobodyIn() throws Exception {
        keycloak().set("{\"accessCodeLifespan\": 1}");
        try (var browser = new FormBrowser()) {
            var callback = backFromKeycloak(browser, "main", "jon");
            Awaitility.await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
            assertThat(browser.open(callback.location()).status()).isEqualTo(403);
        } finally {
            keycloak().set("{\"accessCodeLifespan\": 60}");
        }
    }

    @Test
    void otherKeys_areFollowed_andSessionsLive() throws Exception {
        String before = session("main", "jon");
        keycloak().rotateKeys();
        Awaitility.await()
                .atMost(KEYS_PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(
                        () -> assertThat(home(session("main", "jon"), "acme")).isEqualTo(200));
        assertThat(home(before, "acme")).isEqualTo(200);
    }

    private static Keycloak keycloak() {
        return Objects.requireNonNull(started);
    }

    private static ApiServer server() {
        return Objects.requireNonNull(serving);
    }

    private static void member(String organization, String... subjects) {
        server().developer(organization, "function");
        server().admit(organization, "members", false, subjects);
    }

    /// Up to where Keycloak sends the browser back to us.
    private static FormBrowser.Page backFromKeycloak(FormBrowser browser, String provider, String user)
            throws Exception {
        var start = browser.open(ours("/v1/iam/oauth2/start?provider=" + provider));
        assertThat(start.location()).contains("code_challenge_method=S256").contains("nonce=");
        var form = browser.follow(start, ours("/"));
        return browser.follow(browser.submit(form, Map.of("username", user, "password", user)), ours("/"));
    }

    /// The cookie of somebody who logs in.
    private static String session(String provider, String user) throws Exception {
        try (var browser = new FormBrowser()) {
            var callback = backFromKeycloak(browser, provider, user);
            assertThat(callback.location()).startsWith(ours("/v1/iam/oauth2/callback"));
            browser.open(callback.location());
            return browser.cookie("_oauth2_proxy");
        }
    }

    private static JsonNode begun() throws Exception {
        HttpResponse<String> answer = posted("?provider=main", "");
        assertThat(answer.statusCode()).as(keycloak().log()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    /// Jon reads the code and presses a button.
    private static void answer(JsonNode begun, String button) throws Exception {
        try (var browser = new FormBrowser()) {
            String address = begun.path("verification_uri_complete").asString();
            var form = browser.follow(browser.open(address), ours("/"));
            var consent = browser.follow(browser.submit(form, Map.of("username", "jon", "password", "jon")), ours("/"));
            var done = browser.follow(browser.submit(consent, Map.of(button, "Yes")), ours("/"));
            assertThat(done.status()).isBetween(200, 400);
        }
    }

    private static HttpResponse<String> asked(JsonNode begun) throws Exception {
        return posted(
                "/token", "{\"device_code\":\"" + begun.path("device_code").asString() + "\"}");
    }

    /// What comes of it in the end.
    private static HttpResponse<String> answered(JsonNode begun) {
        return Awaitility.await()
                .atMost(KEYS_PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> asked(begun), answer -> answer.statusCode() != 202);
    }

    private static HttpResponse<String> posted(String rest, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(ours("/v1/iam/oauth2/device" + rest)))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static int home(String cookie, String organization) throws Exception {
        return got("/home", cookie, organization).statusCode();
    }

    private static String me(String cookie, String organization) throws Exception {
        return got("/me", cookie, organization).body();
    }

    private static HttpResponse<String> got(String target, String cookie, String organization) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(ours(target)))
                .headers("Cookie", cookie, "X-Dispatch-Org", organization);
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String ours(String target) {
        return "http://127.0.0.1:" + server().port() + target;
    }
}
