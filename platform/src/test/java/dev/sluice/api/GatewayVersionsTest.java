package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// APIs of versions and aliases: each request runs one of them, by its share.
final class GatewayVersionsTest extends ApiTest {
    private Asker boss;

    @BeforeAll
    void organization() {
        boss = api.developer("acme", "*");
    }

    private static String says(String name, String what) {
        return ApiServer.python(name, "def handle(context, payload):\n    return '" + what + "'\n");
    }

    private void build(String name, int versions) {
        for (int i = 1; i <= versions; i++) {
            version(name, i, says(name, "v" + i));
        }
    }

    private void version(String name, int number, String body) {
        Answer made = number == 1 ? api.post(boss, "/v1/function", body) : api.put(boss, "/v1/function/" + name, body);
        assertThat(made.status()).as(made.body()).isIn(200, 201);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(api.get(boss, "/v1/function/" + name + "/versions/" + number)
                                .status())
                        .isEqualTo(200));
    }

    private void alias(String method, String function, String name, String shares) {
        String body = "{\"name\":\"" + name + "\",\"versions\":[" + shares + "]}";
        String path = "/v1/function/" + function + "/aliases";
        Answer said = method.equals("POST") ? api.post(boss, path, body) : api.put(boss, path + "/" + name, body);
        assertThat(said.status()).as(said.body()).isIn(200, 201);
    }

    private static String share(int version, int weight) {
        return "{\"version\":" + version + ",\"weight\":" + weight + "}";
    }

    private static String body(String name, String function, String more) {
        return "{\"name\":\"" + name + "\",\"function\":\"" + function
                + "\",\"enabled\":true,\"failures\":\"problem\",\"uris\":[\"/" + name + "\"]," + more + "}";
    }

    private void serve(String name, String function, String more) {
        Answer made = api.post(boss, "/v1/api", body(name, function, more));
        assertThat(made.status()).as(made.body()).isEqualTo(200);
    }

    private HttpResponse<String> ask(String name) {
        try (var client = HttpClient.newHttpClient()) {
            var address = URI.create("http://127.0.0.1:" + api.gateway.port() + "/acme/" + name);
            return client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }

    private Map<String, Long> asked(String name, int times) {
        return IntStream.range(0, times)
                .mapToObj(_ -> ask(name).body())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    /// Of 200 with a half each, fewer than 40 are of one by chance once in 10^18.
    @Test
    void requests_areSpreadOverRoutes_andWeightsCountWithTheNextRequest() {
        build("spread", 3);
        serve("spread", "spread", "\"routes\":[" + share(1, 50) + "," + share(2, 50) + "]");
        Map<String, Long> counts = asked("spread", 200);
        assertThat(counts.keySet()).containsExactlyInAnyOrder("\"v1\"", "\"v2\"");
        assertThat(counts.values()).allMatch(count -> count >= 40);

        Answer updated =
                api.put(boss, "/v1/api/spread", body("spread", "spread", "\"routes\":[" + share(3, 100) + "]"));
        assertThat(updated.status()).as(updated.body()).isEqualTo(200);
        assertThat(updated.body()).contains("\"routes\":[{\"version\":3,\"weight\":100}]");
        assertThat(asked("spread", 20)).containsOnlyKeys("\"v3\"");
    }

    @Test
    void anAlias_isFollowedWithTheNextRequest_andItsOldVersionHasNoWayIn() {
        build("moves", 2);
        alias("POST", "moves", "live", share(1, 100));
        serve("moves", "moves", "\"alias\":\"live\"");
        assertThat(asked("moves", 5)).containsOnlyKeys("\"v1\"");
        assertThat(gateStatus("moves.1")).isEqualTo(200);
        alias("PUT", "moves", "live", share(2, 100));
        assertThat(gateStatus("moves.1")).as("no way around the alias").isEqualTo(404);
        assertThat(asked("moves", 5)).containsOnlyKeys("\"v2\"");
        api.post(boss, "/v1/function/moves/aliases/live/rollback", "");
        assertThat(asked("moves", 5)).containsOnlyKeys("\"v1\"");

        api.delete(boss, "/v1/function/moves/aliases/live");
        assertThat(ask("moves").statusCode()).isEqualTo(404);
        assertThat(gateStatus("moves.1")).isEqualTo(404);
        alias("POST", "moves", "live", share(2, 100));
        assertThat(asked("moves", 5)).containsOnlyKeys("\"v2\"");
        api.delete(boss, "/v1/api/moves");
        assertThat(gateStatus("moves.2")).as("of an API that is gone").isEqualTo(404);
    }

    private int gateStatus(String gate) {
        String path = URLEncoder.encode("home:<T,acme/api>:" + gate, StandardCharsets.UTF_8);
        return api.post(ApiServer.NOBODY, "/faasten/invoke/" + path, "{}").status();
    }

    @Test
    void sticky_whoAsksAgain_getsTheSameVersion() {
        build("sticks", 2);
        serve("sticks", "sticks", "\"sticky\":true,\"routes\":[" + share(1, 50) + "," + share(2, 50) + "]");
        assertThat(asked("sticks", 40)).as("by chance once in 10^12").hasSize(1);
    }

    @Test
    void aVersionThatIsDeleted_isAnsweredAsNotThere_andTheOthersGoOn() {
        build("loses", 3);
        serve("loses", "loses", "\"routes\":[" + share(1, 50) + "," + share(2, 50) + "]");
        assertThat(asked("loses", 60)).containsOnlyKeys("\"v1\"", "\"v2\"");
        assertThat(api.delete(boss, "/v1/function/loses/versions/1").status()).isEqualTo(200);
        List<Integer> statuses = new ArrayList<>();
        IntStream.range(0, 60).forEach(_ -> statuses.add(ask("loses").statusCode()));
        assertThat(statuses).contains(404, 200).allMatch(status -> status == 404 || status == 200);
        assertThat(flows("loses"))
                .contains(
                        "{\"version\":1,\"weight\":50,\"answers\":\"none: there is no such version\"}",
                        "{\"version\":2,\"weight\":50,\"functionStatus\":\"READY\"");
    }

    private String flows(String name) {
        return api.get(boss, "/v1/api/" + name + "/flows").body();
    }

    @Test
    void aFunctionThatIsMadeAgain_runsItsNewVersion() {
        build("again", 1);
        serve("again", "again", "\"routes\":[" + share(1, 100) + "]");
        assertThat(ask("again").body()).isEqualTo("\"v1\"");
        assertThat(api.delete(boss, "/v1/function/again").status()).isEqualTo(200);
        assertThat(ask("again").statusCode()).isEqualTo(404);
        version("again", 1, says("again", "anew"));
        assertThat(ask("again").body()).isEqualTo("\"anew\"");
    }

    @Test
    void whatCouldNotRun_isRefused_andTold() {
        build("strict", 1);
        refused("\"alias\":\"none\"", "function strict has no alias none: make it first");
        refused("\"routes\":[" + share(7, 100) + "]", "function strict has no version 7: `sluice get versions strict`");
        refused("\"routes\":[" + share(1, 90) + "]", "the weights of an API's versions are 100 together");
        refused("\"routes\":[" + share(1, 50) + "," + share(1, 50) + "]", "an API names each version once");
        refused("\"alias\":\"a\",\"routes\":[" + share(1, 100) + "]", "an alias or routes, not both");
        refused("\"sticky\":true", "state an alias or routes too");
        refused("\"alias\":\"1\"", "state a version in routes");
    }

    private void refused(String more, String why) {
        Answer said = api.post(boss, "/v1/api", body("strict", "strict", more));
        assertThat(said.status()).as(said.body()).isIn(400, 422);
        assertThat(said.body()).contains(why);
    }

    /// Whoever may read the secret approved version 1, and no other.
    @Test
    void secretsAreReleased_onlyByVersionsThatWereThere_whenTheApiWasMade() {
        api.post(boss, "/v1/secret", "{\"name\":\"s\",\"secrets\":{\"password\":\"deep secret\"}}");
        for (int i = 1; i <= 2; i++) {
            String source =
                    "def handle(context, payload):\n    return '" + i + "' + context[\"secrets\"][\"password\"]\n";
            version("tells", i, ApiServer.function("tells", "python3", "tells.py", source, ",\"secrets\":[\"s\"]"));
        }
        alias("POST", "tells", "live", share(1, 100));
        serve("tells", "tells", "\"alias\":\"live\",\"releases\":[\"s\"]");
        assertThat(ask("tells").body()).isEqualTo("\"1deep secret\"");
        alias("PUT", "tells", "live", share(2, 100));
        assertThat(ask("tells").statusCode()).isEqualTo(404);
        assertThat(flows("tells")).contains("the function has changed since, update the API");
        api.put(boss, "/v1/api/tells", body("tells", "tells", "\"alias\":\"live\",\"releases\":[\"s\"]"));
        assertThat(ask("tells").body()).isEqualTo("\"2deep secret\"");
        assertThat(flows("tells")).contains("\"answers\":\"leave\"");
    }

    /// Who knows the way to a version does not get around what the API asks of its callers.
    @Test
    void anApiThatAsksFromNowOn_hasNoOpenWayToItsVersions() {
        build("closes", 1);
        serve("closes", "closes", "\"routes\":[" + share(1, 100) + "]");
        assertThat(ask("closes").body()).isEqualTo("\"v1\"");
        assertThat(gateStatus("closes.1")).isEqualTo(200);
        api.post(boss, "/v1/secret", "{\"name\":\"keys\",\"secrets\":{\"k\":\"sha256:" + "0".repeat(64) + "\"}}");
        Answer updated = api.put(
                boss,
                "/v1/api/closes",
                body(
                        "closes",
                        "closes",
                        "\"authentication\":\"apikey\",\"access\":{\"secret\":\"keys\"},\"routes\":[" + share(1, 100)
                                + "]"));
        assertThat(updated.status()).as(updated.body()).isEqualTo(200);
        assertThat(gateStatus("closes.1")).isEqualTo(404);
        assertThat(ask("closes").statusCode()).isEqualTo(401);
    }
}
