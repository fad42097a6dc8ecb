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
                "{\"name\":\"" + name + "\",\"function\":\"" + function + "\",\"enabled\":true,\"methods\":[\"GET\"],"
                        + "\"uris\":[\"/" + name + "\"]" + more + "}");
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

    /// Flow 5: another organization's functions are called by strangers too, and the gate behind an endpoint is for
    /// nobody but the endpoint.
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
