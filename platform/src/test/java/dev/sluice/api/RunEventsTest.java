package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Functions that emit events (docs/design/events.md). Real guests.
final class RunEventsTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String EMITS = ",\"emits\":true";

    /// Answers how its emission was refused, or that it was not.
    private static final String EMITTER = """
            def handle(request, cloudcall):
                try:
                    if 'taint' in request:
                        cloudcall.taint_with_label(request['taint'])
                    for n in range(request.get('count', 1)):
                        key = {'partitionkey': request['key']} if 'key' in request else {}
                        cloudcall.emit('made', {'n': n}, id=str(n), source=request.get('source', 's'), **key)
                    return 'emitted'
                except Exception as refused:
                    return refused.code
            """;

    private static final String ECHO = "def handle(context, payload):\n    return [payload, context['event']]\n";

    @Test
    void whatARunEmits_becomesARun_ofWhoHasSubscribed() {
        Asker dev = api.developer("re1", "*");
        emitter(dev, "emitter", EMITS);
        function(dev, "echo", ECHO, "");
        subscribe(dev);
        assertThat(run(dev, "{\"count\":2}").path("output").asString()).isEqualTo("emitted");
        JsonNode runs = runs(dev, 2);
        assertThat(runs.valueStream()
                        .map(run -> run.path("output").get(0).path("n").asInt()))
                .containsExactlyInAnyOrder(0, 1);
        assertThat(runs.get(0).path("output").get(1).path("eventType").asString())
                .isEqualTo("made");
        assertThat(run(dev, "{\"count\":2}").path("output").asString()).isEqualTo("emitted");
        assertThat(run(dev, "{\"source\":\"other\"}").path("output").asString()).isEqualTo("emitted");
        runs(dev, 3);
    }

    /// What its author was not lent, a function has not.
    @Test
    void whoMayNotEmit_makesNoFunctionThatDoes_andNoOtherOneDoes() {
        Asker dev = api.developer("re2", "*");
        emitter(dev, "emitter", "");
        function(dev, "echo", ECHO, "");
        subscribe(dev);
        assertThat(run(dev, "{}").path("output").asString()).isEqualTo("DENIED");
        Asker builder = api.addAccount(api.home("re2"), "builder", "function", "runs");
        assertThat(api.post(builder, "/v1/function", body("emitter2", EMITTER, EMITS))
                        .status())
                .isEqualTo(403);
        assertThat(api.put(builder, "/v1/function/emitter", body("emitter", EMITTER, EMITS))
                        .status())
                .isEqualTo(403);
        assertThat(run(dev, "{}").path("output").asString()).isEqualTo("DENIED");
        assertThat(api.get(dev, "/v1/runs?functionName=echo").json()).isEmpty();
    }

    /// A secret must not become an event that others read; and who emits cannot tell, nor anybody else.
    @Test
    void aRunThatKnowsASecret_firesNothing_andIsAnsweredAsAnyOther() {
        Asker dev = api.developer("re3", "*");
        emitter(dev, "emitter", EMITS);
        function(dev, "echo", ECHO, "");
        subscribe(dev);
        String high = "{\"source\":\"high\",\"taint\":\"re3/secret/s1,T\"}";
        assertThat(run(dev, high).path("output").asString()).isEqualTo("emitted");
        assertThat(run(dev, "{\"source\":\"low\"}").path("output").asString()).isEqualTo("emitted");
        assertThat(runs(dev, 1).get(0).path("output").get(1).path("source").asString())
                .isEqualTo("low");
    }

    /// What is in the log takes room, and is given up in the end, which would tell of it.
    @Test
    void aRunThatKnowsASecret_leavesNothingWhereEventsWait() {
        Asker dev = api.developer("re5", "*");
        emitter(dev, "emitter", EMITS);
        subscribe(dev);
        run(dev, "{\"source\":\"high\",\"key\":\"k\",\"taint\":\"re5/secret/s1,T\"}"); // before the other one
        run(dev, "{\"source\":\"low\",\"key\":\"k\"}");
        JsonNode letters = await().atMost(Duration.ofMinutes(3))
                .until(
                        () -> api.get(dev, "/v1/event/subscriptions/s/undelivered")
                                .json(),
                        all -> all.valueStream()
                                .anyMatch(one -> one.path("event")
                                        .path("source")
                                        .asString()
                                        .equals("low")));
        assertThat(letters.valueStream()
                        .map(letter -> letter.path("event").path("source").asString()))
                .containsExactly("low");
    }

    @Test
    void aRun_emitsAThousandEvents_andNoMore() {
        Asker dev = api.developer("re4", "*");
        emitter(dev, "emitter", EMITS);
        assertThat(run(dev, "{\"count\":1000}").path("output").asString()).isEqualTo("emitted");
        assertThat(run(dev, "{\"count\":1001}").path("output").asString()).isEqualTo("LIMIT");
    }

    private JsonNode runs(Asker asker, int count) {
        return await().atMost(PATIENCE)
                .until(
                        () -> api.get(asker, "/v1/runs?functionName=echo").json(),
                        runs -> runs.size() == count
                                && runs.valueStream()
                                        .allMatch(run ->
                                                run.path("status").asString().equals("READY")));
    }

    private JsonNode run(Asker asker, String input) {
        Answer answer = api.post(asker, "/v1/runs?functionName=emitter", "{\"blocking\":true,\"input\":" + input + "}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().has("output")).as(answer.body()).isTrue();
        return answer.json();
    }

    private void subscribe(Asker asker) {
        Answer made = api.post(
                asker, "/v1/event/subscriptions", "{\"name\":\"s\",\"eventType\":\"made\",\"function\":\"echo\"}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
    }

    private void emitter(Asker asker, String name, String more) {
        function(asker, name, EMITTER, ",\"convention\":\"faasten\"" + more);
    }

    private static String body(String name, String source, String more) {
        return ApiServer.function(name, "python3", name + ".py", source, more);
    }

    private void function(Asker asker, String name, String source, String more) {
        Answer made = api.post(asker, "/v1/function", body(name, source, more));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        List<String> seen = List.of("READY", "ERROR");
        await().atMost(PATIENCE)
                .until(() ->
                        seen.contains(api.get(asker, "/v1/function/" + name).text("status")));
        Answer built = api.get(asker, "/v1/function/" + name);
        assertThat(built.text("status")).as(built.body()).isEqualTo("READY");
    }
}
