package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.http.RawClient;
import dev.sluice.http.RawHttp2;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers that leave the gateway while they are made, and what asks for other streams; with real guests.
final class GatewayStreamsTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String COUNTS = """
            import itertools, time
            def counted(payload):
                time.sleep(float(payload.get('first', 0)))
                for n in range(int(payload.get('to', 3))):
                    yield {'n': n}
                    time.sleep(float(payload.get('pause', 0)))
                if 'breaks' in payload:
                    raise RuntimeError('tell nobody')
            def handle(context, payload):
                what = payload.get('what')
                if what == 'nothing': return iter(())
                if what == 'whole': return {'whole': 1}
                if what == 'blocks': return ('x' * 1000000 for _ in range(6))
                if what == 'events': return iter([
                    'a\\nb', {'data': 'one\\ntwo\\rdata: three', 'event': 'tick', 'id': '7', 'retry': 500}, {'data': [1]},
                    {'data': 1, 'other': 2}])
                if what == 'no event': return iter([1, {'data': 'x', 'event': 'a\\ndata: b'}])
                return counted(payload)
            """;

    private static final String STATED = """
            import json
            def handle(context, payload):
                yield json.loads(payload['head'])
                yield 'é'
                yield {'base64': 'AAH/'}
                if 'odd' in payload:
                    yield 7
            """;

    /// Learns in the middle what Alice alone may know.
    private static final String TAINTED = """
            import time
            def handle(event, cloudcall):
                if event['at'] == 'first':
                    cloudcall.taint_with_label('acme/serviceaccount/alice,T')
                yield 'before'
                if event['at'] != 'never':
                    cloudcall.taint_with_label('acme/serviceaccount/alice,T')
                if event['at'] == 'middle':
                    yield 'secret'
                    yield 'more'
                    time.sleep(float(event.get('pause', 0)))
            """;

    private static final String SERVER = """
            import http.server, os, time
            class Speaks(http.server.BaseHTTPRequestHandler):
                protocol_version = 'HTTP/1.1'
                def do_GET(self):
                    if self.path.endswith('bad'):
                        self.send_error(500)
                        return
                    self.send_response(203)
                    is_events = self.path.endswith('events')
                    self.send_header('Content-Type', 'text/event-stream' if is_events else 'image/png')
                    self.send_header('Set-Cookie', 'a=b')
                    self.send_header('Cache-Control', 'max-age=5')
                    self.send_header('Transfer-Encoding', 'chunked')
                    self.end_headers()
                    for n in range(3):
                        piece = b'data: %d\\n\\n' % n if is_events else b'\\x89\\xff'
                        self.wfile.write(b'%x\\r\\n%s\\r\\n' % (len(piece), piece))
                        self.wfile.flush()
                        if self.path.endswith('dies'):
                            os._exit(1)
                        time.sleep(0.7 if is_events else 0)
                    self.wfile.write(b'0\\r\\n\\r\\n')
                def log_message(self, *arguments):
                    pass
            http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Speaks).serve_forever()
            """;

    private static final String NODE_SERVER = """
            require('http').createServer((request, response) => {
              if (request.url.endsWith('bad')) { response.writeHead(500).end(); return; }
              const isEvents = request.url.endsWith('events');
              const type = isEvents ? 'text/event-stream' : 'image/png';
              response.writeHead(203, {'Content-Type': type, 'Set-Cookie': ['a=b', 'c=d'], 'Cache-Control': 'max-age=5'});
              let n = 0;
              const write = () => {
                if (n === 3) { response.end(); return; }
                response.write(isEvents ? `data: ${n}\\n\\n` : Buffer.from([0x89, 0xff]));
                n += 1;
                if (request.url.endsWith('dies')) setTimeout(() => response.destroy(), 300);
                else setTimeout(write, isEvents ? 700 : 0);
              };
              write();
            }).listen(process.env.PORT, '127.0.0.1');
            """;

    private static final String JAVA_SERVER = """
            import com.sun.net.httpserver.HttpServer;
            import java.net.InetAddress;
            import java.net.InetSocketAddress;
            public class Speaks {
                public static void main(String[] args) throws Exception {
                    var address = new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("PORT")));
                    HttpServer server = HttpServer.create(address, 0);
                    server.createContext("/", exchange -> {
                        String path = exchange.getRequestURI().getPath();
                        if (path.endsWith("bad")) { exchange.sendResponseHeaders(500, -1); return; }
                        boolean isEvents = path.endsWith("events");
                        exchange.getResponseHeaders().set("Content-Type", isEvents ? "text/event-stream" : "image/png");
                        exchange.getResponseHeaders().set("Set-Cookie", "a=b");
                        exchange.getResponseHeaders().set("Cache-Control", "max-age=5");
                        exchange.sendResponseHeaders(203, path.endsWith("dies") ? 100 : 0);
                        try (var out = exchange.getResponseBody()) {
                            for (int n = 0; n < 3; n++) {
                                out.write(isEvents ? ("data: " + n + "\\n\\n").getBytes() : new byte[] {(byte) 0x89, (byte) 0xff});
                                out.flush();
                                if (path.endsWith("dies")) { exchange.close(); return; }
                                if (isEvents) { Thread.sleep(700); }
                            }
                        } catch (InterruptedException stopped) { }
                    });
                    server.start();
                }
            }
            """;

    private Asker boss;

    @BeforeAll
    void functions() {
        boss = api.developer("acme", "*");
        function(ApiServer.python("counts", COUNTS), "counts");
        function(ApiServer.function("brief", "python3", "brief.py", COUNTS, ",\"timeout\":1500"), "brief");
        function(ApiServer.python("stated", STATED), "stated");
        function(ApiServer.python("tainted", TAINTED), "tainted");
        function(ApiServer.function("server", "python3", "server.py", SERVER, ",\"convention\":\"http\""), "server");
        api("counts", "counts", ",\"stream\":\"events\",\"cors\":true");
        api("lines", "counts", ",\"stream\":\"lines\",\"failures\":\"problem\"");
        api("brief", "brief", ",\"stream\":\"lines\",\"failures\":\"problem\"");
        api("stated", "stated", ",\"stream\":\"http\",\"failures\":\"problem\"");
        api("tainted", "tainted", ",\"stream\":\"lines\",\"failures\":\"problem\"");
        api("tainted-events", "tainted", ",\"stream\":\"events\"");
        api("unary", "tainted", ",\"failures\":\"problem\"");
        server("node-server", "nodejs", "server.js", NODE_SERVER, "");
        server("java-server", "java", "Speaks.java", JAVA_SERVER, "");
        server("shared-server", "nodejs", "server.js", NODE_SERVER, ",\"concurrency\":4");
        api("server", "server", ",\"stream\":\"http\",\"failures\":\"problem\"");
    }

    private void server(String name, String image, String file, String source, String more) {
        function(ApiServer.function(name, image, file, source, ",\"convention\":\"http\"" + more), name);
        api(name, name, ",\"stream\":\"http\",\"failures\":\"problem\"");
    }

    /// An answer as it comes, read from the socket itself.
    private final class Reader implements AutoCloseable {
        private final Socket socket = new Socket();
        private final ByteArrayOutputStream got = new ByteArrayOutputStream();
        private final CountDownLatch ended = new CountDownLatch(1);

        Reader(String target) throws IOException {
            socket.setReceiveBufferSize(4096); // what the kernel holds is not read yet
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), api.gateway.port()));
            String request = "GET /acme/" + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        }

        Reader reading() {
            Thread.ofVirtual().start(() -> {
                try {
                    InputStream in = socket.getInputStream();
                    byte[] piece = new byte[8192];
                    for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                        got.write(piece, 0, count);
                    }
                } catch (IOException cut) {
                    // As the test expects, or what is there tells it.
                } finally {
                    ended.countDown();
                }
            });
            return this;
        }

        String got() {
            return got.toString(StandardCharsets.ISO_8859_1);
        }

        Said all() throws InterruptedException {
            assertThat(ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return Said.of(got());
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /// @param isWhole whether it came to its end
    private record Said(int status, String head, String body, boolean isWhole) {
        static Said of(String answer) {
            int end = answer.indexOf("\r\n\r\n");
            assertThat(end).as(answer).isPositive();
            String head = answer.substring(0, end);
            String rest = answer.substring(end + 4);
            int status = RawClient.status(answer);
            if (!head.contains("Transfer-Encoding: chunked")) {
                return new Said(status, head, rest, true);
            }
            var body = new StringBuilder();
            int at = 0;
            while (rest.indexOf("\r\n", at) >= 0) {
                int line = rest.indexOf("\r\n", at);
                int length = Integer.parseInt(rest.substring(at, line), 16);
                if (length == 0) {
                    return new Said(status, head, body.toString(), true);
                }
                body.append(rest, line + 2, line + 2 + length);
                at = line + 4 + length;
            }
            return new Said(status, head, body.toString(), false);
        }
    }

    private Said ask(String target) throws Exception {
        try (var reader = new Reader(target)) {
            return reader.reading().all();
        }
    }

    private String lastRun(String function) {
        return api.get(boss, "/v1/runs?functionName=" + function + "&limit=1").body();
    }

    private void function(String body, String name) {
        assertThat(api.post(boss, "/v1/function", body).status()).isEqualTo(201);
        await().untilAsserted(() ->
                assertThat(api.get(boss, "/v1/function/" + name).text("status")).isEqualTo("READY"));
    }

    private void api(String name, String function, String more) {
        Answer made = api.post(
                boss,
                "/v1/api",
                "{\"name\":\"" + name + "\",\"function\":\"" + function + "\",\"enabled\":true,\"uris\":[\"/" + name
                        + "\"]" + more + "}");
        assertThat(made.status()).as(made.body()).isEqualTo(200);
    }

    private int runs(String function) {
        return api.get(boss, "/v1/runs?functionName=" + function).json().size();
    }

    @Test
    void webSocket_isRefused_andNothingRuns() throws Exception {
        int before = runs("counts");
        String answer = RawClient.send(api.gateway.port(), """
                GET /acme/counts HTTP/1.1
                Host: localhost
                Connection: close, Upgrade
                Upgrade: WebSocket
                Sec-WebSocket-Version: 13
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

                """.replace("\n", "\r\n"));
        assertThat(answer).startsWith("HTTP/1.1 501 ").contains("does not serve WebSocket");
        assertThat(runs("counts")).isEqualTo(before);
    }

    @Test
    void whatIsYielded_leavesAtOnce_asEvents() throws Exception {
        try (var reader = new Reader("counts?to=3&pause=0.7").reading()) {
            await().atMost(PATIENCE).until(() -> reader.got().contains("data: {\"n\":0}\n\n"));
            assertThat(reader.got()).doesNotContain("\"n\":1");
            Said said = reader.all();
            assertThat(said.status()).isEqualTo(200);
            assertThat(said.head())
                    .contains(
                            "Content-Type: text/event-stream\r\n",
                            "Access-Control-Allow-Origin: *",
                            "Cache-Control: no-store",
                            "X-Content-Type-Options: nosniff",
                            "Content-Security-Policy: sandbox");
            assertThat(said.body()).isEqualTo("data: {\"n\":0}\n\ndata: {\"n\":1}\n\ndata: {\"n\":2}\n\n");
            assertThat(said.isWhole()).isTrue();
        }
    }

    @Test
    void anEvent_saysAllOfItself_andNoOther() throws Exception {
        assertThat(ask("counts?what=events").body()).isEqualTo("""
                data: "a\\nb"

                retry: 500
                event: tick
                id: 7
                data: one
                data: two
                data: data: three

                data: [1]

                data: {"data":1,"other":2}

                """);
        Said odd = ask("counts?what=no%20event");
        assertThat(odd.body()).isEqualTo("data: 1\n\n");
        assertThat(odd.isWhole()).isFalse();
    }

    /// There the end of a connection is the end of the answer, and a break looks like it.
    @Test
    void http10_isRefused_beforeAnythingRuns() throws Exception {
        int before = runs("counts");
        String answer = RawClient.send(api.gateway.port(), "GET /acme/lines HTTP/1.0\r\nHost: localhost\r\n\r\n");
        assertThat(answer).contains(" 505 ").contains("ask in HTTP/1.1");
        assertThat(runs("counts")).isEqualTo(before);
    }

    @Test
    void whatIsYielded_leavesAsLines_andWhatIsReturned_whole() throws Exception {
        Said lines = ask("lines?to=2");
        assertThat(lines.head()).contains("Content-Type: application/x-ndjson");
        assertThat(lines.body()).isEqualTo("{\"n\":0}\n{\"n\":1}\n");
        assertThat(lines.isWhole()).isTrue();
        assertThat(ask("lines?what=nothing")).satisfies(said -> {
            assertThat(said.body()).isEmpty();
            assertThat(said.isWhole()).isTrue();
            assertThat(said.head()).contains("application/x-ndjson");
        });
        Said whole = ask("lines?what=whole");
        assertThat(whole.head()).contains("Content-Type: application/json", "Content-Length: ");
        assertThat(whole.body()).isEqualTo("{\"whole\":1}");
    }

    @Test
    void untilTheFirstChunk_nothingIsSaid() throws Exception {
        try (var reader = new Reader("lines?first=1.5&to=1").reading()) {
            assertThat(reader.ended.await(700, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(reader.got()).isEmpty();
            assertThat(reader.all().body()).isEqualTo("{\"n\":0}\n");
        }
    }

    @Test
    void aFailure_isAnAnswerBeforeTheFirstChunk_andABreakAfterIt() throws Exception {
        Said before = ask("lines?to=0&breaks=1");
        assertThat(before.status()).isEqualTo(502);
        assertThat(before.head()).contains("application/problem+json");
        assertThat(before.body()).contains("the function failed").doesNotContain("tell nobody");
        Said after = ask("lines?to=1&breaks=1");
        assertThat(after.status()).isEqualTo(200);
        assertThat(after.body()).isEqualTo("{\"n\":0}\n");
        assertThat(after.isWhole()).isFalse();
        assertThat(ask("brief?first=5").status()).isEqualTo(504);
        Said late = ask("brief?to=2&pause=5");
        assertThat(late.body()).isEqualTo("{\"n\":0}\n");
        assertThat(late.isWhole()).isFalse();
    }

    /// The second chunk knows what Alice alone may know.
    @Test
    void aChunkThatMayNotLeave_doesNot_norAnythingBehindIt() throws Exception {
        Said all = ask("tainted?at=never");
        assertThat(all.body()).isEqualTo("\"before\"\n");
        assertThat(all.isWhole()).isTrue();
        for (String at : List.of("middle", "end")) {
            Said some = ask("tainted?at=" + at);
            assertThat(some.body()).isEqualTo("\"before\"\n");
            assertThat(some.isWhole()).as(at).isFalse();
        }
        Said events = ask("tainted-events?at=middle");
        assertThat(events.body()).isEqualTo("data: \"before\"\n\n");
        assertThat(events.isWhole()).isFalse();
        Said none = ask("tainted?at=first");
        Said whole = ask("unary?at=first");
        assertThat(none.status()).isEqualTo(404);
        assertThat(none.body()).isEqualTo(whole.body()).contains("not found or not allowed");
    }

    /// The connection does not end with the chunk, but when a withheld answer would have been refused.
    @Test
    void theBreak_comesNotBeforeTheRunEnds_atAnEdge() throws Exception {
        long began = System.nanoTime();
        try (var reader = new Reader("tainted?at=middle&pause=1").reading()) {
            reader.all();
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            assertThat(took).isBetween(Duration.ofMillis(1550), Duration.ofSeconds(20)); // 50 ms · 2^5 = 1.6 s
        }
    }

    /// So that who asks is known to be there, and nothing is told by when they come.
    @Test
    void events_haveBeatsByTheClockAlone_whateverIsWithheld() throws Exception {
        try (var silent = new Reader("counts?to=1&pause=11").reading();
                var withheld = new Reader("tainted-events?at=middle&pause=11").reading()) {
            assertThat(silent.all().body()).isEqualTo("data: {\"n\":0}\n\n:\n\n:\n\n");
            assertThat(withheld.all().body()).isEqualTo("data: \"before\"\n\n:\n\n:\n\n");
        }
    }

    @Test
    void whoLeaves_endsTheRun() throws Exception {
        try (var reader = new Reader("counts?to=1000&pause=0.1").reading()) {
            await().atMost(PATIENCE).until(() -> reader.got().contains("data: {\"n\":2}"));
        }
        await().atMost(PATIENCE).until(() -> lastRun("counts").contains("the run was canceled"));
    }

    /// At the next beat.
    @Test
    void anApiThatIsGone_streamsNoMore() throws Exception {
        api("goes", "counts", ",\"stream\":\"lines\"");
        try (var reader = new Reader("goes?to=1000&pause=0.1").reading()) {
            await().atMost(PATIENCE).until(() -> reader.got().contains("{\"n\":2}"));
            api("stays", "counts", ",\"stream\":\"lines\"");
            assertThat(api.delete(boss, "/v1/api/goes").status()).isEqualTo(200);
            assertThat(reader.all().isWhole()).isFalse();
        }
        try (var reader = new Reader("stays?to=70&pause=0.1").reading()) {
            api("another", "counts", "");
            assertThat(reader.all().isWhole()).as("others go on").isTrue();
        }
    }

    /// 6 MB go into no buffer of ours on the way: the function waits, and its time goes on. Over HTTP/2, whose windows
    /// say what may be on the way; what the system keeps for a connection is its own affair.
    @Test
    void whoTakesNothing_hasTheFunctionWait() throws Exception {
        try (var reader = RawHttp2.connect(api.gateway.tlsPort(), "localhost")) {
            reader.ask(1, "/acme/brief?what=blocks");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(lastRun("brief")).contains("exceeded the timeout"));
            int came = 0;
            while (came < 65_535) {
                came += reader.next(one -> one.type() == RawHttp2.DATA)
                        .payload()
                        .length();
            }
            assertThat(came).as("the window that a client has").isEqualTo(65_535);
        }
    }

    @Test
    void aFunctionSaysTheHead_asFarAsItMay() throws Exception {
        Said said = stated("""
                {"status": 201, "headers": {"Content-Type": "text/html", "ETag": "x", "Set-Cookie": "a=b",
                 "Connection": "keep-alive", "Content-Length": "1", "Access-Control-Allow-Origin": "http://a",
                 "Content-Security-Policy": "none", "Location": "/", "Strict-Transport-Security": "max-age=9",
                 "Service-Worker-Allowed": "/", "Clear-Site-Data": "*", "X-Request-Id": "mine"}}
                """);
        assertThat(said.status()).isEqualTo(201);
        assertThat(said.body()).isEqualTo("\u00c3\u00a9\u0000\u0001\u00ff");
        assertThat(said.isWhole()).isTrue();
        assertThat(said.head())
                .contains("Content-Type: text/html\r\n", "ETag: x", "Content-Security-Policy: sandbox")
                .contains("X-Content-Type-Options: nosniff")
                .doesNotContainIgnoringCase("cookie")
                .doesNotContain("keep-alive", "Content-Length", "Access-Control", "none", "Location", "Strict")
                .doesNotContain("Service", "Clear-Site", "mine");
        assertThat(stated("{}").head()).contains("200", "Content-Type: application/octet-stream");
        Said none = stated("{\"status\":204}");
        assertThat(none.status()).isEqualTo(204);
        assertThat(none.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status\":101}",
                "{\"status\":600}",
                "{\"status\":\"200\"}",
                "{\"headers\":{\"etag\":\"a\\r\\nset-cookie: b\"}}",
                "{\"headers\":{\"content-type\":\"none\"}}",
                "{\"headers\":{\"content-type\":\"a/b; c=\\u0000\"}}",
                "{\"headers\":[]}",
                "[]",
                "\"text\"",
            })
    void whatIsNoHead_isAFailure(String head) throws Exception {
        assertThat(stated(head).status()).isEqualTo(502);
    }

    @Test
    void whatIsNoPiece_isABreak() throws Exception {
        Said said = ask("stated?odd=1&head=%7B%7D");
        assertThat(said.body()).isEqualTo("\u00c3\u00a9\u0000\u0001\u00ff");
        assertThat(said.isWhole()).isFalse();
    }

    /// As its users have it: 18 is what it says of a transfer that broke off.
    @Test
    void curl_tellsABreakFromTheEnd() throws Exception {
        assertThat(curl("lines?to=2")).isEqualTo("0 {\"n\":0}\n{\"n\":1}\n");
        assertThat(curl("lines?to=2&breaks=1")).isEqualTo("18 {\"n\":0}\n{\"n\":1}\n");
        assertThat(curl("tainted?at=middle")).isEqualTo("18 \"before\"\n");
    }

    /// There a break is an error of the stream alone, 92.
    @Test
    void overHttp2_aBreakIsNoEndEither() throws Exception {
        String begin = "https://127.0.0.1:" + api.gateway.tlsPort() + "/acme/";
        assertThat(asked("-k", "--http2", begin + "lines?to=2")).isEqualTo("0 {\"n\":0}\n{\"n\":1}\n");
        assertThat(asked("-k", "--http2", begin + "lines?to=2&breaks=1")).isEqualTo("92 {\"n\":0}\n{\"n\":1}\n");
    }

    private String curl(String target) throws Exception {
        return asked("http://127.0.0.1:" + api.gateway.port() + "/acme/" + target);
    }

    private static String asked(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sN"));
        command.addAll(List.of(arguments));
        Process curl = new ProcessBuilder(command).start();
        String said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return curl.waitFor() + " " + said;
    }

    private Said stated(String head) throws Exception {
        return ask("stated?head=" + URLEncoder.encode(head, StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "node-server", "java-server"})
    void aServerThatIsAFunction_saysItsOwnEvents(String server) throws Exception {
        try (var reader = new Reader(server + "/events").reading()) {
            await().atMost(PATIENCE).until(() -> reader.got().contains("data: 0\n\n"));
            assertThat(reader.got()).doesNotContain("data: 2");
            Said said = reader.all();
            assertThat(said.status()).isEqualTo(203);
            assertThat(said.head())
                    .contains("Content-Type: text/event-stream", "Cache-Control: max-age=5")
                    .doesNotContain("Cookie");
            assertThat(said.body()).isEqualTo("data: 0\n\ndata: 1\n\ndata: 2\n\n");
            assertThat(said.isWhole()).isTrue();
        }
        assertThat(ask(server + "/picture").body()).isEqualTo("\u0089\u00ff".repeat(3));
        assertThat(ask(server + "/bad").status()).isEqualTo(502);
        assertThat(ask(server + "/dies").isWhole()).isFalse();
    }

    /// Its runs say nothing before they end.
    @Test
    void aServerWithSeveralRunsAtATime_answersWhole() throws Exception {
        Said said = ask("shared-server/events");
        assertThat(said.status()).isEqualTo(203);
        assertThat(said.head()).contains("Content-Type: application/octet-stream", "Content-Length");
        assertThat(said.body()).isEqualTo("data: 0\n\ndata: 1\n\ndata: 2\n\n");
    }

    @Test
    void whoDoesNotWait_isNotAnswered_andAFormThatIsNone_isRefused() throws Exception {
        String answer = RawClient.request(api.gateway.port(), "GET", "/acme/lines", "x-dispatch-blocking: false");
        assertThat(answer).startsWith("HTTP/1.1 202 ");
        Answer odd = api.post(boss, "/v1/api", "{\"name\":\"odd\",\"function\":\"counts\",\"stream\":\"often\"}");
        assertThat(odd.status()).isEqualTo(422);
        assertThat(odd.body()).contains("stream in body should be one of [events lines http]");
        assertThat(api.get(boss, "/v1/api/lines").text("stream")).isEqualTo("lines");
    }
}
