package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Plain HTTP servers as functions.
final class ServedGuestTest {
    private static final String PYTHON = """
            import http.server, json, os
            class Echo(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    size = int(self.headers.get("content-length") or 0)
                    body = self.rfile.read(size).decode()
                    if self.path == "/exit":
                        os._exit(4)
                    if self.path == "/cut":
                        self.connection.close()
                        return
                    names = ("content-type", "x-a", "sluice-context")
                    said = json.dumps([self.command, self.path, body] + [self.headers.get(name) for name in names])
                    self.send_response(404 if self.path == "/404" else 503 if self.path == "/503" else 200)
                    self.end_headers()
                    self.wfile.write(b"x" * (7 << 20) if self.path == "/large" else said.encode())
                do_POST = do_PUT = do_GET
                def log_message(self, *words):
                    pass
            http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Echo).serve_forever()
            """;
    private static final String NODE = """
            require('http').createServer((request, response) => {
              const chunks = [];
              request.on('data', (chunk) => chunks.push(chunk));
              request.on('end', () => {
                const { url, method, headers } = request;
                if (url === '/exit') process.exit(4);
                if (url === '/cut') return request.socket.destroy();
                const said = [method, url, Buffer.concat(chunks).toString(), headers['content-type'] ?? null,
                  headers['x-a'] ?? null, headers['sluice-context'] ?? null];
                response.writeHead(url === '/404' ? 404 : url === '/503' ? 503 : 200);
                response.end(url === '/large' ? 'x'.repeat(7 << 20) : JSON.stringify(said, null, 1).replace(/\\n /g, ' ')
                  .replace('\\n', '').replace('[ ', '['));
              });
            }).listen(process.env.PORT, '127.0.0.1');
            """;

    private static GuestRuns server(String language) throws Exception {
        var runs = new GuestRuns(language);
        boolean isPython = language.equals("python3");
        runs.loaded(
                Convention.HTTP,
                isPython ? "server.py" : "./server.js",
                isPython ? "server.py" : "server.js",
                isPython ? PYTHON : NODE);
        return runs;
    }

    @ParameterizedTest
    @ValueSource(strings = {"python3", "nodejs"})
    void aRun_isOneRequest(String language) throws Exception {
        try (var runs = server(language)) {
            assertThat(runs.returned("{\"name\": 1}", "{}"))
                    .isEqualTo("[\"POST\", \"/\", \"{\\\"name\\\": 1}\", \"application/json\", null, null]");
            assertThat(runs.returned(
                            "{\"path\":\"/a\",\"query\":{\"q\":[1,\"é &\"]},\"headers\":{\"X-A\":\"b\",\"Host\":\"h\"}}",
                            "{}"))
                    .matches("\\[\"GET\", \"/a\\?q=1&q=%C3%A9(\\+|%20)%26\", \"\", null, \"b\", null]");
            assertThat(runs.returned("{\"method\":\"PUT\",\"body\":\"text\"}", "{}"))
                    .isEqualTo("[\"PUT\", \"/\", \"text\", null, null, null]");
            assertThat(runs.returned("{\"method\":\"PUT\",\"body\":[1]}", "{}"))
                    .isEqualTo("[\"PUT\", \"/\", \"[1]\", \"application/json\", null, null]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"python3", "nodejs"})
    void aRunOfTheGateway_isItsRequest(String language) throws Exception {
        try (var runs = server(language)) {
            String sent = "\"request-uri\":\"/acme/x?a=b\",\"x-a\":\"1\",\"host\":\"h\",\"content-length\":\"99\"";
            assertThat(runs.returned("{\"a\":\"b\"}", "{\"httpContext\":{\"method\":\"GET\"," + sent + "}}"))
                    .isEqualTo("[\"GET\", \"/acme/x?a=b\", \"\", null, \"1\", null]");
            assertThat(runs.returned("{\"a\":\"b\"}", "{\"httpContext\":{\"method\":\"POST\"," + sent + "}}"))
                    .containsPattern("^\\[\"POST\", \"/acme/x[?]a=b\", \"\\{\\\\\"a\\\\\": ?\\\\\"b\\\\\"}\", ");
            assertThat(runs.returned(
                            "{\"a\":\"b c\"}",
                            "{\"httpContext\":{\"method\":\"POST\",\"content-type\":\"application/x-www-form-urlencoded\","
                                    + sent + "}}"))
                    .contains("\"a=b+c\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"python3", "nodejs"})
    void whoAsks_isInTheHeader_andNoCallerSaysThatHeader(String language) throws Exception {
        try (var runs = server(language)) {
            String sent = "\"httpContext\":{\"method\":\"GET\",\"uri\":\"/\",\"sluice-context\":\"made up\"}";
            assertThat(runs.returned("{}", "{" + sent + ",\"claims\":{\"sub\":\"jon\"}}"))
                    .matches(".*, \"\\{\\\\\"claims\\\\\": ?\\{\\\\\"sub\\\\\": ?\\\\\"jon\\\\\"}}\"]");
            assertThat(runs.returned("{}", "{" + sent + "}")).endsWith(", null]");
            assertThat(runs.returned("{\"path\":\"/\",\"headers\":{\"Sluice-Context\":\"made up\"}}", "{}"))
                    .endsWith(", null]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"python3", "nodejs"})
    void secrets_areAHeader(String language) throws Exception {
        try (var runs = server(language)) {
            assertThat(runs.returned("{\"path\":\"/\"}", "{\"secrets\":{\"k\":\"é\"},\"serviceBindings\":{}}"))
                    .matches(".*, \"\\{\\\\\"secrets\\\\\": ?\\{\\\\\"k\\\\\": ?\\\\\"\\\\\\\\u00e9\\\\\"}}\"]");
            GuestFailure failure = runs.failed("{}", "{\"secrets\":{\"k\":\"" + "x".repeat(9000) + "\"}}");
            assertThat(failure.message()).isEqualTo("secrets and service bindings have more than 8192 bytes together");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"python3", "nodejs"})
    void whatTheServerAnswers_isTheAnswer_unlessItSaysThatItFailed(String language) throws Exception {
        try (var runs = server(language)) {
            var missing = (Outcome.Returned) runs.run("{\"path\":\"/404\"}", "{}");
            assertThat(missing.status()).isEqualTo(404);
            GuestFailure failed = runs.failed("{\"path\":\"/503\"}", "{}");
            assertThat(failed.type()).isEqualTo(FailureType.FUNCTION_ERROR);
            assertThat(failed.message()).startsWith("the server answered 503: [\"GET\"");
            assertThat(runs.failed("{\"path\":\"/large\"}", "{}").message())
                    .isEqualTo("the answer has more than 6291456 bytes");
            assertThat(runs.failed("{\"path\":\"/cut\"}", "{}").message())
                    .startsWith("the server broke the connection: ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"path\":\"no\"}|the path does not begin with /",
                "{\"path\":\"/a b\"}|the path does not begin with /",
                "{\"path\":\"/a\\r\\nx: y\"}|the path does not begin with /",
                "{\"method\":\"get\"}|the method is not one of HTTP's",
                "{\"path\":\"/\",\"headers\":{\"x-a\":\"a\\r\\nx: y\"}}|",
                "{\"path\":\"/\",\"headers\":{\"x a\":\"a\"}}|",
                "{\"path\":1}|the path does not begin with /",
            })
    void whatIsNoRequest_isTheCallersFault(String payload, String message) throws Exception {
        for (String language : new String[] {"python3", "nodejs"}) {
            try (var runs = server(language)) {
                GuestFailure failure = runs.failed(payload, "{}");
                assertThat(failure.type()).isEqualTo(FailureType.INPUT_ERROR);
                assertThat(failure.message()).contains(message == null ? "" : message);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"python3", "nodejs"})
    void whenTheServerDies_soDoesTheGuest(String language) throws Exception {
        try (var runs = server(language)) {
            assertThatThrownBy(() -> runs.run("{\"path\":\"/exit\"}", "{}")).isInstanceOf(GuestGone.class);
            assertThat(runs.guest().exitCode()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "python3,server.py,raise SystemExit(3),it ended with code 3",
        "nodejs,server.js,process.exit(3),it ended with code 3",
        "python3,server,no program,does not start",
        "nodejs,server,no program,it ended with code",
    })
    void aServerThatDoesNotListen_isRefused(String language, String file, String source, String reason)
            throws Exception {
        try (var runs = new GuestRuns(language)) {
            assertThat(runs.refused(Convention.HTTP, "", file, source)).contains(reason);
        }
        try (var runs = new GuestRuns(language)) {
            assertThat(runs.refused(Convention.HTTP, "../x", file, source)).isEqualTo("there is no file ../x to start");
        }
    }
}
