package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/// What Dispatch's client v0.1.24 sent, byte for byte but for the source, and whole answers. Of an answer, ids are
/// `*` and times that are not zero `1`.
///
/// Source: contracts/dispatch.md appendix A.
final class RecordedRequestsTest extends ApiTest {
    private static final String EVER = "since=-62135596800";
    private static final String NODE = "module.exports = function (context, payload) { return payload }\n";
    private static final String PYTHON = "def handle(context, payload):\n    return payload\n";

    @Test
    void createFunction_withADirectory() {
        Answer created = api.post(
                root,
                "/v1/function",
                "{\"source\":\"" + source("hello.js", NODE) + "\",\"image\":\"nodejs\",\"handler\":\"./hello.js\","
                        + "\"name\":\"node-hello\",\"reason\":null,\"schema\":{\"in\":null,\"out\":null},\"secrets\":[],"
                        + "\"services\":[],\"tags\":[]}");
        assertAnswer(
                created,
                201,
                "{\"id\":\"*\",\"faasId\":\"*\",\"name\":\"node-hello\",\"kind\":\"Function\",\"image\":\"nodejs\","
                        + "\"handler\":\"./hello.js\",\"schema\":{},\"reason\":null,\"secrets\":null,\"services\":null,"
                        + "\"tags\":null,\"status\":\"INITIALIZED\",\"createdTime\":1}");
        awaitReady("node-hello");
        assertAnswer(
                api.get(root, "/v1/function/node-hello"),
                200,
                created.body()
                        .replace("INITIALIZED", "READY")
                        .replaceAll("[0-9a-f-]{36}", "*")
                        .replace(
                                "\"image\":\"nodejs\",",
                                "\"image\":\"nodejs\",\"functionImageURL\":\"sluice/func-" + created.text("faasId")
                                        + ":latest\","));
    }

    @Test
    void createFunction_withEveryFlag() {
        String schema =
                "{\"in\":{\"required\":[\"name\"],\"properties\":{\"name\":{\"type\":\"string\",\"minLength\":1,"
                        + "\"pattern\":\"^[A-Za-z]+$\"},\"place\":{\"type\":\"string\",\"minLength\":1,"
                        + "\"pattern\":\"^[A-Za-z]+$\"}}},\"out\":{\"required\":[\"myField\"],"
                        + "\"properties\":{\"myField\":{\"type\":\"string\"}}}}";
        Answer created = api.post(
                root,
                "/v1/function",
                "{\"source\":\"" + source("hello.js", NODE) + "\",\"image\":\"nodejs\",\"handler\":\"\","
                        + "\"name\":\"f2\",\"reason\":null,\"schema\":" + schema + ",\"secrets\":[\"s1\",\"s2\"],"
                        + "\"services\":[\"si\"],\"timeout\":5000,"
                        + "\"tags\":[{\"key\":\"Application\",\"value\":\"app1\"}]}");
        assertAnswer(
                created,
                201,
                "{\"id\":\"*\",\"faasId\":\"*\",\"name\":\"f2\",\"kind\":\"Function\",\"image\":\"nodejs\","
                        + "\"handler\":\"\",\"schema\":" + schema + ",\"reason\":null,\"secrets\":[\"s1\",\"s2\"],"
                        + "\"services\":[\"si\"],\"timeout\":5000,"
                        + "\"tags\":[{\"key\":\"Application\",\"value\":\"app1\"}],\"status\":\"INITIALIZED\","
                        + "\"createdTime\":1}");
        assertThat(api.get(root, "/v1/function?tags=Application=app1").body()).contains("\"f2\"");
        assertThat(api.get(root, "/v1/function?tags=app=app1&tags=APPLICATION=app1")
                        .body())
                .contains("\"f2\"");
        assertThat(api.get(root, "/v1/function?tags=Application=app1&tags=Application=app2")
                        .body())
                .isEqualTo("[]");
        assertThat(api.get(root, "/v1/function?tags=Application=app2").body()).isEqualTo("[]");
        assertAnswer(
                api.get(root, "/v1/function?tags=role=test"),
                400,
                "{\"code\":400,\"message\":\"error parsing tag 'role=test': only Application=NAME is supported\"}");
        Answer deleted = api.delete(root, "/v1/function/f2");
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.text("status")).isEqualTo("DELETING");
    }

    @Test
    void executing_andLookingAtRuns() {
        create("f3");
        String head = "{\"name\":\"*\",\"functionId\":\"*\",\"functionName\":\"f3\",\"faasId\":\"*\",";
        String tail = "\"reason\":null,\"secrets\":[],\"services\":null,\"status\":\"%s\",\"tags\":[]}";
        String silent = "\"logs\":{\"stderr\":null,\"stdout\":null},\"executedTime\":1,";
        Answer accepted = api.post(
                root,
                "/v1/runs?functionName=f3",
                "{\"input\":{},\"reason\":null,\"secrets\":[],\"services\":null,\"tags\":null}");
        assertAnswer(
                accepted,
                202,
                head + "\"input\":{}," + silent + "\"finishedTime\":-62135596800," + tail.formatted("INITIALIZED"));
        Answer done = api.post(
                root,
                "/v1/runs?functionName=f3",
                "{\"blocking\":true,\"input\":42,\"reason\":null,\"secrets\":[],\"services\":null,\"tags\":null}");
        String whole = head + "\"blocking\":true,\"input\":42,\"output\":42," + silent + "\"finishedTime\":1,"
                + tail.formatted("READY");
        assertAnswer(done, 200, whole);
        String one = "/v1/runs/" + done.text("name") + "?functionName=f3&" + EVER;
        assertAnswer(api.get(root, one), 200, whole);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertAnswer(
                        api.get(root, "/v1/runs/" + accepted.text("name") + "?functionName=f3&" + EVER),
                        200,
                        head + "\"input\":{},\"output\":{}," + silent + "\"finishedTime\":1,"
                                + tail.formatted("READY")));
        assertThat(api.get(root, "/v1/runs?functionName=f3&" + EVER).json()).hasSize(2);
        assertThat(api.get(root, "/v1/runs?" + EVER).status()).isEqualTo(200);
        assertAnswer(
                api.get(root, "/v1/runs/11111111-2222-4333-8444-555555555555?functionName=f3&" + EVER),
                404,
                "{\"code\":404,\"message\":\"function run  not found\"}");
        assertThat(api.delete(root, "/v1/function/f3").status()).isEqualTo(200);
        assertAnswer(api.get(root, "/v1/runs?functionName=f3&" + EVER), 200, "[]");
    }

    @Test
    void createFromYaml_andUpdateFromYaml() {
        Answer created = api.post(
                root,
                "/v1/function",
                "{\"source\":\"" + source("hello.py", PYTHON) + "\",\"sourcePath\":\"python3/hello.py\","
                        + "\"image\":\"python3\",\"kind\":\"Function\",\"handler\":\"\",\"name\":\"hello-py\","
                        + "\"reason\":null,\"schema\":{},\"secrets\":null,\"services\":null,"
                        + "\"tags\":[{\"key\":\"role\",\"value\":\"test\"}]}");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.body()).contains("\"tags\":[{\"key\":\"role\",\"value\":\"test\"}]");
        awaitReady("hello-py");

        String update = "{\"source\":\"" + source("hello.py", PYTHON) + "\",\"sourcePath\":\"update-source\","
                + "\"image\":\"python3\",\"kind\":\"Function\",\"handler\":\"hello.handle\",\"name\":\"hello-py\","
                + "\"reason\":null,\"schema\":{},\"secrets\":null,\"services\":null,"
                + "\"tags\":[{\"key\":\"update\",\"value\":\"tags\"}]}";
        Answer updated = api.put(root, "/v1/function/hello-py", update);
        assertAnswer(
                updated,
                200,
                "{\"id\":\"*\",\"faasId\":\"*\",\"name\":\"hello-py\",\"kind\":\"Function\",\"image\":\"python3\","
                        + "\"handler\":\"hello.handle\",\"schema\":{},\"reason\":null,\"secrets\":null,"
                        + "\"services\":null,\"tags\":[{\"key\":\"update\",\"value\":\"tags\"}],"
                        + "\"status\":\"UPDATING\",\"createdTime\":1}");
        assertThat(updated.text("id")).isEqualTo(created.text("id"));
        assertThat(updated.text("faasId")).isNotEqualTo(created.text("faasId"));
        awaitReady("hello-py");
        assertThat(api.get(root, "/v1/function/hello-py").json().path("createdTime"))
                .isEqualTo(created.json().path("createdTime"));
        assertAnswer(
                api.put(root, "/v1/function/hello-py", update.replaceFirst("\"source\":\"[^\"]*\",", "")),
                400,
                "{\"code\":400,\"message\":\"either source or sourceURL must be specified\"}");
        assertAnswer(
                api.put(root, "/v1/function/nowhere", update.replace("\"hello-py\"", "\"nowhere\"")),
                404,
                "{\"code\":404,\"message\":\"function nowhere not found\"}");
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

    @Test
    void applications() {
        String made = "{\"id\":\"*\",\"name\":\"app1\",\"kind\":\"Application\",\"status\":\"READY\",\"createdTime\":1,"
                + "\"modifiedTime\":1,\"tags\":[]}";
        assertAnswer(api.post(root, "/v1/application", "{\"name\":\"app1\",\"tags\":[]}"), 200, made);
        assertAnswer(api.get(root, "/v1/application"), 200, "[" + made + "]");
        assertAnswer(api.delete(root, "/v1/application/app1"), 200, made);
        assertAnswer(api.get(root, "/v1/application"), 200, "[]");
    }

    @Test
    void apis() {
        String hello = "{\"id\":\"*\",\"name\":\"frontend-hello-js\",\"kind\":\"API\",\"function\":\"node-hello-js\","
                + "\"authentication\":\"public\",\"enabled\":true,\"cors\":true,\"hosts\":null,"
                + "\"methods\":[\"GET\"],\"protocols\":[\"http\",\"https\"],\"uris\":[\"/dispatch/hello\"],"
                + "\"tls\":\"\",\"tags\":null,\"status\":\"CREATING\"}";
        assertAnswer(
                api.post(
                        root,
                        "/v1/api",
                        "{\"authentication\":\"public\",\"cors\":true,\"enabled\":true,"
                                + "\"function\":\"node-hello-js\",\"hosts\":[],\"methods\":[\"GET\"],"
                                + "\"name\":\"frontend-hello-js\",\"protocols\":[\"http\",\"https\"],"
                                + "\"tags\":[],\"uris\":[\"/hello\"]}"),
                200,
                hello);
        String a2 = "{\"id\":\"*\",\"name\":\"a2\",\"kind\":\"API\",\"function\":\"f2\","
                + "\"authentication\":\"basic\",\"hosts\":[\"x.example.com\"],\"methods\":[\"POST\",\"PUT\"],"
                + "\"protocols\":[\"https\"],\"uris\":[\"/a\",\"/b\"],\"tls\":\"\","
                + "\"tags\":[{\"key\":\"Application\",\"value\":\"app1\"}],\"status\":\"CREATING\"}";
        assertAnswer(
                api.post(
                        root,
                        "/v1/api",
                        "{\"authentication\":\"basic\",\"function\":\"f2\",\"hosts\":[\"x.example.com\"],"
                                + "\"methods\":[\"POST\",\"PUT\"],\"name\":\"a2\",\"protocols\":[\"https\"],"
                                + "\"tags\":[{\"key\":\"Application\",\"value\":\"app1\"}],"
                                + "\"uris\":[\"/a\",\"/b\"]}"),
                200,
                a2);
        awaitReadyAt("/v1/api/a2");
        assertAnswer(api.get(root, "/v1/api/a2"), 200, a2.replace("CREATING", "READY"));
        assertThat(api.get(root, "/v1/api").json()).hasSize(2);
        String update = "{\"authentication\":\"public\",\"enabled\":true,\"function\":\"func-nodejs\","
                + "\"hosts\":null,\"kind\":\"API\",\"methods\":[\"GET\"],\"name\":\"a2\","
                + "\"protocols\":[\"https\"],\"tags\":null,\"uris\":[\"/goodbye\"]}";
        String updated = "{\"id\":\"*\",\"name\":\"a2\",\"kind\":\"API\",\"function\":\"func-nodejs\","
                + "\"authentication\":\"public\",\"enabled\":true,\"hosts\":null,\"methods\":[\"GET\"],"
                + "\"protocols\":[\"https\"],\"uris\":[\"/dispatch/goodbye\"],\"tls\":\"\",\"tags\":null,"
                + "\"status\":\"UPDATING\"}";
        assertAnswer(api.put(root, "/v1/api/a2", update), 200, updated);
        assertAnswer(api.delete(root, "/v1/api/a2"), 200, updated.replace("UPDATING", "DELETING"));
        String fromYaml = "{\"enabled\":true,\"function\":\"hello-py\",\"hosts\":null,\"kind\":\"API\","
                + "\"methods\":[\"POST\"],\"name\":\"post-hello\",\"protocols\":[\"https\"],"
                + "\"tags\":[{\"key\":\"role\",\"value\":\"test\"}],\"uris\":[\"/hello\"]}";
        assertThat(api.post(root, "/v1/api", fromYaml).status()).isEqualTo(200);
    }

    @Test
    void subscriptions() {
        String made = "{\"name\":\"sub1\",\"kind\":\"Subscription\",\"eventType\":\"a.b\",\"function\":\"f1\","
                + "\"secrets\":[\"s1\"],\"status\":\"CREATING\",\"createdTime\":1,\"modifiedTime\":1,"
                + "\"tags\":null}";
        assertAnswer(
                api.post(
                        root,
                        "/v1/event/subscriptions",
                        "{\"eventType\":\"a.b\",\"function\":\"f1\",\"name\":\"sub1\",\"secrets\":[\"s1\"],"
                                + "\"tags\":null}"),
                201,
                made);
        assertAnswer(
                api.post(
                        root,
                        "/v1/event/subscriptions",
                        "{\"eventType\":\"\",\"function\":\"f1\",\"name\":\"robust-mako-789368\","
                                + "\"secrets\":[],\"tags\":null}"),
                422,
                "{\"code\":605,\"message\":\"eventType in body should match '^[\\\\w\\\\d\\\\-\\\\.]+$'\"}");
        awaitReadyAt("/v1/event/subscriptions/sub1");
        assertAnswer(api.get(root, "/v1/event/subscriptions"), 200, "[" + made.replace("CREATING", "READY") + "]");
        assertAnswer(api.delete(root, "/v1/event/subscriptions/sub1"), 200, made.replace("CREATING", "DELETING"));
    }

    @Test
    void events() {
        String event = "{\"eventType\":\"no.one\",\"cloudEventsVersion\":\"0.1\",\"source\":\"dispatch\","
                + "\"eventID\":\"c935a2c9-3c47-4f1c-99d1-d1c539bd2606\","
                + "\"eventTime\":\"2026-11-21T17:44:52.501Z\",\"contentType\":\"application/json\","
                + "\"data\":{\"x\":1}}";
        assertAnswer(api.post(root, "/v1/event", event), 200, event);
        String bare = "{\"eventType\":\"no.one\",\"cloudEventsVersion\":\"0.1\",\"source\":\"dispatch\","
                + "\"eventID\":\"f54bf576-8815-46bb-aad0-4d8e94dd6509\","
                + "\"eventTime\":\"2026-11-21T17:44:52.557Z\"}";
        assertAnswer(api.post(root, "/v1/event", bare), 200, bare);
    }

    @Test
    void eventDrivers_andTheirTypes() {
        String type = "{\"name\":\"ticker\",\"kind\":\"DriverType\",\"image\":\"kars7e/timer:latest\","
                + "\"expose\":true,\"config\":null,\"created-time\":1,\"modified-time\":1,\"tags\":null}";
        assertAnswer(
                api.post(
                        root,
                        "/v1/event/drivertypes",
                        "{\"config\":null,\"image\":\"kars7e/timer:latest\",\"expose\":true,\"name\":\"ticker\","
                                + "\"tags\":[]}"),
                201,
                type);
        assertAnswer(api.get(root, "/v1/event/drivertypes/ticker"), 200, type);
        String driver = "{\"name\":\"d1\",\"kind\":\"Driver\",\"type\":\"ticker\","
                + "\"config\":[{\"key\":\"seconds\",\"value\":\"2\"},{\"key\":\"flag\"}],\"secrets\":[\"s1\"],"
                + "\"expose\":true,\"url\":\"\",\"reason\":null,\"status\":\"CREATING\",\"created-time\":1,"
                + "\"modified-time\":1,\"tags\":null}";
        assertAnswer(
                api.post(
                        root,
                        "/v1/event/drivers",
                        "{\"config\":[{\"key\":\"seconds\",\"value\":\"2\"},{\"key\":\"flag\"}],"
                                + "\"name\":\"d1\",\"reason\":null,\"secrets\":[\"s1\"],\"expose\":false,"
                                + "\"tags\":[],\"type\":\"ticker\"}"),
                201,
                driver);
        awaitReadyAt("/v1/event/drivers/d1");
        assertThat(api.get(root, "/v1/event/drivers").json()).hasSize(1);
        assertAnswer(api.delete(root, "/v1/event/drivers/d1"), 200, driver.replace("CREATING", "DELETING"));
        assertAnswer(api.delete(root, "/v1/event/drivertypes/ticker"), 200, type);
    }

    private void create(String name) {
        api.post(root, "/v1/function", ApiServer.python(name, PYTHON));
        awaitReady(name);
    }

    private void awaitReady(String name) {
        awaitReadyAt("/v1/function/" + name);
    }

    private void awaitReadyAt(String one) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(api.get(root, one).text("status")).isEqualTo("READY"));
    }

    private static String source(String file, String content) {
        return Base64.getEncoder().encodeToString(Archives.gzip(Archives.tar(file, content)));
    }

    private static void assertAnswer(Answer answer, int status, String body) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(plain(answer.body())).isEqualTo(plain(body));
    }

    private static String plain(String body) {
        return body.replaceAll("\"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\"", "\"*\"")
                .replaceAll("[Tt]ime\":[0-9]+", "time\":1");
    }
}
