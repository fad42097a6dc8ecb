package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.org.Organization;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the log of an API says, and to whom.
final class AccessLogRoutesTest extends ApiTest {
    private static final Organization ACME = new Organization("i", "acme", "acme", 0);
    private static final String SECRETIVE = """
            def handle(context, payload):
                return context["secrets"]["password"]
            """;
    private static final String QUICK = "$2y$05$4sC2./HmAIwpKuN/ef66.OhxThCvywe2M3ptRCz5amsbdKsvM031.";

    private Asker boss;

    @BeforeAll
    void functions() {
        boss = api.developer("acme", "*");
        api.post(boss, "/v1/secret", "{\"name\":\"s\",\"secrets\":{\"password\":\"deep secret\"}}");
        api.post(boss, "/v1/secret", "{\"name\":\"users\",\"secrets\":{\"jon\":\"" + QUICK + "\"}}");
        function(ApiServer.python("plain", "def handle(context, payload):\n    return 'hello'\n"), "plain");
        function(ApiServer.python("broken", "def handle(context, payload):\n    raise ValueError('x')\n"), "broken");
        function(
                ApiServer.function("secretive", "python3", "secretive.py", SECRETIVE, ",\"secrets\":[\"s\"]"),
                "secretive");
    }

    private void function(String body, String name) {
        assertThat(api.post(boss, "/v1/function", body).status()).isEqualTo(201);
        await().untilAsserted(() ->
                assertThat(api.get(boss, "/v1/function/" + name).text("status")).isEqualTo("READY"));
    }

    private void create(String name, String function, String more) {
        Answer made = api.post(
                boss,
                "/v1/api",
                "{\"name\":\"" + name + "\",\"function\":\"" + function
                        + "\",\"enabled\":true,\"methods\":[\"GET\",\"POST\"]," + "\"uris\":[\"/" + name + "\"]" + more
                        + "}");
        assertThat(made.status()).as(made.body()).isEqualTo(200);
    }

    private HttpResponse<String> ask(String target) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(at(target)).build());
    }

    private URI at(String target) {
        return URI.create("http://127.0.0.1:" + api.gateway.port() + "/acme/" + target);
    }

    private static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString());
        }
    }

    private List<JsonNode> log(Asker who, String name, String query) {
        Answer answer = api.get(who, "/v1/api/" + name + "/log" + query);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        var all = new ArrayList<JsonNode>();
        JsonMapper.builder().build().readTree(answer.body()).get("requests").forEach(all::add);
        return all;
    }

    @Test
    void aRequest_isOnRecord_withoutWhatItSaid() throws Exception {
        create("seen", "plain", "");
        assertThat(ask("seen/below?token=hidden").statusCode()).isEqualTo(200);
        JsonNode only = log(boss, "seen", "").getFirst();
        assertThat(only.get("method").asString()).isEqualTo("GET");
        assertThat(only.get("path").asString()).isEqualTo("/acme/seen");
        assertThat(only.get("status").asInt()).isEqualTo(200);
        assertThat(only.get("bytes").asLong()).isEqualTo("\"hello\"".length());
        assertThat(only.get("client").asString()).isEqualTo("127.0.0.0/24");
        String run = only.get("run").asString();
        await().untilAsserted(() ->
                assertThat(api.get(boss, "/v1/runs/" + run).status()).isEqualTo(200));
        assertThat(only.get("version").asString()).isNotEmpty();
        assertThat(only.toString()).doesNotContain("hidden", "below");
    }

    @Test
    void whatTheGatewayRefuses_isOnRecord_withoutARun() throws Exception {
        create("asking", "plain", ",\"authentication\":\"basic\",\"access\":{\"secret\":\"users\"}");
        create("tls", "plain", ",\"protocols\":[\"https\"]");
        create("failing", "broken", ",\"failures\":\"problem\"");
        create("slow", "plain", ",\"limits\":{\"rate\":\"1/h\"}");
        ask("asking");
        ask("tls");
        ask("failing");
        ask("slow");
        ask("slow");
        send(HttpRequest.newBuilder(at("slow")).DELETE().build());
        create("typed", "plain", "");
        send(HttpRequest.newBuilder(at("typed"))
                .header("Content-Type", "application/x-unknown")
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build());
        assertThat(statuses("asking")).containsExactly(401);
        assertThat(statuses("tls")).containsExactly(426);
        assertThat(statuses("slow")).containsExactly(200, 429);
        assertThat(statuses("typed")).containsExactly(415);
        assertThat(statuses("failing")).containsExactly(502);
        assertThat(log(boss, "failing", "").getFirst().has("run")).isTrue();
        assertThat(log(boss, "asking", "").getFirst().has("run")).isFalse();
    }

    private List<Integer> statuses(String name) {
        return log(boss, name, "").stream()
                .map(one -> one.get("status").asInt())
                .toList();
    }

    /// Who may not know how the run ended sees of it what he would of a function that is not there.
    @Test
    void aWithheldAnswer_looksLikeNone_toWhoMayNotKnowTheRun() throws Exception {
        create("kept", "secretive", ",\"failures\":\"problem\"");
        create("nothing", "no-such-function", ",\"failures\":\"problem\"");
        assertThat(ask("kept").statusCode()).isEqualTo(404);
        assertThat(ask("nothing").statusCode()).isEqualTo(404);
        await().untilAsserted(() ->
                assertThat(log(boss, "kept", "").getFirst().has("run")).isTrue());
        Asker low = api.addAccount(ACME, "low", List.of("get"), List.of("runs", "api", "function"));
        JsonNode withheld = log(low, "kept", "").getFirst();
        JsonNode missing = log(low, "nothing", "").getFirst();
        assertThat(withheld.propertyNames()).isEqualTo(missing.propertyNames()).doesNotContain("run", "version");
        for (String field : List.of("status", "bytes", "method", "client")) {
            assertThat(withheld.get(field)).isEqualTo(missing.get(field));
        }
    }

    @Test
    void theLog_isOfWhoMayReadTheRuns_andElseNobodyIsToldThereIsOne() throws Exception {
        create("whose", "plain", "");
        ask("whose");
        Asker runsOnly = api.addAccount(ACME, "runsonly", List.of("get"), List.of("runs"));
        Asker apisOnly = api.addAccount(ACME, "apisonly", List.of("get"), List.of("api"));
        Answer withoutApis = api.get(runsOnly, "/v1/api/whose/log");
        assertThat(withoutApis.status()).isEqualTo(403);
        assertThat(withoutApis.body())
                .isEqualTo(api.get(runsOnly, "/v1/api/nosuch/log").body());
        assertThat(api.get(apisOnly, "/v1/api/whose/log").status()).isEqualTo(403);
        Asker blue = api.developer("blue", "*");
        Answer theirs = api.get(blue, "/v1/api/whose/log");
        assertThat(theirs.status()).isEqualTo(404);
        assertThat(theirs.body().replace("whose", "nosuch"))
                .isEqualTo(api.get(blue, "/v1/api/nosuch/log").body());
    }

    /// Records keep the label of when they were made.
    @Test
    void whatWasAnotherFunctions_isNotToldToWhoMayOnlyReadTheNewOnes() throws Exception {
        create("moved", "secretive", "");
        ask("moved");
        Answer updated = api.put(
                boss,
                "/v1/api/moved",
                "{\"name\":\"moved\",\"function\":\"plain\",\"enabled\":true,\"uris\":[\"/moved\"]}");
        assertThat(updated.status()).as(updated.body()).isEqualTo(200);
        ask("moved");
        Asker plainOnly = api.addAccount(ACME, "plainonly", List.of("get"), List.of("runs/plain", "api/moved"));
        assertThat(log(plainOnly, "moved", ""))
                .hasSize(1)
                .first()
                .satisfies(one -> assertThat(one.get("status").asInt()).isEqualTo(200));
        assertThat(log(boss, "moved", "")).hasSize(2);
    }

    @Test
    void whoFollows_goesOnAfterTheLastThatHeSaw_andADeletedApiLeavesNothing() throws Exception {
        create("followed", "plain", "");
        ask("followed");
        ask("followed");
        String first = api.get(boss, "/v1/api/followed/log?after=0&limit=1").text("after");
        assertThat(log(boss, "followed", "?after=" + first)).hasSize(1);
        assertThat(log(boss, "followed", "?limit=1")).hasSize(1);
        assertThat(api.get(boss, "/v1/api/followed/log?limit=0").status()).isEqualTo(422);
        assertThat(api.get(boss, "/v1/api/followed/log?limit=1001").status()).isEqualTo(422);
        api.delete(boss, "/v1/api/followed");
        assertThat(api.get(boss, "/v1/api/followed/log").status()).isEqualTo(404);
        create("followed", "plain", "");
        assertThat(log(boss, "followed", "")).isEmpty();
    }
}
