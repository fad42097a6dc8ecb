package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.http.RawClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Functions that are servers and speak WebSocket, through the gateway; with real guests and Java's own client.
final class WebSocketTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String HANDSHAKE = """
            GET /acme/PATH HTTP/1.1
            Host: localhost
            Connection: Upgrade
            Upgrade: WebSocket
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            """;

    /// Says each message again, and speaks first when asked to: `/first`.
    static final String PYTHON = """
            import base64, hashlib, http.server, os, struct, threading, time
            class Echo(http.server.BaseHTTPRequestHandler):
                protocol_version = 'HTTP/1.1'
                def log_message(self, *arguments): pass
                def say(self, opcode, data):
                    head = bytes((0x80 | opcode,))
                    n = len(data)
                    head += bytes((n,)) if n < 126 else b'\\x7e' + struct.pack('>H', n) if n < 65536 else b'\\x7f' + struct.pack('>Q', n)
                    self.wfile.write(head + data)
                    self.wfile.flush()
                def hear(self):
                    head = self.rfile.read(2)
                    if len(head) < 2: return 8, b''
                    n = head[1] & 127
                    if n == 126: n = struct.unpack('>H', self.rfile.read(2))[0]
                    elif n == 127: n = struct.unpack('>Q', self.rfile.read(8))[0]
                    mask = self.rfile.read(4)
                    data = self.rfile.read(n)
                    return head[0] & 15, bytes(b ^ mask[i % 4] for i, b in enumerate(data))
                def do_GET(self):
                    key = self.headers.get('Sec-WebSocket-Key')
                    if key is None or self.path.endswith('refuses'):
                        self.send_response(403)
                        self.send_header('Content-Length', '0')
                        self.end_headers()
                        return
                    if self.path.endswith('lies'): key = 'other'
                    accept = base64.b64encode(hashlib.sha1((key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest())
                    self.send_response_only(101)
                    self.send_header('Upgrade', 'websocket')
                    self.send_header('Connection', 'Upgrade')
                    self.send_header('Sec-WebSocket-Accept', accept.decode())
                    self.send_header('Set-Cookie', 'a=b')
                    if 'chat' in self.headers.get('Sec-WebSocket-Protocol', ''):
                        self.send_header('Sec-WebSocket-Protocol', 'chat')
                    self.end_headers()
                    self.close_connection = True
                    if self.path.endswith('first'):
                        for n in range(3): self.say(1, b'%d' % n)
                    while True:
                        opcode, data = self.hear()
                        if opcode == 8:
                            self.say(8, data)
                            return
                        if data == b'die': os._exit(1)
                        if opcode in (1, 2): self.say(opcode, data)
            http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Echo).serve_forever()
            """;

    private static final String NODE = """
            const crypto = require('crypto');
            const server = require('http').createServer((request, response) => response.writeHead(403).end());
            const frame = (opcode, data) => {
              const n = data.length;
              const head = n < 126 ? Buffer.from([0x80 | opcode, n])
                : n < 65536 ? Buffer.from([0x80 | opcode, 126, n >> 8, n & 255])
                : Buffer.concat([Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0]), Buffer.from(new Uint32Array([n]).buffer).reverse()]);
              return Buffer.concat([head, data]);
            };
            server.on('upgrade', (request, socket) => {
              if (request.url.endsWith('refuses')) { socket.end('HTTP/1.1 403 Forbidden\\r\\nContent-Length: 0\\r\\n\\r\\n'); return; }
              let key = request.headers['sec-websocket-key'];
              if (request.url.endsWith('lies')) key = 'other';
              const accept = crypto.createHash('sha1').update(key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
              const chat = (request.headers['sec-websocket-protocol'] ?? '').includes('chat') ? 'Sec-WebSocket-Protocol: chat\\r\\n' : '';
              socket.write('HTTP/1.1 101 S\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSet-Cookie: a=b\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n' + chat + '\\r\\n');
              if (request.url.endsWith('first')) for (let n = 0; n < 3; n++) socket.write(frame(1, Buffer.from(String(n))));
              let heard = Buffer.alloc(0);
              socket.on('error', () => {});
              socket.on('data', (piece) => {
                heard = Buffer.concat([heard, piece]);
                for (;;) {
                  if (heard.length < 2) return;
                  let n = heard[1] & 127, at = 2;
                  if (n === 126) { if (heard.length < 4) return; n = heard.readUInt16BE(2); at = 4; }
                  else if (n === 127) { if (heard.length < 10) return; n = Number(heard.readBigUInt64BE(2)); at = 10; }
                  if (heard.length < at + 4 + n) return;
                  const mask = heard.subarray(at, at + 4), data = Buffer.from(heard.subarray(at + 4, at + 4 + n));
                  for (let i = 0; i < n; i++) data[i] ^= mask[i & 3];
                  const opcode = heard[0] & 15;
                  heard = heard.subarray(at + 4 + n);
                  if (opcode === 8) { socket.end(frame(8, data)); return; }
                  if (data.toString() === 'die') process.exit(1);
                  if (opcode === 1 || opcode === 2) socket.write(frame(opcode, data));
                }
              });
            }).listen(process.env.PORT, '127.0.0.1');
            """;

    /// The messages of one connection, whole, in their order.
    private static final class Messages implements WebSocket.Listener {
        final LinkedBlockingQueue<String> all = new LinkedBlockingQueue<>();
        private final StringBuilder begun = new StringBuilder();
        private int bytes;

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean isLast) {
            begun.append(data);
            if (isLast) {
                all.add(begun.toString());
                begun.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean isLast) {
            bytes += data.remaining();
            if (isLast) {
                all.add("bytes " + bytes);
                bytes = 0;
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            all.add("closed " + status + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            all.add("broken");
        }

        @Nullable
        String next() throws InterruptedException {
            return all.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private final HttpClient client = HttpClient.newHttpClient();
    private Asker dev;

    @BeforeAll
    void functions() {
        dev = api.developer("acme", "*");
        server("python", "python3", "server.py", PYTHON, "");
        server("node", "nodejs", "server.js", NODE, "");
        server("several", "python3", "server.py", PYTHON, ",\"concurrency\":4");
        function("plain", ApiServer.python("plain", "def handle(context, payload): return 1"));
        api("plain", "plain", ",\"stream\":\"http\"");
        api("pages", "python", ",\"stream\":\"http\",\"cors\":true");
        api("events", "python", ",\"stream\":\"events\"");
    }

    private void server(String name, String image, String file, String source, String more) {
        function(name, ApiServer.function(name, image, file, source, ",\"convention\":\"http\"" + more));
        api(name, name, ",\"stream\":\"http\"");
    }

    private void function(String name, String body) {
        assertThat(api.post(dev, "/v1/function", body).status()).isEqualTo(201);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(api.get(dev, "/v1/function/" + name).text("status"))
                                .isEqualTo("READY"));
    }

    private void api(String name, String function, String more) {
        Answer made = api.post(
                dev,
                "/v1/api",
                "{\"name\":\"" + name + "\",\"function\":\"" + function
                        + "\",\"enabled\":true,\"failures\":\"problem\"," + "\"uris\":[\"/" + name
                        + "\"],\"methods\":[\"GET\"]" + more + "}");
        assertThat(made.status()).as(made.body()).isEqualTo(200);
    }

    private WebSocket open(String path, Messages messages) {
        URI uri = URI.create("ws://127.0.0.1:" + api.gateway.port() + "/acme/" + path);
        return client.newWebSocketBuilder()
                .connectTimeout(PATIENCE)
                .buildAsync(uri, messages)
                .join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "node"})
    void messages_goBothWays_whoeverSpeaksFirst_andTheEndIsSaid(String server) throws Exception {
        var messages = new Messages();
        WebSocket socket = open(server + "/first", messages);
        assertThat(messages.next()).isEqualTo("0");
        assertThat(messages.next()).isEqualTo("1");
        assertThat(messages.next()).isEqualTo("2");
        for (int n = 0; n < 50; n++) {
            socket.sendText("é" + n, true).join();
            assertThat(messages.next()).isEqualTo("é" + n);
        }
        socket.sendBinary(ByteBuffer.allocate(3 << 20), true).join();
        assertThat(messages.next()).isEqualTo("bytes " + (3 << 20));
        for (int n = 0; n < 4; n++) {
            socket.sendBinary(ByteBuffer.allocate(2 << 20), true).join(); // more than a stream that is kept has
        }
        for (int n = 0; n < 4; n++) {
            assertThat(messages.next()).isEqualTo("bytes " + (2 << 20));
        }
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").join();
        assertThat(messages.next()).isEqualTo("closed 1000 bye");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(statuses(server)).doesNotContain("RUNNING"));
        var again = new Messages();
        WebSocket next = open(server + "/first", again); // the guest is used again
        assertThat(again.next()).isEqualTo("0");
        next.abort();
    }

    private List<String> statuses(String function) {
        var found = new ArrayList<String>();
        api.get(dev, "/v1/runs?functionName=" + function)
                .json()
                .forEach(run -> found.add(run.path("status").stringValue("")));
        return found;
    }

    private String last(String function) {
        return api.get(dev, "/v1/runs?functionName=" + function + "&limit=1").body();
    }

    @Test
    void whatIsChosen_isOfWhatTheClientOffers() throws Exception {
        var messages = new Messages();
        WebSocket socket = client.newWebSocketBuilder()
                .subprotocols("chat", "other")
                .buildAsync(URI.create("ws://127.0.0.1:" + api.gateway.port() + "/acme/python"), messages)
                .join();
        assertThat(socket.getSubprotocol()).isEqualTo("chat");
        socket.abort();
        String head = RawClient.head(api.gateway.port(), request("python", ""));
        assertThat(head).startsWith("HTTP/1.1 101 ").contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assertThat(head).doesNotContain("Set-Cookie").doesNotContain("Sec-WebSocket-Protocol");
    }

    private static String request(String path, String more) {
        return (HANDSHAKE.replace("PATH", path) + more + "\n").replace("\n", "\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "events, '', 501, --stream http",
        "python, 'Content-Length: 1\\n\\nx', 400, no body",
        "python, 'Origin: https://other.example\\n', 403, --cors",
        "python, 'Origin: null\\n', 403, --cors",
        "python/refuses, '', 403, ''",
        "python/lies, '', 502, ''",
        "several, '', 502, ''"
    })
    void whatIsNoHandshake_isRefused(String path, String more, int status, String said) throws Exception {
        String asked =
                request(path, more.replace("\\n", "\n")).replace("Connection: Upgrade", "Connection: close, Upgrade");
        assertThat(RawClient.send(api.gateway.port(), asked))
                .startsWith("HTTP/1.1 " + status + " ")
                .contains(said);
    }

    @Test
    void whatCannotSpeakIt_saysWhy_toWhoseItIs() throws Exception {
        for (String function : List.of("several", "plain")) {
            assertThat(RawClient.head(api.gateway.port(), request(function, "")))
                    .startsWith("HTTP/1.1 502 ");
            assertThat(last(function)).contains("--convention http and no --concurrency");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Version: 13, Version: 8, 426, Sec-WebSocket-Version: 13",
        "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZQ==, 400, 16 bytes",
        "Connection: Upgrade, Connection: close, 400, Bad Request",
        "HTTP/1.1, HTTP/1.0, 501, HTTP/1.1"
    })
    void aHandshakeIsWhole_andOfThisVersion(String part, String other, int status, String said) throws Exception {
        String asked = request("python", "").replace(part, other);
        assertThat(RawClient.head(api.gateway.port(), asked)).startsWith("HTTP/1.1 " + status + " ");
        String closing = asked.replace("Connection: Upgrade", "Connection: close, Upgrade");
        assertThat(RawClient.send(api.gateway.port(), closing)).contains(said);
    }

    @Test
    void pagesOfOtherOrigins_open_whereTheApiHasCors() throws Exception {
        String origin = "Origin: https://other.example\n";
        assertThat(RawClient.head(api.gateway.port(), request("pages", origin))).startsWith("HTTP/1.1 101 ");
        assertThat(RawClient.head(api.gateway.port(), request("python", "Origin: http://localhost\n")))
                .startsWith("HTTP/1.1 101 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "node"})
    void whoLeaves_endsTheRun_andAServerThatDies_theConnection(String server) throws Exception {
        var messages = new Messages();
        WebSocket left = open(server + "/first", messages);
        assertThat(messages.next()).isEqualTo("0");
        left.abort();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(statuses(server)).doesNotContain("RUNNING", "CREATING"));
        WebSocket socket = open(server + "/first", messages);
        assertThat(messages.all.poll(30, TimeUnit.SECONDS)).isNotNull();
        socket.sendText("die", true).join();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(messages.all).contains("closed 1006 "));
        var again = new Messages();
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            open(server + "/first", again).abort();
            return true;
        });
    }
}
