package dev.sluice.api;

import static dev.sluice.api.ApiServer.function;
import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What functions have beyond Dispatch: source to download, size, environment.
final class FunctionSettingsTest extends ApiTest {
    private static final String FIRST = "def handle(context, payload):\n    return 1\n";
    private static final String NO_PYTHON = "def handle(";

    @Test
    void theSource_isThereToDownload_ofEachVersion_andOfWhatCannotBeBuilt() throws Exception {
        build("kept", python("kept", FIRST));
        api.put(root, "/v1/function/kept", python("kept", NO_PYTHON));
        awaitStatus("kept", "ERROR");
        assertThat(api.collectLater()).isNotNegative();
        assertThat(downloaded("/v1/function/kept/source")).contains("kept.py").contains(NO_PYTHON);
        assertThat(downloaded("/v1/function/kept/source?version=1"))
                .contains("kept.py")
                .contains(FIRST);
        assertThat(api.get(root, "/v1/function/kept/source?version=2").status()).isEqualTo(404);
        assertThat(api.get(root, "/v1/function/nothing/source").status()).isEqualTo(404);
    }

    private String downloaded(String target) throws Exception {
        byte[] gzip = api.bytes(root, target);
        try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theSource_isForWhoMayGetTheFunction() {
        build("mine", python("mine", FIRST));
        Asker runner = api.addAccount(api.home("dispatch"), "runner", "runs");
        assertThat(api.get(runner, "/v1/function/mine/source").status()).isEqualTo(403);
        Asker elsewhere = api.developer("acme-source", "function");
        assertThat(api.get(elsewhere, "/v1/function/mine/source").status()).isEqualTo(404);
    }

    @Test
    void aFunction_hasItsEnvironment_andIsShownWithIt() {
        String shows = "import os\ndef handle(context, payload):\n    return [os.environ.get('MODE'),"
                + " os.environ['PATH']]\n";
        build("env", function("env", "python3", "env.py", shows, ",\"environment\":{\"MODE\":\"--x y\",\"A\":\"\"}"));
        assertThat(output("env")).isEqualTo("[\"--x y\",\"/usr/bin\"]");
        assertThat(api.get(root, "/v1/function/env").body())
                .contains(",\"environment\":{\"A\":\"\",\"MODE\":\"--x y\"},");
        api.put(root, "/v1/function/env", function("env", "python3", "env.py", shows, ""));
        awaitStatus("env", "READY");
        assertThat(output("env")).isEqualTo("[null,\"/usr/bin\"]");
        assertThat(output("env:1")).isEqualTo("[\"--x y\",\"/usr/bin\"]");
    }

    @Test
    void aFunction_inNodejs_hasItsEnvironment() {
        String shows = "module.exports = function () { return process.env.MODE }\n";
        build("nodeenv", function("nodeenv", "nodejs", "e.js", shows, ",\"environment\":{\"MODE\":\"dark\"}"));
        assertThat(output("nodeenv")).isEqualTo("\"dark\"");
    }

    @Test
    void aFunction_hasTheMemoryThatItsAuthorSaid() {
        String takes = "def handle(context, payload):\n    return len(bytearray(payload << 20))\n";
        build("large", function("large", "python3", "large.py", takes, ",\"memory\":384"));
        assertThat(api.get(root, "/v1/function/large").json().path("memory").asInt())
                .isEqualTo(384);
        assertThat(api.post(root, "/v1/runs?functionName=large", "{\"blocking\":true,\"input\":250}")
                        .text("status"))
                .isEqualTo("READY");
        build("small", python("small", takes));
        assertThat(api.post(root, "/v1/runs?functionName=small", "{\"blocking\":true,\"input\":250}")
                        .text("status"))
                .isEqualTo("ERROR");
    }

    @Test
    void aFunction_runsNoMoreOftenAtOnce_thanItsAuthorSaid() throws Exception {
        String sleeps = """
                import time
                def handle(context, payload):
                    begun = time.time()
                    time.sleep(0.3)
                    return [begun, time.time()]
                """;
        build("single", function("single", "python3", "single.py", sleeps, ",\"maxInstances\":1"));
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<JsonNode> one = () -> api.post(root, "/v1/runs?functionName=single", "{\"blocking\":true}")
                    .json()
                    .path("output");
            var runs = executor.invokeAll(Collections.nCopies(3, one));
            List<JsonNode> times = new ArrayList<>();
            for (var run : runs) {
                times.add(run.get());
            }
            times.sort(Comparator.comparingDouble(time -> time.get(0).asDouble()));
            for (int i = 1; i < times.size(); i++) {
                assertThat(times.get(i).get(0).asDouble())
                        .isGreaterThanOrEqualTo(times.get(i - 1).get(1).asDouble());
            }
        }
    }

    @Test
    void aFunctionsBound_isOfAllItsVersionsTogether() throws Exception {
        String sleeps = """
                import time
                def handle(context, payload):
                    begun = time.time()
                    time.sleep(0.3)
                    return [begun, time.time()]
                """;
        build("both", function("both", "python3", "both.py", sleeps, ",\"maxInstances\":1"));
        api.put(root, "/v1/function/both", function("both", "python3", "both.py", sleeps, ",\"maxInstances\":1"));
        awaitStatus("both", "READY");
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var old = executor.submit(() -> times("both:1"));
            JsonNode now = times("both");
            JsonNode one = old.get();
            boolean isBefore = one.get(1).asDouble() <= now.get(0).asDouble();
            boolean isBehind = now.get(1).asDouble() <= one.get(0).asDouble();
            assertThat(isBefore || isBehind).isTrue();
        }
    }

    private JsonNode times(String function) {
        return api.post(root, "/v1/runs?functionName=" + function, "{\"blocking\":true}")
                .json()
                .path("output");
    }

    @Test
    void lessMemoryThanARuntimeNeeds_isAnError_thatSaysHowMuch() {
        String nothing = """
                public class F implements java.util.function.BiFunction<Object, Object, Object> {
                    public Object apply(Object c, Object p) { return 1; }
                }
                """;
        api.post(root, "/v1/function", function("tight", "java", "F.java", nothing, ",\"memory\":128"));
        awaitStatus("tight", "ERROR");
        assertThat(api.get(root, "/v1/function/tight").json().path("reason").toString())
                .isEqualTo("[\"functions in java need at least 256 MiB of memory\"]");
    }

    @Test
    void aReadyFunction_namesItsImage() {
        Answer made = build("named", python("named", FIRST));
        assertThat(made.json().has("functionImageURL")).isFalse();
        assertThat(api.get(root, "/v1/function/named").text("functionImageURL"))
                .isEqualTo("sluice/func-" + made.text("faasId") + ":latest");
    }

    @Test
    void aFunction_hasTheReuseThatItsAuthorAllows_andIsShownWithIt() {
        String counts = "n = 0\ndef handle(context, payload):\n    global n\n    n += 1\n    return n\n";
        build("again", function("again", "python3", "again.py", counts, ""));
        build("never", function("never", "python3", "never.py", counts, ",\"reuse\":\"never\""));
        assertThat(output("again") + output("again")).isEqualTo("12");
        assertThat(output("never") + output("never")).isEqualTo("11");
        assertThat(api.get(root, "/v1/function/never").text("reuse")).isEqualTo("never");
        assertThat(api.get(root, "/v1/function/again").json().has("reuse")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "\"concurrency\":101~422~concurrency in body should be less than or equal to 100",
                "\"concurrency\":2,\"convention\":\"faasten\"~400~an instance of a faasten function serves one run at a time",
                "\"concurrency\":2,\"convention\":\"lambda\"~400~an instance of a lambda function serves one run at a time",
                "\"isolation\":\"some\"~422~isolation in body should be one of [namespaces oci microvm]",
                "\"reuse\":\"some\"~422~reuse in body should be one of [never same-label label-flow]",
                "\"reuse\":\"never\",\"concurrency\":2~400~runs that share an instance reuse it",
                "\"minInstances\":11~422~minInstances in body should be less than or equal to 10",
                "\"memory\":64~422~memory in body should be greater than or equal to 128",
                "\"memory\":5000~422~memory in body should be less than or equal to 4096",
                "\"maxInstances\":100000~422~maxInstances in body",
                "\"environment\":{\"A B\":\"\"}~400~a variable's name",
                "\"environment\":{\"LD_PRELOAD\":\"x\"}~400~the variable LD_PRELOAD is the platform's",
                "\"environment\":{\"PATH\":\"x\"}~400~the variable PATH is the platform's",
                "\"environment\":{\"A\":\"\\u0000\"}~400~holds a control character",
                "\"environment\":{\"A\":1}~422~environment.A in body must be of type string",
            })
    void whatCannotBeHad_isRefused(String field, int status, String message) {
        Answer answer = api.post(root, "/v1/function", function("no", "python3", "no.py", FIRST, "," + field));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("message")).contains(message);
    }

    private String output(String name) {
        return api.post(root, "/v1/runs?functionName=" + name, "{\"blocking\":true}")
                .json()
                .path("output")
                .toString();
    }

    private Answer build(String name, String body) {
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
