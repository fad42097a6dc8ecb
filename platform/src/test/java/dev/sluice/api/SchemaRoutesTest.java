package dev.sluice.api;

import static dev.sluice.api.ApiServer.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.authn.Upkeep;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Schemas of functions, from the request that states them to the runs that they end.
final class SchemaRoutesTest extends ApiTest {
    private static final String GREETS = """
            def handle(context, payload):
                print('began')
                if payload == 'text':
                    return 'no object'
                name = payload.get('name', 'Noone')
                return {'wrong': 1} if name == 'Odd' else {'myField': 'Hello, ' + name}
            """;

    /// As Dispatch's client sends those of its example.
    private static final String IN =
            "{\"required\":[\"name\"],\"properties\":{\"name\":{\"type\":\"string\",\"minLength\":1,"
                    + "\"pattern\":\"^[A-Za-z]+$\"},\"place\":{\"type\":\"string\",\"minLength\":1,"
                    + "\"pattern\":\"^[A-Za-z]+$\"}}}";

    private static final String OUT = "{\"required\":[\"myField\"],\"properties\":{\"myField\":{\"type\":\"string\"}}}";

    @BeforeAll
    void createOne() {
        create("greets", ",\"schema\":{\"in\":" + IN + ",\"out\":" + OUT + "}");
    }

    @Test
    void aFunction_showsItsSchemas() {
        assertThat(api.get(root, "/v1/function/greets").body())
                .contains("\"schema\":{\"in\":" + IN + ",\"out\":" + OUT + "}");
        create("nulls", ",\"schema\":{\"in\":null,\"out\":null}");
        assertThat(api.get(root, "/v1/function/nulls").body()).contains("\"schema\":{},");
        assertThat(run("nulls", "{\"name\":3}").text("status")).isEqualTo("ERROR");
        assertThat(run("nulls", "{\"name\":\"Odd\"}").text("status")).isEqualTo("READY");
    }

    @Test
    void whatFits_runs() {
        assertThat(run("greets", "{\"name\":\"Jon\"}").json().path("output").toString())
                .isEqualTo("{\"myField\":\"Hello, Jon\"}");
    }

    @Test
    void anInputThatDoesNotFit_isAnInputError_andNothingRuns() {
        Answer run = run("greets", "{\"name\":\"J0n\",\"place\":\"\"}");
        assertThat(run.status()).isEqualTo(200);
        assertThat(run.text("status")).isEqualTo("ERROR");
        assertThat(run.json().path("error").path("type").asString()).isEqualTo("InputError");
        assertThat(run.json().path("error").path("message").asString())
                .isEqualTo("Input invalid against schema: validation failure list:\n"
                        + "name in body should match '^[A-Za-z]+$'\nplace in body should be at least 1 chars long");
        assertThat(run.json().path("error").path("stacktrace").isNull()).isTrue();
        assertThat(run.json().path("reason").get(0).asString())
                .startsWith("error running function: greets: Input invalid against schema: ");
        assertThat(run.json().path("logs").toString()).isEqualTo("{\"stderr\":null,\"stdout\":null}");
        assertThat(run.json().path("finishedTime").asLong()).isEqualTo(RunJson.NEVER_SECONDS);
        assertThat(run("greets", "{}").json().path("error").path("message").asString())
                .isEqualTo("Input invalid against schema: validation failure list:\n.name in body is required");
    }

    @Test
    void anOutputThatDoesNotFit_isAFunctionError_withItsLogs() {
        Answer run = run("greets", "{\"name\":\"Odd\"}");
        assertThat(run.text("status")).isEqualTo("ERROR");
        assertThat(run.json().path("error").path("type").asString()).isEqualTo("FunctionError");
        assertThat(run.json().path("error").path("message").asString())
                .isEqualTo("Output invalid against schema: validation failure list:\n.myField in body is required");
        assertThat(run.json().path("logs").toString()).isEqualTo("{\"stderr\":null,\"stdout\":[\"began\"]}");
        assertThat(run.json().has("output")).isFalse();
    }

    @Test
    void aSchemaWithoutType_acceptsWhatIsNoObject() {
        assertThat(run("greets", "\"text\"").text("output")).isEqualTo("no object");
    }

    @Test
    void aRunThatNobodyWaitsFor_isHeldToItToo() {
        Answer accepted = api.post(root, "/v1/runs?functionName=greets", "{\"input\":{}}");
        assertThat(accepted.status()).isEqualTo(202);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(api.get(root, "/v1/runs/" + accepted.text("name"))
                                .json()
                                .path("error")
                                .path("type")
                                .asString())
                        .isEqualTo("InputError"));
    }

    @Test
    void whatDevelopersFileSaysLater_changesNoRun() {
        create("pinned", ",\"schema\":{\"in\":{\"type\":\"object\"}}");
        Organization own = api.organizations.tenant("dispatch").orElseThrow().organization();
        var files = new FunctionFiles(api.fs);
        Upkeep.of(own, Resource.FUNCTION).run(() -> {
            FunctionFiles.Stored now = files.read(own, "pinned");
            FunctionEntity old = now.entity();
            FunctionEntity.Wish wish = old.wish();
            var open = new FunctionEntity.Wish(
                    wish.name(),
                    wish.image(),
                    wish.handler(),
                    JsonBody.JSON.createObjectNode(),
                    List.of(),
                    List.of(),
                    wish.timeoutMillis(),
                    wish.convention(),
                    List.of(),
                    wish.sizing(),
                    "");
            var changed = new FunctionEntity(
                    old.id(), old.faasId(), old.version(), open, old.packageDigest(), old.status(), List.of(), 0, 0);
            return files.write(own, changed, now.version());
        });
        assertThat(api.get(root, "/v1/function/pinned").body()).contains("\"schema\":{},");
        assertThat(run("pinned", "3").json().path("error").path("type").asString())
                .isEqualTo("InputError");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{\"in\":{\"type\":\"strnig\"}}~schema.in is no JSON Schema: type in body ",
                "{\"out\":{\"required\":true}}~schema.out is no JSON Schema: required in body must be of type array",
                "{\"in\":{\"$ref\":\"http://127.0.0.1/\"}}~schema.in is no JSON Schema: a $ref leads out of the schema",
                "{\"in\":{\"pattern\":\"(?=a)\"}}~schema.in is no JSON Schema: a pattern is no regular expression of RE2",
            })
    void aSchemaThatIsNone_isRefused_alsoInAnUpdate(String schema, String why) {
        String body = function("bad", "python3", "bad.py", GREETS, ",\"schema\":" + schema);
        Answer refused = api.post(root, "/v1/function", body);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("message")).startsWith("bad request when processing function bad: " + why);
        assertThat(api.get(root, "/v1/function/bad").status()).isEqualTo(404);
        String update = function("greets", "python3", "greets.py", GREETS, ",\"schema\":" + schema);
        assertThat(api.put(root, "/v1/function/greets", update).status()).isEqualTo(400);
    }

    private Answer run(String name, String input) {
        return api.post(root, "/v1/runs?functionName=" + name, "{\"blocking\":true,\"input\":" + input + "}");
    }

    private void create(String name, String more) {
        api.post(root, "/v1/function", function(name, "python3", name + ".py", GREETS, more));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(api.get(root, "/v1/function/" + name).text("status"))
                                .isEqualTo("READY"));
    }
}
