package dev.sluice.api;

import static dev.sluice.api.ApiServer.NOBODY;
import static dev.sluice.api.ApiServer.function;
import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

final class FunctionRoutesTest extends ApiTest {
    private static final String HELLO = "def handle(context, payload):\n    print('hi')\n    return {'got': payload}\n";

    @Test
    void aFunction_isCreated_built_andRuns() {
        Answer created = api.post(root, "/v1/function", python("hello", HELLO));
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.text("status")).isEqualTo("INITIALIZED");
        assertThat(created.body()).contains("\"schema\":{},\"reason\":null").doesNotContain("source");
        awaitStatus("hello", "READY");

        Answer run = api.post(root, "/v1/runs?functionName=hello", "{\"blocking\":true,\"input\":{\"a\":[1]}}");
        assertThat(run.status()).isEqualTo(200);
        assertThat(run.json().path("output").path("got").toString()).isEqualTo("{\"a\":[1]}");
        assertThat(run.json().path("logs").toString()).isEqualTo("{\"stderr\":null,\"stdout\":[\"hi\"]}");
        assertThat(run.text("status")).isEqualTo("READY");
        assertThat(run.text("functionId")).isEqualTo(created.text("id"));
        assertThat(run.text("faasId")).isEqualTo(created.text("faasId"));
        assertThat(run.json().path("finishedTime").asLong()).isPositive();

        Answer again = api.get(root, "/v1/runs/" + run.text("name") + "?functionName=hello&since=-62135596800");
        ObjectNode recorded = (ObjectNode) again.json();
        assertThat(recorded.remove("cause").asString()).isEqualTo("request");
        assertThat(recorded.remove("times").path("runMicros").asLong()).isPositive();
        assertThat(recorded).as("what Dispatch's is").isEqualTo(run.json());
        assertThat(api.get(root, "/v1/runs?functionName=hello&since=-62135596800")
                        .body())
                .contains(run.text("name"));
        assertThat(api.get(root, "/v1/runs?since=99999999999").body()).isEqualTo("[]");
        assertThat(api.get(root, "/v1/runs/" + run.text("name") + "?functionName=other")
                        .body())
                .isEqualTo("{\"code\":404,\"message\":\"function run  not found\"}");
    }

    @Test
    void aRun_thatNobodyWaitsFor_isAccepted_andEnds() {
        create(python("later", HELLO), "later");
        Answer run = api.post(root, "/v1/runs?functionName=later", "{\"input\":42}");
        assertThat(run.status()).isEqualTo(202);
        assertThat(run.text("status")).isEqualTo("INITIALIZED");
        assertThat(run.json().has("blocking")).isFalse();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                api.get(root, "/v1/runs/" + run.text("name")).text("status"))
                        .isEqualTo("READY"));
        assertThat(api.get(root, "/v1/runs/" + run.text("name"))
                        .json()
                        .path("output")
                        .toString())
                .isEqualTo("{\"got\":42}");
    }

    @Test
    void aFailure_isA200_withItsError() {
        create(python("fails", "def handle(context, payload):\n    raise ValueError('no good')\n"), "fails");
        Answer run = api.post(root, "/v1/runs?functionName=fails", "{\"blocking\":true,\"input\":{}}");
        assertThat(run.status()).isEqualTo(200);
        assertThat(run.text("status")).isEqualTo("ERROR");
        assertThat(run.json().path("error").path("type").asString()).isEqualTo("InputError");
        assertThat(run.json().path("error").path("message").asString()).contains("no good");
        assertThat(run.json().path("reason").toString()).startsWith("[\"error running function: fails: ");
        assertThat(run.json().path("finishedTime").asLong()).isEqualTo(RunJson.NEVER_SECONDS);
        assertThat(run.json().has("output")).isFalse();
    }

    @Test
    void anUpdate_changesTheVersion_andABadOneIsAnError() {
        Answer first = create(python("changes", HELLO), "changes");
        String other = "def other(context, payload):\n    return 'new'\n";
        Answer updated = api.put(
                root,
                "/v1/function/changes",
                function("changes", "python3", "changes.py", other, ",\"handler\":\"changes.other\""));
        assertThat(updated.status()).isEqualTo(200);
        assertThat(updated.text("status")).isEqualTo("UPDATING");
        assertThat(updated.text("id")).isEqualTo(first.text("id"));
        assertThat(updated.text("faasId")).isNotEqualTo(first.text("faasId"));
        awaitStatus("changes", "READY");
        assertThat(api.post(root, "/v1/runs?functionName=changes", "{\"blocking\":true}")
                        .text("output"))
                .isEqualTo("new");

        api.put(
                root,
                "/v1/function/changes",
                function("changes", "python3", "changes.py", other, ",\"handler\":\"changes.nope\""));
        awaitStatus("changes", "ERROR");
        assertThat(api.get(root, "/v1/function/changes").json().path("reason")).hasSize(1);
        assertThat(api.post(root, "/v1/runs?functionName=changes", "{\"blocking\":true}")
                        .body())
                .isEqualTo("{\"code\":404,\"message\":\"function changes is not READY\"}");
    }

    @Test
    void aMissingImage_isAnError_inDispatchsWords() {
        api.post(root, "/v1/function", function("noimage", "nope", "a.py", HELLO, ""));
        awaitStatus("noimage", "ERROR");
        assertThat(api.get(root, "/v1/function/noimage")
                        .json()
                        .path("reason")
                        .get(0)
                        .asString())
                .isEqualTo("Error when fetching image for function noimage: failed to get image: 'nope':"
                        + " [Code: 404] image nope not found");
    }

    @Test
    void aDeletedFunction_isGone_withItsRuns() {
        create(python("goes", HELLO), "goes");
        Answer run = api.post(root, "/v1/runs?functionName=goes", "{\"blocking\":true}");
        Answer deleted = api.delete(root, "/v1/function/goes");
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.text("status")).isEqualTo("DELETING");
        assertThat(api.get(root, "/v1/function/goes").body())
                .isEqualTo("{\"code\":404,\"message\":\"function goes not found\"}");
        assertThat(api.get(root, "/v1/function").body()).doesNotContain("\"goes\"");
        assertThat(api.delete(root, "/v1/function/goes").status()).isEqualTo(404);
        assertThat(api.post(root, "/v1/runs?functionName=goes", "{\"blocking\":true}")
                        .body())
                .isEqualTo("{\"code\":404,\"message\":\"function goes not found\"}");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(
                                api.get(root, "/v1/runs/" + run.text("name")).status())
                        .isEqualTo(404));
        create(python("goes", HELLO), "goes");
    }

    @Test
    void aFunction_isToldItsContext_andItsDeadlineIfItHasOne() {
        String shows = "def handle(context, payload):\n    return context\n";
        create(python("unhurried", shows), "unhurried");
        assertThat(api.post(root, "/v1/runs?functionName=unhurried", "{\"blocking\":true}")
                        .json()
                        .path("output")
                        .toString())
                .isEqualTo("{\"secrets\":{},\"serviceBindings\":{}}");
        create(function("hurried", "python3", "hurried.py", shows, ",\"timeout\":5000"), "hurried");
        Instant before = Instant.now();
        Answer run = api.post(root, "/v1/runs?functionName=hurried", "{\"blocking\":true}");
        String deadline = run.json().path("output").path("deadline").asString();
        assertThat(deadline).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z");
        assertThat(Instant.parse(deadline))
                .isBetween(before.plusSeconds(5), Instant.now().plusSeconds(5));
        assertThat(api.get(root, "/v1/function/hurried").json().path("timeout").asInt())
                .isEqualTo(5000);
        assertThat(api.get(root, "/v1/function/unhurried").json().has("timeout"))
                .isFalse();
    }

    @Test
    void aFunctionThatTakesTooLong_isEnded_inDispatchsWords() {
        String sleeps = "import time\ndef handle(context, payload):\n    time.sleep(60)\n";
        create(function("sleeps", "python3", "sleeps.py", sleeps, ",\"timeout\":300"), "sleeps");
        Answer run = api.post(root, "/v1/runs?functionName=sleeps", "{\"blocking\":true}");
        assertThat(run.json().path("error").toString())
                .isEqualTo("{\"type\":\"FunctionError\",\"message\":\"Function execution exceeded the timeout\","
                        + "\"stacktrace\":null}");
        assertThat(run.json().path("reason").get(0).asString())
                .isEqualTo("error running function: sleeps: Function execution exceeded the timeout");
    }

    @Test
    void aNameTwice_isAConflict() {
        create(python("twice", HELLO), "twice");
        assertThat(api.post(root, "/v1/function", python("twice", HELLO)).body())
                .isEqualTo("{\"code\":409,\"message\":\"function twice already exists\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{}~422~602~image in body is required",
                "{\"image\":\"python3\"}~422~602~name in body is required",
                "{\"image\":\"\",\"name\":\"a\"}~422~602~image in body is required",
                "{\"image\":1,\"name\":\"a\"}~422~601~image in body must be of type string: \"number\"",
                "{\"faasId\":\"x\"}~422~601~faasId in body must be of type uuid: \"x\"",
                "{\"image\":\"a\",\"id\":\"x\"}~422~601~id in body must be of type uuid: \"x\"",
                "{\"image\":\"a\",\"name\":\"a\",\"status\":\"GONE\"}~422~606~status in body should be one of"
                        + " [INITIALIZED CREATING READY UPDATING ERROR DELETING]",
                "{\"image\":\"a\",\"name\":\"-a\"}~422~605~name should start with letter or number and may only"
                        + " contain letters, numbers, underscores and dashes",
                "{\"image\":\"a\",\"name\":\"a.b\"}~422~605~name should start with letter or number and may only"
                        + " contain letters, numbers, underscores and dashes",
                "{\"image\":\"a\",\"name\":\"a\",\"timeout\":\"1\"}~422~601~timeout in body must be of type int64:"
                        + " \"string\"",
                "{\"image\":\"a\",\"name\":\"a\",\"timeout\":-1}~422~609~timeout in body should be greater than or"
                        + " equal to 0",
                "{\"image\":\"a\",\"name\":\"a\"}~400~400~either source or sourceURL must be specified",
                "{\"image\":\"a\",\"name\":\"a\",\"source\":\"%%\"}~400~400~bad request when processing function:"
                        + " source is not base64",
                "{\"image\":\"a\",\"name\":\"a\",\"source\":\"aGVsbG8=\"}~400~400~bad request when processing"
                        + " function a: the source is not a complete gzip stream",
                "{\"image\":~400~400~parsing body body from \"\" failed, because it is not valid JSON",
                "[]~422~601~body in body must be of type object: \"array\"",
                "``~422~602~body in body is required",
            })
    void aWrongBody_isRefused_inDispatchsWords(String body, int status, int code, String message) {
        Answer answer = api.post(root, "/v1/function", body == null ? "" : body);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().path("code").asInt()).isEqualTo(code);
        assertThat(answer.text("message")).isEqualTo(message);
    }

    @Test
    void whoIsNotAllowed_isForbidden_beforeHisBodyIsLookedAt() {
        Asker runner = api.developer("acme-r", "runs");
        Answer answer = api.post(runner, "/v1/function", "{");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).isEqualTo(ApiServer.FORBIDDEN);
        assertThat(api.get(NOBODY, "/v1/function").body())
                .isEqualTo("{\"code\": 401,\"message\": \"Unauthorized, please make sure you are logged in"
                        + " or provide a valid token\"}");
        assertThat(api.get(new Asker("nonsense", ""), "/v1/function").status()).isEqualTo(401);
        assertThat(api.get(new Asker(root.token(), "nowhere"), "/v1/function").status())
                .isEqualTo(403);
    }

    @Test
    void aDeveloper_whoNamesASecret_needsSecrets_whetherThereIsOneOrNot() {
        Asker dev = api.developer("acme-s", "function", "runs");
        Answer answer =
                api.post(dev, "/v1/function", function("s", "python3", "s.py", HELLO, ",\"secrets\":[\"nope\"]"));
        assertThat(answer.status()).isEqualTo(403);
    }

    @Test
    void whoMayOnlyRun_runs_andSeesNoFunctions() {
        Asker dev = api.developer("acme-x", "function", "runs");
        assertThat(api.post(dev, "/v1/function", python("shared", HELLO)).status())
                .isEqualTo(201);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(api.get(dev, "/v1/function/shared").text("status"))
                                .isEqualTo("READY"));
        Asker runner = api.addAccount(api.home("acme-x"), "runner", "runs");
        Answer run = api.post(runner, "/v1/runs?functionName=shared", "{\"blocking\":true,\"input\":1}");
        assertThat(run.json().path("output").toString()).isEqualTo("{\"got\":1}");
        assertThat(api.get(runner, "/v1/function/shared").status()).isEqualTo(403);
    }

    @Test
    void moreThanTheSource_isBounded() {
        String schema = ",\"schema\":{\"in\":{\"title\":\"" + "a".repeat(FunctionRequest.FIELDS_BYTES_MAX) + "\"}}";
        Answer answer = api.post(root, "/v1/function", function("wide", "python3", "wide.py", HELLO, schema));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(api.get(root, "/v1/function/wide").status()).isEqualTo(404);
    }

    @Test
    void organizations_doNotSeeEachOther() {
        Asker one = api.developer("acme-one", "function", "runs");
        Asker other = api.developer("acme-two", "function", "runs");
        api.post(one, "/v1/function", python("mine", HELLO));
        assertThat(api.get(other, "/v1/function").body()).isEqualTo("[]");
        assertThat(api.get(other, "/v1/function/mine").status()).isEqualTo(404);
        assertThat(api.get(new Asker(other.token(), "acme-one"), "/v1/function").status())
                .isEqualTo(403);
        assertThat(api.get(new Asker(root.token(), "acme-one"), "/v1/function").body())
                .contains("\"mine\"");
    }

    @Test
    void anIdempotencyKey_runsOnce() {
        create(
                function(
                        "counts",
                        "python3",
                        "counts.py",
                        "import random\ndef handle(context, payload):\n    return random.random()\n",
                        ""),
                "counts");
        var body = Bytes.utf8("{\"blocking\":true}");
        Answer first = api.send(root, "POST", "/v1/runs?functionName=counts", body, "Idempotency-Key", "k1");
        Answer again = api.send(root, "POST", "/v1/runs?functionName=counts", body, "Idempotency-Key", "k1");
        Answer other = api.send(root, "POST", "/v1/runs?functionName=counts", body, "Idempotency-Key", "k2");
        assertThat(again.text("name")).isEqualTo(first.text("name"));
        assertThat(other.text("name")).isNotEqualTo(first.text("name"));
    }

    /// What policies lend decides at which label a run starts.
    @Test
    void anIdempotencyKey_isTheSame_whenPoliciesHaveChanged() {
        Asker one = api.developer("keyed", "function", "runs/counted");
        api.post(
                one,
                "/v1/function",
                ApiServer.python(
                        "counted", "import random\ndef handle(context, payload):\n    return random.random()\n"));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> api.get(one, "/v1/function/counted").text("status").equals("READY"));
        Answer first = keyed(one, "{\"blocking\":true,\"input\":1}");
        assertThat(first.text("status")).isEqualTo("READY");
        api.addAccount(api.home("keyed"), "dev", "function", "runs");
        Answer wider = keyed(one, "{\"blocking\":true,\"input\":1}");
        assertThat(wider.text("name")).isEqualTo(first.text("name"));
        assertThat(wider.json().path("output")).isEqualTo(first.json().path("output"));
        api.addAccount(api.home("keyed"), "dev", "function", "runs/counted");
        assertThat(keyed(one, "{\"blocking\":true,\"input\":1}").text("name")).isEqualTo(first.text("name"));
        assertThat(keyed(one, "{\"blocking\":true,\"input\":2}").text("message"))
                .isEqualTo("bad request when processing function counted: this idempotency key was used with another"
                        + " input");
    }

    private Answer keyed(Asker asker, String body) {
        return api.send(asker, "POST", "/v1/runs?functionName=counted", Bytes.utf8(body), "Idempotency-Key", "k");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/runs, 400, Bad Request: No function specified",
        "/v1/runs?functionName=a%2Fb, 422, 'functionName in query should match ''^[\\w\\d\\-]+$'''",
        "/v1/runs?functionName=missing, 404, function missing not found",
    })
    void aWrongExecution_isRefused(String target, int status, String message) {
        Answer answer = api.post(root, target, "{\"blocking\":true}");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("message")).isEqualTo(message);
    }

    @Test
    void aWrongRead_isRefused() {
        assertThat(api.get(root, "/v1/runs/abc").status()).isEqualTo(422);
        assertThat(api.get(root, "/v1/runs?since=x").status()).isEqualTo(422);
        assertThat(api.get(root, "/v1/runs/11111111-2222-4333-8444-555555555555")
                        .body())
                .isEqualTo("{\"code\":404,\"message\":\"function run  not found\"}");
    }

    private Answer create(String body, String name) {
        Answer created = api.post(root, "/v1/function", body);
        assertThat(created.status()).isEqualTo(201);
        awaitStatus(name, "READY");
        return created;
    }

    private void awaitStatus(String name, String status) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(api.get(root, "/v1/function/" + name).text("status"))
                                .isEqualTo(status));
    }
}
