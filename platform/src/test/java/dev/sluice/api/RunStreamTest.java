package dev.sluice.api;

import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.http.RawHttp2;
import dev.sluice.org.Organization;
import dev.sluice.org.Policy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Answers that leave while they are made, over HTTP, with real guests.
final class RunStreamTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String READY = "end {\"status\":\"READY\"}";
    private static final String WITHHELD = "end {\"status\":\"ERROR\",\"message\":\"not found or not allowed\"}";

    private static final String COUNTS = """
            import itertools, sys, time
            async def later():
                for n in (1, 2):
                    yield n
            def counted(payload):
                for n in range(payload.get('to', 3)):
                    yield {'n': n}
                    time.sleep(payload.get('pause', 0))
                if payload.get('breaks'):
                    raise RuntimeError('broken')
            def handle(context, payload):
                what = payload.get('what')
                if what == 'nothing': return iter(())
                if what == 'later': return later()
                if what == 'one': return {'one': 1}
                if what == 'endless': return itertools.repeat('x' * 1000)
                if what == 'many': return itertools.count()
                if what == 'giant': return iter(['x' * (1 << 20)])
                if what == 'no JSON': return iter([1, float('nan')])
                if what == 'blocks': return ('x' * 1000000 for _ in range(payload['chunks']))
                return counted(payload)
            """;

    private static final String NODE = """
            const { Readable } = require('stream');
            async function* later() { yield 1; await new Promise((done) => setTimeout(done, 5)); yield {a: 'é'}; }
            function* now() { yield 1; yield {a: 'é'}; }
            module.exports = (context, {what}) => {
              switch (what) {
                case 'later': return later();
                case 'promised': return Promise.resolve(now());
                case 'stream': return Readable.from([1, {a: 'é'}]);
                case 'map': return new Map([[1, 2]]);
                case 'list': return [1, 2];
                case 'breaks': return (function* () { yield 1; throw new Error('broken'); })();
                case 'endless': return (function* () { for (;;) yield 'x'.repeat(1000); })();
                default: return now();
              }
            };
            """;

    private static final String JAVA = """
            import java.util.List;
            import java.util.Map;
            import java.util.function.BiFunction;
            import java.util.stream.IntStream;
            import java.util.stream.Stream;
            public class Yields implements BiFunction<Object, Map<String, Object>, Object> {
                public Object apply(Object context, Map<String, Object> payload) {
                    return switch (String.valueOf(payload.get("what"))) {
                        case "iterator" -> List.of(1, Map.of("a", "é")).iterator();
                        case "ints" -> IntStream.range(0, 3);
                        case "breaks" -> Stream.of(1, 0).map(n -> 1 / n);
                        case "endless" -> Stream.generate(() -> "x".repeat(1000));
                        default -> Stream.of(1, Map.of("a", "é"));
                    };
                }
            }
            """;

    /// Learns in the middle what Alice alone may know.
    private static final String TAINTED = """
            def handle(event, cloudcall):
                yield 'before'
                cloudcall.taint_with_label('acme/serviceaccount/alice,T')
                for word in event['words']:
                    yield word
            """;

    private Organization acme;
    private Asker boss;
    private Asker dev;
    private Asker alice;

    @BeforeAll
    void people() {
        dev = api.developer("acme", "function", "runs");
        acme = api.home("acme");
        boss = api.addAccount(acme, "boss", "*");
        alice = api.addAccount(acme, "alice", "runs");
        create(python("counts", COUNTS), "counts");
        create(ApiServer.function("node", "nodejs", "node.js", NODE, ""), "node");
        create(ApiServer.function("java", "java", "Yields.java", JAVA, ",\"handler\":\"Yields\""), "java");
        create(python("tainted", TAINTED), "tainted");
    }

    private void create(String body, String name) {
        assertThat(api.post(boss, "/v1/function", body).status()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(boss, "/v1/function/" + name).text("status").equals("READY"));
    }

    /// Somebody's answer, as it comes, read from the socket itself.
    private final class Reader implements AutoCloseable {
        final List<String> events = new CopyOnWriteArrayList<>();
        final CountDownLatch ended = new CountDownLatch(1);
        private final Socket socket;
        String head = "";

        Reader(Asker asker, String function, String input, String... headers) throws IOException {
            socket = new Socket();
            socket.setReceiveBufferSize(4096); // what the kernel holds is not read yet
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), api.port()));
            String body = "{\"input\":" + input + "}";
            var lines = new ArrayList<>(List.of(
                    "POST /v1/runs?functionName=" + function + " HTTP/1.1",
                    "Host: localhost",
                    "Accept: text/event-stream",
                    "Authorization: Bearer " + asker.token(),
                    "Content-Type: application/json",
                    "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length));
            lines.addAll(List.of(headers));
            String request = String.join("\r\n", lines) + "\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        }

        Reader reading() {
            Thread.ofVirtual().start(this::read);
            return this;
        }

        Reader readAll() throws InterruptedException {
            reading();
            assertThat(ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return this;
        }

        private void read() {
            try {
                InputStream in = socket.getInputStream();
                head = line(in);
                for (String next = line(in); !next.isEmpty(); next = line(in)) {
                    head += "\n" + next;
                }
                if (!head.startsWith("HTTP/1.1 200")) {
                    return;
                }
                String name = "";
                while (!name.equals("end")) {
                    String text = line(in);
                    if (text.startsWith("event: ")) {
                        name = text.substring(7);
                        events.add(name + " " + line(in).substring(6));
                    }
                }
            } catch (IOException gone) {
                // The server has cut it.
            } finally {
                ended.countDown();
            }
        }

        private String line(InputStream in) throws IOException {
            var line = new ByteArrayOutputStream();
            int next = in.read();
            while (next != '\n') {
                if (next < 0) {
                    throw new IOException("cut");
                }
                line.write(next);
                next = in.read();
            }
            return line.toString(StandardCharsets.UTF_8).stripTrailing();
        }

        String run() {
            return events.getFirst().replaceAll(".*\"name\":\"(.*)\".*", "$1");
        }

        List<String> afterRun() {
            assertThat(events.getFirst()).startsWith("run {\"name\":\"");
            return events.subList(1, events.size());
        }

        void leave() throws IOException {
            socket.close();
        }

        @Override
        public void close() throws IOException {
            leave();
        }
    }

    private List<String> streamed(Asker asker, String function, String input) throws Exception {
        try (var reader = new Reader(asker, function, input)) {
            return reader.readAll().afterRun();
        }
    }

    private Answer collected(Asker asker, String function, String input) {
        return api.post(asker, "/v1/runs?functionName=" + function, "{\"blocking\":true,\"input\":" + input + "}");
    }

    private String waited(Reader reader, String status) {
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(dev, "/v1/runs/" + reader.run()).text("status").equals(status));
        return api.get(dev, "/v1/runs/" + reader.run()).body();
    }

    @Test
    void whatIsYielded_leavesAtOnce_andTheRecordHasAllOfIt() throws Exception {
        try (var reader = new Reader(dev, "counts", "{\"to\":3,\"pause\":1}").reading()) {
            await().atMost(PATIENCE).until(() -> reader.events.size() == 2);
            assertThat(reader.ended.getCount()).isOne();
            assertThat(reader.head).contains("200", "text/event-stream");
            reader.ended.await();
            assertThat(reader.afterRun())
                    .containsExactly("chunk {\"n\":0}", "chunk {\"n\":1}", "chunk {\"n\":2}", READY);
            assertThat(waited(reader, "READY")).contains("\"output\":[{\"n\":0},{\"n\":1},{\"n\":2}]");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "counts, later, '[1,2]'",
        "counts, nothing, []",
        "node, now, '[1,{\"a\":\"é\"}]'",
        "node, later, '[1,{\"a\":\"é\"}]'",
        "node, promised, '[1,{\"a\":\"é\"}]'",
        "node, stream, '[1,{\"a\":\"é\"}]'",
        "java, stream, '[1,{\"a\":\"é\"}]'",
        "java, iterator, '[1,{\"a\":\"é\"}]'",
        "java, ints, '[0,1,2]'",
    })
    void whatIsYielded_isAnArray_forWhoWaits_andChunks_forWhoDoesNot(String function, String what, String array)
            throws Exception {
        String input = "{\"what\":\"" + what + "\"}";
        assertThat(collected(dev, function, input).body()).contains("\"output\":" + array + ",");
        List<String> events = streamed(dev, function, input);
        assertThat(events.getLast()).isEqualTo(READY);
        String chunks = String.join(
                ",",
                events.subList(0, events.size() - 1).stream()
                        .map(event -> event.substring("chunk ".length()))
                        .toList());
        assertThat("[" + chunks + "]").isEqualTo(array);
    }

    @Test
    void whatIsReturned_isTheOnlyChunk_andListsAndMapsAreNoStreams() throws Exception {
        assertThat(streamed(dev, "counts", "{\"what\":\"one\"}")).containsExactly("chunk {\"one\":1}", READY);
        assertThat(streamed(dev, "node", "{\"what\":\"list\"}")).containsExactly("chunk [1,2]", READY);
        assertThat(streamed(dev, "node", "{\"what\":\"map\"}")).containsExactly("chunk {}", READY);
    }

    @ParameterizedTest
    @CsvSource({"counts, '{\"to\":1,\"breaks\":true}'", "node, '{\"what\":\"breaks\"}'"})
    void aFunctionThatFailsInTheMiddle_saysSoAtTheEnd_andHasNoOutput(String function, String input) throws Exception {
        try (var reader = new Reader(dev, function, input).readAll()) {
            assertThat(reader.afterRun()).hasSize(2);
            assertThat(reader.afterRun().getLast())
                    .isEqualTo("end {\"status\":\"ERROR\",\"type\":\"FunctionError\",\"message\":\"broken\"}");
            assertThat(waited(reader, "ERROR"))
                    .contains("\"message\":\"broken\"")
                    .doesNotContain("\"output\"");
        }
        assertThat(streamed(dev, "java", "{\"what\":\"breaks\"}").getLast()).contains("/ by zero");
    }

    @ParameterizedTest
    @CsvSource({
        "counts, endless, yielded more than 6291456 bytes in all",
        "node, endless, yielded more than 6291456 bytes in all",
        "java, endless, yielded more than 6291456 bytes in all",
        "counts, many, yielded more than 65536 chunks",
        "counts, giant, 'a chunk has 1048578 bytes, more than 1048576'",
        "counts, no JSON, yielded no JSON: Out of range float values are not JSON compliant",
    })
    void tooMuch_endsTheRun_andTheNextOneIsServed(String function, String what, String why) throws Exception {
        String input = "{\"what\":\"" + what + "\"}";
        assertThat(streamed(dev, function, input).getLast()).contains("\"FunctionError\"", why);
        assertThat(collected(dev, function, input).body()).contains(why).doesNotContain("\"output\"");
        assertThat(collected(dev, function, "{}").text("status")).isEqualTo("READY");
    }

    @Test
    void aChunk_ofAMomentThatOneMayNotKnow_doesNotLeave_norAnythingBehindIt() throws Exception {
        String input = "{\"words\":[\"secret\",\"more\"]}";
        assertThat(streamed(boss, "tainted", input)).containsExactly("chunk \"before\"", WITHHELD);
        assertThat(streamed(alice, "tainted", input))
                .containsExactly("chunk \"before\"", "chunk \"secret\"", "chunk \"more\"", READY);
        assertThat(streamed(boss, "tainted", "{\"words\":[]}"))
                .as("what it learnt after its last chunk is known by its end")
                .containsExactly("chunk \"before\"", WITHHELD);
    }

    @Test
    void aReaderWhoLeaves_endsTheRun() throws Exception {
        try (var reader = new Reader(dev, "counts", "{\"to\":1000,\"pause\":0.1}").reading()) {
            await().atMost(PATIENCE).until(() -> reader.events.size() > 2);
            reader.leave();
            assertThat(waited(reader, "ERROR")).contains("the run was canceled");
        }
    }

    @Test
    void whoMayNoMore_getsNoMore_andHisRunEnds() throws Exception {
        Asker leaves = api.addAccount(acme, "leaves", "runs");
        try (var reader = new Reader(leaves, "counts", "{\"to\":300,\"pause\":0.1}").reading()) {
            await().atMost(PATIENCE).until(() -> reader.events.size() > 2);
            var nothing = new Policy.Rule(List.of("leaves"), List.of("get"), List.of("image"));
            ApiServer.asRoot(
                    () -> api.organizations.put(acme, new Policy("i", "leaves", false, List.of(nothing), 0, 0)));
            assertThat(waited(reader, "ERROR")).contains("the run was canceled");
            assertThat(reader.events).noneMatch(event -> event.startsWith("end"));
        }
    }

    /// The function waits for its reader, and its time goes on. Over HTTP/2, whose windows say what may be on the way.
    @Test
    void aReaderWhoNeverReads_holdsUpNothingBeyondTheFunctionsTime() throws Exception {
        String body = ApiServer.function("slowly", "python3", "slowly.py", """
                def handle(context, payload):
                    for n in range(6):
                        yield 'x' * 1000000
                """, ",\"timeout\":3000");
        create(body, "slowly");
        try (var reader = RawHttp2.connect(api.tlsPort(), "localhost")) {
            String who = "Bearer " + dev.token();
            reader.post(1, "/v1/runs?functionName=slowly", "{}", "accept", "text/event-stream", "authorization", who);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(api.get(dev, "/v1/runs?functionName=slowly&limit=1")
                                    .body())
                            .contains("exceeded the timeout"));
        }
    }

    /// JSON that a function's own runtime would not have written.
    @Test
    void lineEndsInAChunk_areNoEvents() throws Exception {
        create(python("breaks", """
                import sys
                def handle(context, payload):
                    sending = sys.modules['sluice_guest.chunks'].Sending
                    sending.take = lambda self, chunk: self._send(b'[1,\\n\\r\\n2]')
                    yield 1
                """), "breaks");
        assertThat(streamed(dev, "breaks", "{}")).containsExactly("chunk [1,   2]", READY);
    }

    @Test
    void refusals_beforeTheRunIsOnRecord_areAnswersOfTheirOwn() throws Exception {
        try (var reader = new Reader(dev, "missing", "{}").reading()) {
            await().atMost(PATIENCE).until(() -> !reader.head.isEmpty());
            assertThat(reader.head).startsWith("HTTP/1.1 404");
        }
        try (var reader = new Reader(dev, "counts", "{}", "Idempotency-Key: k").reading()) {
            await().atMost(PATIENCE).until(() -> !reader.head.isEmpty());
            assertThat(reader.head).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void theOutputsSchema_isAskedOfTheWhole_atTheEnd() throws Exception {
        String schema = ",\"schema\":{\"out\":{\"type\":\"array\",\"maxItems\":1}}";
        create(ApiServer.function("few", "python3", "few.py", COUNTS, schema), "few");
        assertThat(streamed(dev, "few", "{\"to\":1}")).containsExactly("chunk {\"n\":0}", READY);
        List<String> events = streamed(dev, "few", "{\"to\":2}");
        assertThat(events).hasSize(3);
        assertThat(events.getLast()).contains("Output invalid against schema");
    }
}
