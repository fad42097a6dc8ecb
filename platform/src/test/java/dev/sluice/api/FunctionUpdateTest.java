package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/// What becomes of a function that is changed, and of its tags.
///
/// Source: contracts/dispatch.md 2.0, 2.5.
final class FunctionUpdateTest extends ApiTest {
    private static final String PYTHON = "def handle(context, payload):\n    return payload\n";

    @Test
    void aFunction_isFoundByItsApplication_andByNoOtherTag() {
        String tagged = ",\"tags\":[{\"key\":\"Application\",\"value\":\"app1\"}]";
        api.post(root, "/v1/function", ApiServer.function("f2", "python3", "f2.py", PYTHON, tagged));
        for (String wanted : List.of("tags=Application=app1", "tags=app=app1&tags=APPLICATION=app1")) {
            assertThat(api.get(root, "/v1/function?" + wanted).body()).contains("\"f2\"");
        }
        for (String wanted : List.of("tags=Application=app2", "tags=Application=app1&tags=Application=app2")) {
            assertThat(api.get(root, "/v1/function?" + wanted).body()).isEqualTo("[]");
        }
        assertThat(api.get(root, "/v1/function?tags=role=test").body())
                .isEqualTo("{\"code\":400,\"message\":\"error parsing tag 'role=test': only Application=NAME is"
                        + " supported\"}");
    }

    @Test
    void tags_areAMap() {
        Answer created = api.post(
                root,
                "/v1/function",
                ApiServer.function(
                        "tagged",
                        "python3",
                        "tagged.py",
                        PYTHON,
                        ",\"tags\":[{\"key\":\"b\",\"value\":\"1\"},{},{\"key\":\"a\",\"value\":\"2\"},"
                                + "{\"key\":\"b\",\"value\":\"3\"}]"));
        assertThat(created.body())
                .contains("\"tags\":[{\"key\":\"\",\"value\":\"\"},{\"key\":\"a\",\"value\":\"2\"},"
                        + "{\"key\":\"b\",\"value\":\"3\"}]");
    }

    @Test
    void anUpdate_isAnotherVersionOfTheSameFunction_andNeedsASource() {
        Answer created = api.post(root, "/v1/function", ApiServer.python("changed", PYTHON));
        awaitReady("changed");
        String update = ApiServer.python("changed", PYTHON);
        Answer updated = api.put(root, "/v1/function/changed", update);
        assertThat(updated.text("id")).isEqualTo(created.text("id"));
        assertThat(updated.text("faasId")).isNotEqualTo(created.text("faasId"));
        awaitReady("changed");
        assertThat(api.get(root, "/v1/function/changed").json().path("createdTime"))
                .isEqualTo(created.json().path("createdTime"));
        assertThat(api.put(root, "/v1/function/changed", update.replaceFirst("\"source\":\"[^\"]*\"", "\"x\":1"))
                        .body())
                .isEqualTo("{\"code\":400,\"message\":\"either source or sourceURL must be specified\"}");
        assertThat(api.put(root, "/v1/function/nowhere", update.replace("\"changed\"", "\"nowhere\""))
                        .body())
                .isEqualTo("{\"code\":404,\"message\":\"function nowhere not found\"}");
    }

    @Test
    void aRunUnderWay_finishesAsTheVersionThatItBeganWith() throws Exception {
        String slow = "import time\ndef handle(context, payload):\n    time.sleep(4)\n    return 'first'\n";
        api.post(root, "/v1/function", ApiServer.python("replaced", slow));
        awaitReady("replaced");
        String execution = "{\"blocking\":true,\"input\":{}}";
        Callable<Answer> running = () -> api.post(root, "/v1/runs?functionName=replaced", execution);
        var first = new FutureTask<>(running);
        Thread.ofVirtual().start(first);
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        !api.get(root, "/v1/runs?functionName=replaced").json().isEmpty());
        String quick = "def handle(context, payload):\n    return 'second'\n";
        api.put(root, "/v1/function/replaced", ApiServer.python("replaced", quick));
        awaitReady("replaced");
        Answer second = running.call();
        assertThat(second.text("output")).isEqualTo("second");
        assertThat(first.get().text("output")).isEqualTo("first");
        assertThat(first.get().text("faasId")).isNotEqualTo(second.text("faasId"));
    }

    private void awaitReady(String name) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(api.get(root, "/v1/function/" + name).text("status"))
                                .isEqualTo("READY"));
    }
}
