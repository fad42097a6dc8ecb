package dev.sluice.api;

import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import dev.sluice.org.Organization;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What functions read of `context.input` and write to `context.output`, in each language, with real guests.
@Timeout(240)
final class PayloadsTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final String PYTHON = """
            def handle(context, payload):
                what = (payload or {}).get('what')
                if what == 'nothing': return 1
                if what == 'breaks':
                    context.output.write(b'x')
                    raise RuntimeError('broken')
                if what == 'streams': return (str(context.output.write(b'x')) for n in range(2))
                if what == 'large': return 'x' * (7 << 20)
                if what == 'much':
                    for n in range(3): context.output.write(b'x' * (1 << 20))
                    return 1
                count = 0
                while piece := context.input.read(300000):
                    count += context.output.write(piece.translate(bytes((n + 1) % 256 for n in range(256))))
                return count
            """;

    private static final String NODE = """
            module.exports = async (context, payload) => {
              const what = payload && payload.what;
              if (what === 'nothing') return 1;
              if (what === 'breaks') { context.output.write('x'); throw new Error('broken'); }
              if (what === 'large') return 'x'.repeat(7 << 20);
              let count = 0;
              for await (const piece of context.input) {
                context.output.write(piece.map((octet) => octet + 1));
                count += piece.length;
              }
              JSON.stringify(context);
              return count;
            };
            """;

    private static final String JAVA = """
            import java.io.*;
            import java.util.Map;
            import java.util.function.BiFunction;
            public class Copies implements BiFunction<Map<String, Object>, Map<String, Object>, Object> {
                public Object apply(Map<String, Object> context, Map<String, Object> payload) {
                    String what = payload == null ? "" : String.valueOf(payload.get("what"));
                    if (what.equals("nothing")) return 1;
                    if (what.equals("large")) return "x".repeat(7 << 20);
                    try {
                        OutputStream out = (OutputStream) context.get("output");
                        if (what.equals("breaks")) { out.write(1); throw new IllegalStateException("broken"); }
                        InputStream in = (InputStream) context.get("input");
                        byte[] buffer = new byte[300000];
                        long all = 0;
                        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                            for (int i = 0; i < count; i++) buffer[i]++;
                            out.write(buffer, 0, count);
                            all += count;
                        }
                        return all;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
            """;

    /// Writes what Alice alone may know.
    private static final String TAINTED = """
            def handle(event, cloudcall):
                import sys
                ask = cloudcall._ask
                if event.get('taint'): cloudcall.taint_with_label('acme/serviceaccount/alice,T')
                handle = ask('create_output', {})
                ask('write_blob', {'handle': handle, 'content': b'secret'})
                ask('finalize_blob', {'handle': handle})
                return 1
            """;

    private Asker dev;
    private Asker boss;
    private Asker alice;

    @BeforeAll
    void people() {
        dev = api.developer("acme", "function", "runs");
        Organization acme = api.home("acme");
        boss = api.addAccount(acme, "boss", "*");
        alice = api.addAccount(acme, "alice", "runs");
        create(python("python", PYTHON), "python");
        create(ApiServer.function("node", "nodejs", "node.js", NODE, ""), "node");
        create(ApiServer.function("java", "java", "Copies.java", JAVA, ",\"handler\":\"Copies\""), "java");
        create(python("tainted", TAINTED), "tainted");
    }

    private void create(String body, String name) {
        Answer answer = api.post(boss, "/v1/function", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(boss, "/v1/function/" + name).text("status").equals("READY"));
    }

    private String put(byte[] content) {
        return api.send(dev, "POST", "/v1/blob", Bytes.takeOver(content)).text("id");
    }

    private Answer run(Asker asker, String function, String input, String more) {
        return api.post(
                asker, "/v1/runs?functionName=" + function, "{\"blocking\":true,\"input\":" + input + more + "}");
    }

    private Answer what(String function, String what) {
        return run(dev, function, "{\"what\":\"" + what + "\"}", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "node", "java"})
    void moreThanAPayload_goesInAndOut(String function) throws Exception {
        byte[] two = BlobRoutesTest.large();
        Arrays.fill(two, (byte) 2);
        String id = put(BlobRoutesTest.large());
        for (int i = 0; i < 2; i++) { // the second has the first one's guest
            Answer run = run(dev, function, "null", ",\"inputRef\":\"" + id + "\"");
            assertThat(run.body()).contains("\"output\":" + two.length);
            assertThat(api.bytes(dev, "/v1/blob/" + run.text("outputRef"))).isEqualTo(two);
            assertThat(api.get(dev, "/v1/runs/" + run.text("name")).text("outputRef"))
                    .isEqualTo(run.text("outputRef"));
        }
        assertThat(what(function, "nothing").json().has("outputRef")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "node", "java"})
    void aRunThatFails_hasNoOutput_andOneThatReturnsTooMuch_isToldOfIt(String function) {
        Answer broken = what(function, "breaks");
        assertThat(broken.body()).contains("broken").doesNotContain("outputRef");
        assertThat(what(function, "large").body()).contains("more than 6291456: write it to context.output");
    }

    @Test
    void aFunctionThatYields_mayWriteToo() {
        Answer run = what("python", "streams");
        assertThat(run.body()).contains("\"output\":[\"1\",\"1\"]");
        assertThat(api.get(dev, "/v1/blob/" + run.text("outputRef")).body()).isEqualTo("xx");
    }

    @Test
    void anOutput_leavesAsItsResultDoes() {
        Answer plain = run(boss, "tainted", "{}", "");
        assertThat(api.get(dev, "/v1/blob/" + plain.text("outputRef")).body()).isEqualTo("secret");
        Answer hers = run(alice, "tainted", "{\"taint\":true}", "");
        String path = "/v1/blob/" + hers.text("outputRef");
        assertThat(api.get(alice, path).body()).isEqualTo("secret");
        assertThat(api.get(dev, path).status()).isEqualTo(404);
        assertThat(api.get(dev, "/v1/runs/" + hers.text("name")).body()).doesNotContain("outputRef");
        assertThat(run(boss, "tainted", "{\"taint\":true}", "").body()).doesNotContain("outputRef");
    }

    @Test
    void anOutput_livesAsLongAsItsRun() throws Exception {
        create(python("short", PYTHON), "short");
        String path = "/v1/blob/" + what("short", "much").text("outputRef");
        api.expireBlobs();
        assertThat(api.get(dev, path).body()).hasSize(3 << 20);
        assertThat(api.delete(dev, "/v1/function/short").status()).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> {
            api.expireBlobs();
            return api.get(dev, path).status() == 404;
        });
    }

    @Test
    void anOutputBeyondTheQuota_isTheFunctionsFailure() {
        Asker poor = api.developer("poor", "function", "runs");
        assertThat(api.post(poor, "/v1/function", python("much", PYTHON)).status())
                .isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() -> api.get(poor, "/v1/function/much").text("status").equals("READY"));
        assertThat(api.put(root, "/v1/iam/organization/poor/quota", "{\"storedMib\":2}")
                        .status())
                .isEqualTo(200);
        Answer run = run(poor, "much", "{\"what\":\"much\"}", "");
        assertThat(run.body()).contains("\"FunctionError\"", "TOO_LARGE").doesNotContain("outputRef");
    }

    @Test
    void theEndOfAStream_namesTheOutput() throws Exception {
        Answer told = api.send(
                dev,
                "POST",
                "/v1/runs?functionName=python",
                Bytes.utf8("{\"blocking\":true,\"input\":{\"what\":\"streams\"}}"),
                "Accept",
                "text/event-stream");
        Matcher ref = Pattern.compile("event: end\ndata: .*\"outputRef\":\"([0-9a-f]{40})\"")
                .matcher(told.body());
        assertThat(ref.find()).as(told.body()).isTrue();
        assertThat(api.bytes(dev, "/v1/blob/" + ref.group(1))).containsExactly('x', 'x');
    }

    @Test
    void oneKey_hasOneOutput() {
        List<String> refs = java.util.stream.Stream.of(1, 2)
                .map(_ -> api.send(
                                dev,
                                "POST",
                                "/v1/runs?functionName=python",
                                Bytes.utf8("{\"blocking\":true,\"input\":{\"what\":\"much\"}}"),
                                "Idempotency-Key",
                                "o")
                        .text("outputRef"))
                .toList();
        assertThat(refs.getFirst()).hasSize(40).isEqualTo(refs.getLast());
    }

    @Test
    void aLetter_isRunAnewWithItsBlob() {
        create(
                ApiServer.function(
                        "once",
                        "python3",
                        "once.py",
                        "def handle(context, payload):\n    raise RuntimeError(len(context.input.read()))\n",
                        ",\"retry\":{\"attempts\":2,\"backoffMillis\":100,\"functionErrors\":true}"),
                "once");
        String id = put(new byte[] {1, 2, 3});
        String run = api.post(
                        dev,
                        "/v1/runs?functionName=once",
                        "{\"blocking\":false,\"input\":null,\"inputRef\":\"" + id + "\"}")
                .text("name");
        await().atMost(PATIENCE)
                .until(() -> api.get(dev, "/v1/deadletters/" + run).status() == 200);
        assertThat(api.get(dev, "/v1/runs/" + run).body()).contains("\"attempts\":2", "\"message\":\"3\"", id);
        Answer anew = api.post(dev, "/v1/deadletters/" + run + "/redrive", "");
        assertThat(anew.text("inputRef")).isEqualTo(id);
        assertThat(api.delete(dev, "/v1/blob/" + id).status()).isEqualTo(204);
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(dev, "/v1/deadletters/" + anew.text("name")).status() == 200);
        Answer again = api.post(dev, "/v1/deadletters/" + anew.text("name") + "/redrive", "");
        await().atMost(PATIENCE)
                .until(() -> api.get(dev, "/v1/runs/" + again.text("name"))
                        .body()
                        .contains("the blob of the input is gone: it was deleted"));
    }
}
