package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.TlsIdentity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WebServerTest {
    private static final int BODY_BYTES_MAX = 1000;

    @TempDir
    Path directory;

    private WebServer server;

    @BeforeEach
    void start() throws IOException {
        Handler echo = request -> Response.of(200, "text/plain", request.body(BODY_BYTES_MAX));
        Routes routes = new Routes.Table()
                .add("GET", "/", _ -> Response.text(200, "root"))
                .add("GET", "/v1/function", _ -> Response.text(200, "list"))
                .add("GET", "/v1/function/{name}", request -> Response.text(200, request.parameter("name")))
                .add("PUT", "/v1/function/{name}", echo)
                .add("POST", "/echo", echo)
                .add(
                        "POST",
                        "/streamed",
                        request -> Response.of(
                                200,
                                "text/plain",
                                Bytes.takeOver(
                                        request.bodyStream(BODY_BYTES_MAX).readAllBytes())))
                .add("GET", "/dirs/{rest...}", request -> Response.text(200, String.join("+", request.rest())))
                .add(
                        "GET",
                        "/query",
                        request -> Response.text(200, request.query("a").orElse("none")))
                .add("GET", "/slow", request -> {
                    boolean never = new CountDownLatch(1).await(1500, TimeUnit.MILLISECONDS);
                    return Response.text(200, "slept " + never);
                })
                .add("GET", "/dies", request -> {
                    throw new IllegalStateException("a secret detail");
                })
                .add(
                        "GET",
                        "/virtual",
                        _ -> Response.text(200, "" + Thread.currentThread().isVirtual()))
                .add("GET", "/stream", _ -> {
                    byte[] content = new byte[300_000];
                    return Response.stream(200, "application/octet-stream", new ByteArrayInputStream(content), 300_000);
                })
                .build();
        server = WebServer.start(
                WebServer.Ports.loopback(0, 0),
                new CertificateTable(TlsIdentity.at(directory, Clock.systemUTC())),
                routes,
                Duration.ofMillis(700),
                new LargeBodies(4 << 20, Duration.ofMillis(300)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/, root",
        "/v1/function, list",
        "/v1/function/, list",
        "/v1/function/hello, hello",
        "/v1/function/hello/, hello",
        "/v1/function/home%3A%3Ca%2Fb%2CT%3E%3Ax, 'home:<a/b,T>:x'",
        "/v1/function/a|b&c~d:e, a|b&c~d:e",
        "/v1/function/100%2525, 100%25",
        "/v1/function/%e6%97%a5, 日",
        "/v1/function/a;b, a;b",
        "/dirs/a/b%2Fc/d, a+b/c+d",
        "/query?a=1&a=2, 1",
        "/query?a=%7C+x, | x",
        "/virtual, true",
    })
    void aPath_isRoutedByItsDecodedSegments(String target, String body) throws IOException {
        String answer = RawClient.request(server.port(), "GET", target);
        assertThat(RawClient.body(answer)).isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/../secret",
                "/v1/%2e%2e/secret",
                "/v1/./x",
                "/v1/%2E/x",
                "/v1//x",
                "/v1/function//",
                "/v1/function/a%00b",
                "/v1/function/a%0ab",
                "/v1/function/a%7fb",
                "/v1/function/%ff",
                "/v1/function/%c0%af",
                "/v1/function/%zz",
                "/v1/function/%4",
                "/v1/function/a\\b",
                "/v1/function/日",
                "/query?a=%zz",
            })
    void anAmbiguousPath_isRefused(String target) throws IOException {
        String answer = RawClient.request(server.port(), "GET", target);
        assertThat(RawClient.status(answer)).isEqualTo(400);
        assertThat(RawClient.body(answer)).startsWith("{\"code\":400,\"message\":\"");
    }

    @Test
    void anUnknownPath_isNotFound_inDispatchsWords() throws IOException {
        String answer = RawClient.request(server.port(), "GET", "/x");
        assertThat(RawClient.status(answer)).isEqualTo(404);
        assertThat(answer).contains("Content-Type: application/json");
        assertThat(RawClient.body(answer)).isEqualTo("{\"code\":404,\"message\":\"path /x was not found\"}");
    }

    @Test
    void anUnknownPath_withQuotes_isEscaped() throws IOException {
        String answer = RawClient.request(server.port(), "GET", "/x\"y?q=1");
        assertThat(RawClient.body(answer)).isEqualTo("{\"code\":404,\"message\":\"path /x\\\"y was not found\"}");
    }

    @Test
    void aWrongMethod_isNotAllowed_andSaysWhatIs() throws IOException {
        String answer = RawClient.request(server.port(), "PATCH", "/v1/function/x");
        assertThat(RawClient.status(answer)).isEqualTo(405);
        assertThat(answer).contains("Allow: GET,PUT\r\n");
        assertThat(RawClient.body(answer))
                .isEqualTo("{\"code\":405,\"message\":\"method PATCH is not allowed, but [GET,PUT] are\"}");
    }

    @Test
    void head_isGetWithoutItsBody() throws IOException {
        String answer = RawClient.request(server.port(), "HEAD", "/v1/function/hello");
        assertThat(RawClient.status(answer)).isEqualTo(200);
        assertThat(answer).contains("Content-Length: 5\r\n");
        assertThat(RawClient.body(answer)).isEmpty();
    }

    @Test
    void anAnswer_doesNotNameTheServer() throws IOException {
        assertThat(RawClient.request(server.port(), "GET", "/"))
                .doesNotContain("Server:")
                .doesNotContain("etty");
    }

    @Test
    void aBody_upToTheBound_isRead() throws IOException {
        assertThat(RawClient.body(post("x".repeat(BODY_BYTES_MAX)))).hasSize(BODY_BYTES_MAX);
        assertThat(RawClient.body(post(""))).isEmpty();
    }

    /// Else a client takes a connection that is closed for one that it can use again.
    @Test
    void anAnswer_beforeTheBodyHasCome_saysThatTheConnectionEnds() throws IOException {
        String declared = "PUT /v1/function HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
        String late = RawClient.send(server.port(), declared);
        assertThat(RawClient.status(late)).isEqualTo(405);
        assertThat(late).containsOnlyOnce("Connection: close\r\n");
        String refused = RawClient.send(server.port(), declared.replace("PUT /v1/function", "POST /echo"));
        assertThat(refused).containsOnlyOnce("Connection: close\r\n");

        String two = RawClient.send(
                server.port(), declared + "12345" + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertThat(two).contains("405").endsWith("root").containsOnlyOnce("Connection: close\r\n");
    }

    /// A connection that is closed with bytes unread is reset, and the answer is lost with it.
    @Test
    void anAnswer_beforeTheBodyHasCome_isReadByWhoStillWrites() throws Exception {
        byte[] piece = new byte[64 << 10];
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(("PUT /v1/function HTTP/1.1\r\nHost: a\r\nContent-Length: " + 100 * piece.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] first = socket.getInputStream().readNBytes(12);
            assertThat(new String(first, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 405");
            for (int i = 0; i < 100; i++) {
                out.write(piece);
            }
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .contains("Connection: close");
        }
    }

    @Test
    void aBody_aboveTheBound_isRefused_declaredOrChunked() throws IOException {
        String declared = post("x".repeat(BODY_BYTES_MAX + 1));
        assertThat(RawClient.status(declared)).isEqualTo(413);
        String chunked = RawClient.send(
                server.port(),
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + "3e8\r\n" + "x".repeat(1000)
                        + "\r\n1\r\nx\r\n0\r\n\r\n");
        assertThat(RawClient.status(chunked)).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz\r\nx\r\n0\r\n\r\n",
                "1\r\nxy\r\n0\r\n\r\n",
                "-1\r\n\r\n",
                "fffffffffffffffff\r\nx",
                "1;\0\r\nx\r\n"
            })
    void aMalformedChunk_isRefused_whereverItIsRead(String chunks) throws IOException {
        for (String target : new String[] {"/echo", "/streamed"}) {
            String answer = RawClient.send(
                    server.port(),
                    "POST " + target + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n" + chunks);
            assertThat(RawClient.status(answer)).isEqualTo(400);
        }
    }

    @Test
    void aBody_inManyChunks_isJoined() throws IOException {
        String answer = RawClient.send(
                server.port(),
                lines(
                        "POST /echo HTTP/1.1",
                        "Host: a",
                        "Connection: close",
                        "Transfer-Encoding: chunked",
                        "",
                        "3",
                        "abc",
                        "3",
                        "def",
                        "0",
                        "",
                        ""));
        assertThat(RawClient.body(answer)).contains("abcdef");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "Content-Length: +3\r\n\r\nabc",
                "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "Content-Length : 3\r\n\r\nabc",
                "X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
                "X: a\nContent-Length: 0\r\n\r\n",
            })
    void aMessage_whoseEndIsAmbiguous_isRefused(String rest) throws IOException {
        String answer = RawClient.send(server.port(), "POST /echo HTTP/1.1\r\nHost: a\r\n" + rest);
        assertThat(RawClient.status(answer)).isBetween(400, 501);
        assertThat(answer.split("HTTP/1.1 ", -1)).as("one answer only").hasSize(2);
        assertThat(RawClient.body(answer)).startsWith("{\"code\":4").endsWith("\"}");
    }

    @Test
    void headers_aboveTheBound_areRefused() throws IOException {
        String answer = RawClient.request(server.port(), "GET", "/", "X: " + "x".repeat(WebServer.HEADER_BYTES_MAX));
        assertThat(RawClient.status(answer)).isEqualTo(431);
    }

    @Test
    void aHandler_mayTakeLongerThanTheIdleTimeout() throws IOException {
        assertThat(RawClient.body(RawClient.request(server.port(), "GET", "/slow")))
                .isEqualTo("slept false");
    }

    @Test
    void aClient_thatSendsHalfABody_isCutAfterTheIdleTimeout() throws IOException {
        String answer = RawClient.send(server.port(), "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
        assertThat(answer).doesNotContain("200 OK");
    }

    @Test
    void aClient_thatSendsNothing_isCutAfterTheIdleTimeout() throws IOException {
        assertThat(RawClient.send(server.port(), "")).isEmpty();
    }

    @Test
    void aHandler_thatDies_isAnInternalError_withoutItsText() throws IOException {
        String answer = RawClient.request(server.port(), "GET", "/dies");
        assertThat(RawClient.status(answer)).isEqualTo(500);
        assertThat(answer).doesNotContain("secret").contains("{\"code\":500,\"message\":");
    }

    @Test
    void aStream_isSentWhole() throws IOException {
        assertThat(RawClient.body(RawClient.request(server.port(), "GET", "/stream")))
                .hasSize(300_000);
    }

    @Test
    void aKeptConnection_servesManyRequests() throws IOException {
        String one = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
        String last = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        assertThat(RawClient.send(server.port(), one.repeat(20) + last).split("200 OK", -1))
                .hasSize(22);
    }

    @Test
    void theServer_listensOnLoopbackOnly_andFreesItsPort() throws IOException {
        int port = server.port();
        assertThat(port).isNotEqualTo(server.tlsPort());
        server.close();
        try (var again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(again.isBound()).isTrue();
        }
    }

    @Test
    void aTakenPort_isAnIoException_andNothingListens() throws IOException {
        var identity = new CertificateTable(TlsIdentity.at(directory, Clock.systemUTC()));
        assertThatThrownBy(() ->
                        WebServer.start(WebServer.Ports.loopback(0, server.port()), identity, _ -> Response.empty(204)))
                .isInstanceOf(IOException.class);
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines);
    }

    private String post(String body) throws IOException {
        return RawClient.send(
                server.port(),
                "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n"
                        + body);
    }
}
