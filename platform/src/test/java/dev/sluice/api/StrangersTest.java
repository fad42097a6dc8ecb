package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Flow 5 of design/labels.md, section 6: a function of one organization calls another's public endpoint by a
/// CloudCall. What either learns, and who hears that it was so. Real guests.
final class StrangersTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String FAASTEN = ",\"convention\":\"faasten\"";
    private static final String ENDPOINT = "home:<T,acme/api>:greet";
    private static final String DIRECT = "home:<acme/function|acme/runs/greets,acme/function>:greets";

    /// Does what it is asked to with its organization's files, and says what it was told and knows.
    private static final String GREETS = """
            def handle(event, cloudcall):
                path = event.get('path', '')
                did = {'read': lambda: cloudcall.fs_read(path).decode(),
                       'write': lambda: cloudcall.fs_createfile(path, event['label']),
                       'fail': lambda: 1 // 0}
                what = event.get('what', '')
                before = str(cloudcall.get_current_label())
                return {'told': event.get('word'), 'label': before, 'did': did[what]() if what in did else None}
            """;

    private static final String CALLS = """
            import json

            def handle(event, cloudcall):
                try:
                    answer = cloudcall.invoke_sync(event['gate'], json.dumps(event.get('payload', {})).encode())
                    said = None if answer is None else [answer.status, answer.body.decode()]
                except Exception as refused:
                    said = getattr(refused, 'code', repr(refused))
                return {'said': said, 'label': str(cloudcall.get_current_label())}
            """;

    private Asker acme;
    private Asker blue;

    @BeforeAll
    void functions() {
        acme = api.developer("acme", "*");
        blue = api.developer("blue", "*");
        function(acme, "greets", GREETS);
        function(blue, "calls", CALLS);
        String terms = "{\"name\":\"greet\",\"function\":\"greets\",\"enabled\":true,\"methods\":[\"POST\"],"
                + "\"uris\":[\"/greet\"]}";
        assertThat(api.post(acme, "/v1/api", terms).status()).isEqualTo(200);
    }

    private void function(Asker asker, String name, String source) {
        String body = ApiServer.function(name, "python3", name + ".py", source, FAASTEN);
        assertThat(api.post(asker, "/v1/function", body).status()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(asker, "/v1/function/" + name).text("status").equals("READY"));
    }

    private JsonNode exec(Asker asker, String function, String input) {
        Answer run =
                api.post(asker, "/v1/runs?functionName=" + function, "{\"blocking\":true,\"input\":" + input + "}");
        assertThat(run.status()).as(run.body()).isEqualTo(200);
        assertThat(run.json().has("output")).as(run.body()).isTrue();
        return run.json().path("output");
    }

    private JsonNode called(String gate, String payload) {
        return exec(blue, "calls", "{\"gate\":\"" + gate + "\",\"payload\":" + payload + "}");
    }

    private JsonNode runs(Asker asker, String more) {
        return api.get(asker, "/v1/runs" + more).json();
    }

    @Test
    void aStrangersFunction_isAnswered_andWhatItToldStaysItsOwn() {
        JsonNode called = called(ENDPOINT, "{\"word\":\"blue word\"}");
        assertThat(called.path("said").get(0).asInt()).isEqualTo(200);
        assertThat(called.path("said").get(1).asString())
                .startsWith("{\"told\":\"blue word\",\"label\":\"blue/runs,T\"");
        assertThat(called.path("label").asString()).isEqualTo("blue/runs,T");
    }

    /// As acme's own run may.
    @Test
    void whatAStrangerTold_isWrittenToNoFile_ofWhoItWasToldTo() {
        for (String label : List.of("acme/runs,T", "T,T")) {
            String write = "{\"what\":\"write\",\"path\":\"home:<" + label + ">:%s\",\"label\":\"" + label + "\"}";
            assertThat(called(ENDPOINT, write.formatted("strange"))
                            .path("said")
                            .get(1)
                            .asString())
                    .contains("\"did\":false");
        }
        String own = "{\"what\":\"write\",\"path\":\"home:<acme/runs,T>:own\",\"label\":\"acme/runs,T\"}";
        assertThat(exec(acme, "greets", own).path("did").asBoolean()).isTrue();
        assertThat(called(ENDPOINT, "{\"what\":\"read\",\"path\":\"home:<acme/runs,T>:strange\"}")
                        .path("said")
                        .path(0)
                        .asInt(500))
                .isEqualTo(500);
    }

    /// There or not: whoever asks could have told from the path alone that it is not for him.
    @Test
    void theFunctionItself_isNotThere_forAStranger() {
        JsonNode direct = called(DIRECT, "{}");
        assertThat(direct.path("said").asString()).isEqualTo("DENIED");
        assertThat(direct.path("label").asString()).isEqualTo("blue/runs,T");
        assertThat(called(DIRECT + "2", "{}").path("said")).isEqualTo(direct.path("said"));
        assertThat(called("home:<T,acme/api>:nothing", "{}").path("said").asString())
                .isEqualTo("NOT_FOUND");
    }

    @Test
    void theRecord_ofAStrangersCall_isForNeitherAlone() {
        called(ENDPOINT, "{\"word\":\"between us\"}");
        called(ENDPOINT, "{\"what\":\"fail\",\"word\":\"between us\"}");
        assertThat(runs(blue, "").toString()).contains("between us").doesNotContain("\"functionName\":\"home:");
        assertThat(runs(blue, "").toString()).doesNotContain("1 // 0");
        assertThat(runs(acme, "").toString()).doesNotContain("between us");
        assertThat(runs(acme, "?functionName=greets").toString()).doesNotContain("between us");
    }
}
