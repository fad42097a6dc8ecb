package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Functions at the gateway, asked by nobody in particular over a raw socket.
final class GatewayTest extends ApiTest {
    private static final String ECHO = """
            def handle(context, payload):
                if payload == "fail":
                    raise ValueError("tell nobody")
                if payload == "none":
                    return None
                return {"payload": payload, "http": context.get("httpContext")}
            """;
    private static final String SECRETIVE = """
            def handle(context, payload):
                if payload.get("fail"):
                    raise ValueError(context["secrets"]["password"])
                return context["secrets"]["password"]
            """;

    private Asker boss;

    @BeforeAll
    void functions() {
        boss = api.developer("acme", "*");
        function(boss, ApiServer.python("echo", ECHO), "echo");
        api.post(boss, "/v1/secret", "{\"name\":\"s\",\"secrets\":{\"password\":\"deep secret\"}}");
        function(
                boss,
                ApiServer.function("secretive", "python3", "secretive.py", SECRETIVE, ",\"secrets\":[\"s\"]"),
                "secretive");
        api("all", "echo", "/all", "");
    }

    private void function(Asker asker, String body, String name) {
        assertThat(api.post(asker, "/v1/function", body).status()).isEqualTo(201);
        await().untilAsserted(
                        () -> assertThat(api.get(asker, "/v1/function/" + name).text("status"))
                                .isEqualTo("READY"));
    }

    private Answer api(String name, String function, String path, String more) {
        Answer made = create(name, function, path, more);
        assertThat(made.status()).as(made.body()).isEqualTo(200);
        return made;
    }

    private Answer create(String name, String function, String path, String more) {
        return api.post(
                boss,
                "/v1/api",
                "{\"name\":\"" + name + "\",\"function\":\"" + function + "\",\"enabled\":true,\"uris\":[\"" + path
                        + "\"]" + more + "}");
    }

    /// An answer, as it was sent.
    private record Said(int status, String head, String body) {
        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }
    }

    private Said ask(String method, String target, String body, String... headers) throws IOException {
        var request =
                new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0) {
            request.append("Content-Length: ").append(bytes.length).append("\r\n");
        }
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.gateway.port())) {
            var all = new ByteArrayOutputStream();
            all.writeBytes(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            all.writeBytes(bytes);
            socket.getOutputStream().write(all.toByteArray());
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int end = answer.indexOf("\r\n\r\n");
            return new Said(
                    Integer.parseInt(answer.substring(9, 12)), answer.substring(0, end), answer.substring(end + 4));
        }
    }

    @Test
    void aQuery_isTheInput_andRepeatedNamesAreLists() throws IOException {
        Said said = ask("GET", "/acme/all?name=Jon&in=a&in=b%20c", "");
        assertThat(said.status()).isEqualTo(200);
        assertThat(said.head()).contains("Content-Type: application/json");
        assertThat(said.json().path("payload").toString()).isEqualTo("{\"name\":\"Jon\",\"in\":[\"a\",\"b c\"]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "                                                | ``         | {}",
                "                                                | plain text | \"plain text\"",
                "Content-Type: application/json; charset=utf-8   | [1, 2]     | [1,2]",
                "Content-Type: application/cloudevents+json      | {\"a\": 1} | {\"a\":1}",
                "Content-Type: application/x-www-form-urlencoded | a=1&b=2&b=3| {\"a\":\"1\",\"b\":[\"2\",\"3\"]}",
            })
    void aBody_isTheInput(String header, String body, String payload) throws IOException {
        Said said = header == null ? ask("POST", "/acme/all", body) : ask("POST", "/acme/all", body, header);
        assertThat(said.status()).as(said.body()).isEqualTo(200);
        assertThat(said.json().path("payload").toString()).isEqualTo(payload);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "application/json                  | {         | 400 | request body is not json",
                "application/json                  | ``        | 400 | request body is not json",
                "application/x-www-form-urlencoded | a=%zz     | 400 | request body is not x-www-form-urlencoded",
                "text/plain                        | hello     | 415 | request body type is not supported: text/plain",
            })
    void whatIsNoInput_isRefused(String type, String body, int status, String message) throws IOException {
        Said said = ask("POST", "/acme/all", body, "Content-Type: " + type);
        assertThat(said.status()).isEqualTo(status);
        assertThat(said.json().path("message").asString()).isEqualTo(message);
        assertThat(said.json().path("code").asInt()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"gzip,415", "GZIP,415", "deflate,415", "br,415", "'gzip, identity',415", "identity,200", "Identity,200"
    })
    void aBodyThatIsPacked_isRefused_notUnpacked(String coding, int status) throws IOException {
        String json = "Content-Type: application/json";
        assertThat(ask("POST", "/acme/all", "{}", json, "Content-Encoding: " + coding)
                        .status())
                .isEqualTo(status);
    }

    @Test
    void aFunctionIsToldOfTheRequest_butNoCredential_andNothingThatAClientMakesUp() throws IOException {
        Said said = ask(
                "PUT",
                "/acme/all/below?q=1",
                "1",
                "Content-Type: application/json",
                "Authorization: Bearer x",
                "Cookie: a=b",
                "X-Dispatch-Org: other",
                "Method: DELETE",
                "Scheme: https",
                "Uri: /made-up",
                "X-Forwarded-For: 1.2.3.4",
                "X-Real-IP: 1.2.3.4",
                "X-Own: yes");
        JsonNode http = said.json().path("http");
        assertThat(http.path("method").asString()).isEqualTo("PUT");
        assertThat(http.path("scheme").asString()).isEqualTo("http");
        assertThat(http.path("uri").asString()).isEqualTo("/acme/all/below");
        assertThat(http.path("request-uri").asString()).isEqualTo("/acme/all/below?q=1");
        assertThat(http.path("request").asString()).isEqualTo("PUT /acme/all/below?q=1 HTTP/1.1");
        assertThat(http.path("args").toString()).isEqualTo("{\"q\":\"1\"}");
        assertThat(http.path("x-own").asString()).isEqualTo("yes");
        assertThat(http.path("x-forwarded-for").asString()).isEqualTo("127.0.0.1");
        assertThat(http.toString().toLowerCase(Locale.ROOT))
                .doesNotContain("bearer", "cookie", "x-dispatch-org", "made-up", "1.2.3.4");
    }

    @Test
    void theLongestPathCounts_thenTheMethod_andAPathEndsWithASegment() throws IOException {
        api("outer", "echo", "/p", ",\"methods\":[\"GET\",\"POST\"]");
        api("inner", "secretive", "/p/inner/", ",\"methods\":[\"GET\"]");
        assertThat(ask("GET", "/acme/p/x", "").status()).isEqualTo(200);
        assertThat(ask("GET", "/acme/p/inner", "").status())
                .as("the inner one withholds")
                .isEqualTo(404);
        assertThat(ask("POST", "/acme/p/inner", "").status()).isEqualTo(200);
        String none = "{\"message\":\"no API found with those values\"}";
        for (String path : List.of("/acme/pp", "/acme", "/", "/nobody/p", "/acme2/p", "/ACME/p")) {
            assertThat(ask("GET", path, "").body()).as(path).isEqualTo(none);
        }
        assertThat(ask("GET", "/acme%2Fp", "").body()).isEqualTo(none);
        assertThat(ask("GET", "/acme/p%2Finner", "").body())
                .as("a slash that is none")
                .isEqualTo(none);
        assertThat(ask("PUT", "/acme/p", "").body()).isEqualTo(none);
    }

    @Test
    void withoutTls_oneForTlsOnlyIsRefused() throws IOException {
        api("tls", "echo", "/tls", ",\"protocols\":[\"https\"]");
        Said said = ask("GET", "/acme/tls", "");
        assertThat(said.status()).isEqualTo(426);
        assertThat(said.head()).contains("Upgrade: TLS/1.2");
        assertThat(said.body()).isEqualTo("{\"message\":\"Please use HTTPS protocol\"}");
    }

    @Test
    void withCors_everyAnswerSaysSo_andAPreflightRunsNothing() throws IOException {
        api("cors", "echo", "/cors", ",\"cors\":true,\"methods\":[\"PUT\"]");
        Said asked = ask("OPTIONS", "/acme/cors", "", "Origin: http://page", "Access-Control-Request-Method: PUT");
        assertThat(asked.status()).isEqualTo(204);
        assertThat(asked.head()).contains("Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT");
        assertThat(api.get(boss, "/v1/runs?functionName=echo").body()).doesNotContain("OPTIONS");
        assertThat(ask("PUT", "/acme/cors", "").head()).contains("Access-Control-Allow-Origin: *");
        Said bad = ask("PUT", "/acme/cors", "x", "Content-Type: image/png");
        assertThat(bad.status()).isEqualTo(415);
        assertThat(bad.head()).contains("Access-Control-Allow-Origin: *");
        assertThat(ask("GET", "/acme/all", "").head()).doesNotContain("Access-Control");
        assertThat(ask("OPTIONS", "/acme/all", "").status()).isEqualTo(200);
        api("closed", "echo", "/cors", ",\"methods\":[\"GET\"]");
        assertThat(ask("OPTIONS", "/acme/cors", "", "Access-Control-Request-Method: PUT")
                        .status())
                .isEqualTo(204);
        assertThat(ask("OPTIONS", "/acme/cors", "", "Access-Control-Request-Method: GET")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void whoDoesNotWait_hasAnEmptyAnswer() throws IOException {
        Said said = ask("POST", "/acme/all", "1", "Content-Type: application/json", "x-dispatch-blocking: false");
        assertThat(said.status()).isEqualTo(202);
        assertThat(said.body()).isEmpty();
    }

    @Test
    void aFailure_isAProblem_orNothingAsDispatchHasIt() throws IOException {
        api("problem", "echo", "/problem", ",\"failures\":\"problem\"");
        Said problem = ask("POST", "/acme/problem", "fail");
        assertThat(problem.status()).isEqualTo(502);
        assertThat(problem.head()).contains("application/problem+json");
        assertThat(problem.json().path("status").asInt()).isEqualTo(502);
        assertThat(problem.json().path("instance").asString()).startsWith("urn:uuid:");
        assertThat(problem.body()).doesNotContain("tell nobody");
        Said hidden = ask("POST", "/acme/all", "fail");
        assertThat(hidden.status()).isEqualTo(200);
        assertThat(hidden.body()).isEmpty();
        Said none = ask("POST", "/acme/all", "none");
        assertThat(none.status()).isEqualTo(200);
        assertThat(none.body()).isEmpty();
    }

    @Test
    void whatKnowsASecret_isWithheld_asWhatIsNotThere() throws IOException {
        api("knows", "secretive", "/knows", ",\"failures\":\"problem\"");
        api("nothing", "no-such-function", "/nothing", ",\"failures\":\"problem\"");
        Said withheld = ask("POST", "/acme/knows", "{}", "Content-Type: application/json");
        Said failed = ask("POST", "/acme/knows", "{\"fail\":true}", "Content-Type: application/json");
        Said missing = ask("POST", "/acme/nothing", "{}", "Content-Type: application/json");
        assertThat(withheld.status()).isEqualTo(404);
        assertThat(withheld.body()).isEqualTo("{\"code\":404,\"message\":\"not found or not allowed\"}");
        assertThat(failed.body()).isEqualTo(withheld.body());
        assertThat(missing.body()).isEqualTo(withheld.body());
    }

    /// Flow 3 of the design of labels.
    @Test
    void whoMayReadASecret_letsAnswersTellOfIt_ofThatVersionOfTheFunction() throws IOException {
        String source = """
                def handle(context, payload):
                    if payload.get("fail"):
                        raise ValueError("deep secret")
                    return VERSION + context["secrets"]["password"]
                """;
        String body = ApiServer.function(
                "tells", "python3", "tells.py", source.replace("VERSION", "'1 '"), ",\"secrets\":[\"s\"]");
        function(boss, body, "tells");
        api("tells", "tells", "/tells", ",\"failures\":\"problem\",\"releases\":[\"s\"]");
        Said told = ask("POST", "/acme/tells", "{}", "Content-Type: application/json");
        assertThat(told.body()).isEqualTo("\"1 deep secret\"");
        Said failed = ask("POST", "/acme/tells", "{\"fail\":true}", "Content-Type: application/json");
        assertThat(failed.status()).as("the outcome, and no more").isEqualTo(502);
        assertThat(failed.body()).doesNotContain("deep secret");

        String next = ApiServer.function(
                "tells", "python3", "tells.py", source.replace("VERSION", "'2 '"), ",\"secrets\":[\"s\"]");
        assertThat(api.put(boss, "/v1/function/tells", next).status()).isEqualTo(200);
        await().untilAsserted(() ->
                assertThat(api.get(boss, "/v1/function/tells").text("status")).isEqualTo("READY"));
        for (int i = 0; i < 2; i++) {
            assertThat(ask("POST", "/acme/tells", "{}", "Content-Type: application/json")
                            .status())
                    .as("nobody who may read it has said so of this version")
                    .isEqualTo(404);
            api.recover();
        }
        String again = "{\"name\":\"tells\",\"function\":\"tells\",\"enabled\":true,\"uris\":[\"/tells\"],"
                + "\"releases\":[\"s\"]}";
        assertThat(api.put(boss, "/v1/api/tells", again).status()).isEqualTo(200);
        assertThat(ask("POST", "/acme/tells", "{}", "Content-Type: application/json")
                        .body())
                .isEqualTo("\"2 deep secret\"");
        assertThat(api.delete(boss, "/v1/function/tells").status()).isEqualTo(200);
        function(boss, body, "tells");
        assertThat(ask("POST", "/acme/tells", "{}", "Content-Type: application/json")
                        .status())
                .as("another function of that name")
                .isEqualTo(404);
    }

    @Test
    void whoMayNotReadASecret_releasesItToNobody() throws IOException {
        Asker clerk = api.addAccount(api.home("acme"), "teller", List.of("*"), List.of("api", "runs", "function"));
        String body = "{\"name\":\"told\",\"function\":\"secretive\",\"enabled\":true,\"uris\":[\"/told\"]"
                + ",\"releases\":[\"SECRET\"]}";
        Answer refused = api.post(clerk, "/v1/api", body.replace("SECRET", "s"));
        Answer none = api.post(clerk, "/v1/api", body.replace("SECRET", "none"));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(none.body()).as("whether or not it is there").isEqualTo(refused.body());
        assertThat(api.post(clerk, "/v1/api", body.replace("\"SECRET\"", "")).status())
                .isEqualTo(200);
        assertThat(ask("POST", "/acme/told", "{}", "Content-Type: application/json")
                        .status())
                .isEqualTo(404);
        assertThat(api.put(clerk, "/v1/api/told", body.replace("SECRET", "s")).status())
                .isEqualTo(403);
    }

    @Test
    void aFunctionThatComesLater_orAgain_isServed() throws IOException {
        api("late", "late", "/late", "");
        assertThat(ask("GET", "/acme/late", "").status()).isEqualTo(404);
        for (String answer : List.of("one", "two")) {
            function(
                    boss,
                    ApiServer.python("late", "def handle(context, payload):\n    return '" + answer + "'\n"),
                    "late");
            assertThat(ask("GET", "/acme/late", "").body()).isEqualTo('"' + answer + '"');
            assertThat(api.delete(boss, "/v1/function/late").status()).isEqualTo(200);
            assertThat(ask("GET", "/acme/late", "").status()).isEqualTo(404);
        }
    }

    @Test
    void whatIsDisabled_orGone_orLedElsewhere_isServedNoMore_asAfterARestart() throws IOException {
        api("was", "echo", "/was", "");
        assertThat(ask("GET", "/acme/was", "").status()).isEqualTo(200);
        api.recover();
        assertThat(ask("GET", "/acme/was", "").status()).isEqualTo(200);
        String off = "{\"name\":\"was\",\"function\":\"echo\",\"uris\":[\"/was\"]}";
        assertThat(api.put(boss, "/v1/api/was", off).status()).isEqualTo(200);
        assertThat(ask("GET", "/acme/was", "").body()).contains("no API found");
        String elsewhere = "{\"name\":\"was\",\"function\":\"secretive\",\"enabled\":true,\"uris\":[\"/was\"]}";
        assertThat(api.put(boss, "/v1/api/was", elsewhere).status()).isEqualTo(200);
        assertThat(ask("GET", "/acme/was", "").status()).isEqualTo(404);
        assertThat(api.delete(boss, "/v1/api/was").status()).isEqualTo(200);
        assertThat(ask("GET", "/acme/was", "").body()).contains("no API found");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ",\"authentication\":\"basic\" | needs access.secret",
                ",\"authentication\":\"oauth2\" | needs access.provider",
                ",\"hosts\":[\"x.example.com\"] | does not have the host x.example.com: sluice create host x.example.com",
                ",\"tls\":\"certificate\" | a certificate is a host's",
            })
    void whatIsNotEnforced_isRefused(String more, String reason) {
        Answer refused = create("unenforced", "echo", "/unenforced", more);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("message")).contains(reason);
        assertThat(api.get(boss, "/v1/api/unenforced").status()).isEqualTo(404);
    }

    @Test
    void twoForTheSameRequest_areOneTooMany() {
        api("first", "echo", "/same", ",\"methods\":[\"GET\",\"PUT\"]");
        Answer second = create("second", "echo", "/same/", ",\"methods\":[\"PUT\"]");
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.text("message")).contains("API first takes requests of the same path");
        api("second", "echo", "/same", ",\"methods\":[\"POST\"]");
        String both = "{\"name\":\"second\",\"function\":\"echo\",\"enabled\":true,\"uris\":[\"/same\"]}";
        assertThat(api.put(boss, "/v1/api/second", both).status()).isEqualTo(409);
        assertThat(api.put(boss, "/v1/api/first", both.replace("second", "first"))
                        .status())
                .isEqualTo(409);
    }

    @Test
    void whoMayNotRunAFunction_servesItToNobody() throws IOException {
        Asker clerk = api.addAccount(api.home("acme"), "clerk", List.of("*"), List.of("api"));
        String body = "{\"name\":\"clerks\",\"function\":\"echo\",\"enabled\":true,\"uris\":[\"/clerks\"]}";
        assertThat(api.post(clerk, "/v1/api", body).status()).isEqualTo(403);
        assertThat(ask("GET", "/acme/clerks", "").body()).contains("no API found");
    }

    @Test
    void anotherOrganizationsPath_cannotBeTaken() throws IOException {
        Asker mallory = api.developer("mallory", "*");
        function(mallory, ApiServer.python("echo", ECHO), "echo");
        String body = "{\"name\":\"trap\",\"function\":\"echo\",\"enabled\":true,\"uris\":[\"/acme/trap\"]}";
        assertThat(api.post(mallory, "/v1/api", body).status()).isEqualTo(200);
        assertThat(ask("GET", "/acme/trap", "").body()).contains("no API found");
        assertThat(ask("GET", "/mallory/acme/trap", "").status()).isEqualTo(200);
    }
}
