package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.invoke.Buckets;
import dev.sluice.org.Organization;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What flows through endpoints, and what an auditor is told of it (design/labels.md section 6).
final class GatewayFlowsTest extends ApiTest {
    private static final Organization ACME = new Organization("i", "acme", "acme", 0);
    private static final String SECRETIVE = """
            def handle(context, payload):
                return context["secrets"]["password"]
            """;

    private Asker boss;

    @BeforeAll
    void functions() {
        boss = api.developer("acme", "*");
        api.post(boss, "/v1/secret", "{\"name\":\"s\",\"secrets\":{\"password\":\"deep secret\"}}");
        api.post(boss, "/v1/secret", "{\"name\":\"t\",\"secrets\":{\"token\":\"other\"}}");
        function(ApiServer.python("plain", "def handle(context, payload):\n    return 'hello'\n"), "plain");
        function(
                ApiServer.function("secretive", "python3", "secretive.py", SECRETIVE, ",\"secrets\":[\"s\",\"t\"]"),
                "secretive");
        create("plain", "plain", "");
        create("kept", "secretive", ",\"releases\":[\"s\"],\"failures\":\"problem\"");
        create("told", "secretive", ",\"releases\":[\"s\",\"t\"]");
        create("nothing", "no-such-function", ",\"failures\":\"problem\"");
        create("posted", "plain", "");
        create("posted-nowhere", "no-such-function", "");
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

    private HttpResponse<String> ask(String name) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var address = URI.create("http://127.0.0.1:" + api.gateway.port() + "/acme/" + name);
            return client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
        }
    }

    private static Map<String, List<String>> headers(HttpResponse<String> said) {
        var headers = new TreeMap<>(said.headers().map());
        headers.remove("date");
        headers.remove("x-request-id");
        return headers;
    }

    /// Flow 3, where one of two secrets is not released: byte for byte what is said of a function that is not there.
    @Test
    void whatKnowsMoreThanIsReleased_isAnsweredAsWhatIsNotThere() throws Exception {
        HttpResponse<String> withheld = ask("kept");
        HttpResponse<String> nothing = ask("nothing");
        assertThat(withheld.statusCode()).isEqualTo(404);
        assertThat(withheld.body()).isEqualTo(nothing.body());
        assertThat(headers(withheld)).isEqualTo(headers(nothing));
        assertThat(ask("told").body()).isEqualTo("\"deep secret\"");
    }

    /// Under the id of the request, which the answer shows; to others it is as an id of nothing.
    @Test
    void whyAnAnswerWasWithheld_isExplained_toWhoMayKnowIt() throws Exception {
        String id = ask("kept").headers().firstValue("x-request-id").orElseThrow();
        await().untilAsserted(() -> assertThat(
                        api.get(boss, "/v1/explain/" + id + "?format=text").body())
                .contains("acme/secret/t"));
        Asker runsOnly = api.addAccount(ACME, "runs", List.of("*"), List.of("runs", "api", "function"));
        for (Asker other : List.of(runsOnly, api.developer("blue", "*"))) {
            Answer there = api.get(other, "/v1/explain/" + id);
            Answer missing = api.get(other, "/v1/explain/" + "0".repeat(32));
            assertThat(there.status()).isEqualTo(404);
            assertThat(there.body().replace(id, "0".repeat(32))).isEqualTo(missing.body());
        }
    }

    /// What is withheld is told of at one of few moments (contracts/faasten.md S16), so what is not there is, too.
    @Test
    void whatIsNotThere_isToldOf_noSoonerThanWhatIsWithheld() throws Exception {
        for (int i = 0; i < 5; i++) {
            long asked = System.nanoTime();
            assertThat(ask("nothing").statusCode()).isEqualTo(404);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isGreaterThanOrEqualTo(Buckets.FIRST);
        }
    }

    @Test
    void aBodyThatIsNoInput_isRefusedAlike_whetherOrNotThereIsAFunction() throws Exception {
        assertThat(post("posted").statusCode()).isEqualTo(400);
        assertThat(post("posted-nowhere").body()).isEqualTo(post("posted").body());
    }

    private HttpResponse<String> post(String name) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var address = URI.create("http://127.0.0.1:" + api.gateway.port() + "/acme/" + name);
            var request = HttpRequest.newBuilder(address)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{"));
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    /// Of flow 5: another organization's developer is told what strangers are, and reaches nothing behind it.
    @Test
    void anotherOrganization_isAStranger_atTheEndpoint_andReachesNothingBehindIt() throws Exception {
        Asker blue = api.developer("blue", "*");
        assertThat(ask("plain").body()).isEqualTo("\"hello\"");
        Answer direct = api.post(blue, "/v1/runs?functionName=plain", "{\"blocking\":true}");
        assertThat(direct.status()).isEqualTo(404);
        Answer flows = api.get(blue, "/v1/api/plain/flows");
        assertThat(flows.status()).isEqualTo(404);
        assertThat(flows.body()).isEqualTo(api.get(blue, "/v1/api/plain").body());
    }

    @Test
    void whatFlows_isSaid_ofEachEndpoint() {
        assertThat(flows(boss, "plain"))
                .contains(
                        "\"authentication\":\"public\"",
                        "\"paths\":[\"/acme/plain\"]",
                        "\"told\":\"T\"",
                        "\"releases\":[],\"functionStatus\":\"READY\",\"knows\":[],\"withholds\":[],\"answers\":\"leave\"");
        assertThat(flows(boss, "kept"))
                .contains(
                        "\"releases\":[\"s\"]",
                        "\"knows\":[\"acme/secret/s\",\"acme/secret/t\"]",
                        "\"withholds\":[\"acme/secret/t\"],\"answers\":\"are withheld\"");
        assertThat(flows(boss, "told")).contains("\"withholds\":[],\"answers\":\"leave\"");
        assertThat(flows(boss, "nothing")).doesNotContain("functionStatus", "answers");
        String changes = ApiServer.function("changes", "python3", "changes.py", SECRETIVE, ",\"secrets\":[\"s\"]");
        function(changes, "changes");
        create("once", "changes", ",\"releases\":[\"s\"]");
        assertThat(flows(boss, "once")).contains("\"answers\":\"leave\"");
        String changed =
                ApiServer.function("changes", "python3", "changes.py", SECRETIVE + "\n", ",\"secrets\":[\"s\"]");
        assertThat(api.put(boss, "/v1/function/changes", changed).status()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(flows(boss, "once"))
                .contains("\"answers\":\"none: the function has changed since, update the API\""));
    }

    /// Which secrets a function has is for who may see the function.
    @Test
    void ofAFunction_whoMayNotSeeIt_isToldNothing_thoughHeMaySeeTheApi() {
        Asker apisOnly = api.addAccount(ACME, "apis", List.of("*"), List.of("api"));
        assertThat(flows(apisOnly, "kept"))
                .contains("\"function\":\"secretive\"")
                .doesNotContain("functionStatus", "knows", "withholds", "acme/secret");
        Asker functionsOnly = api.addAccount(ACME, "functions", List.of("*"), List.of("function"));
        assertThat(api.get(functionsOnly, "/v1/api/kept/flows").status()).isEqualTo(403);
        assertThat(api.get(boss, "/v1/api/none/flows").status()).isEqualTo(404);
    }

    private String flows(Asker asker, String name) {
        Answer said = api.get(asker, "/v1/api/" + name + "/flows");
        assertThat(said.status()).as(said.body()).isEqualTo(200);
        return said.body();
    }
}
