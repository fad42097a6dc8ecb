package dev.sluice.http;

import static dev.sluice.http.RawHttp2.ACK;
import static dev.sluice.http.RawHttp2.CONTINUATION;
import static dev.sluice.http.RawHttp2.DATA;
import static dev.sluice.http.RawHttp2.END_HEADERS;
import static dev.sluice.http.RawHttp2.END_STREAM;
import static dev.sluice.http.RawHttp2.HEADERS;
import static dev.sluice.http.RawHttp2.PADDED;
import static dev.sluice.http.RawHttp2.PING;
import static dev.sluice.http.RawHttp2.PUSH_PROMISE;
import static dev.sluice.http.RawHttp2.RST_STREAM;
import static dev.sluice.http.RawHttp2.SETTINGS;
import static dev.sluice.http.RawHttp2.WINDOW_UPDATE;
import static dev.sluice.http.RawHttp2.block;
import static dev.sluice.http.RawHttp2.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.SelfSigned;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What RFC 9113 asks of a server, where getting it wrong lets one request pass for another, or makes peers disagree
/// on what was said. The cases are those of its sections, which h2spec has too.
@Timeout(60)
final class Http2ConformanceTest {
    private static final int PROTOCOL = 1;
    private static final int FLOW_CONTROL = 3;
    private static final int STREAM_CLOSED = 5;
    private static final int FRAME_SIZE = 6;
    private static final int COMPRESSION = 9;

    private WebServer server;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start(
                WebServer.Ports.loopback(0, 0).withHttp2(true),
                new CertificateTable(SelfSigned.of("localhost", Instant.now())),
                request -> Response.text(200, request.body(1 << 20).utf8()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawHttp2 connect() throws IOException {
        return RawHttp2.connect(server.tlsPort(), "");
    }

    /// How a connection ends on which this was said.
    private int ended(int type, int flags, int stream, byte... payload) throws IOException {
        try (RawHttp2 client = connect()) {
            client.send(type, flags, stream, payload);
            return client.end();
        }
    }

    @Test
    void aFrame_onAStreamThatItHasNoBusinessOn_endsTheConnection() throws IOException {
        assertThat(ended(DATA, 0, 0, (byte) 1)).isEqualTo(PROTOCOL);
        assertThat(ended(DATA, 0, 1, (byte) 1)).isEqualTo(PROTOCOL);
        assertThat(ended(HEADERS, END_HEADERS | END_STREAM, 0, get("/"))).isEqualTo(PROTOCOL);
        assertThat(ended(HEADERS, END_HEADERS | END_STREAM, 2, get("/"))).isEqualTo(PROTOCOL);
        assertThat(ended(RST_STREAM, 0, 0, new byte[4])).isEqualTo(PROTOCOL);
        assertThat(ended(RST_STREAM, 0, 1, new byte[4])).isEqualTo(PROTOCOL);
        assertThat(ended(SETTINGS, 0, 1)).isEqualTo(PROTOCOL);
        assertThat(ended(PING, 0, 1, new byte[8])).isEqualTo(PROTOCOL);
        assertThat(ended(WINDOW_UPDATE, 0, 1, new byte[] {0, 0, 0, 1})).isEqualTo(PROTOCOL);
        assertThat(ended(CONTINUATION, END_HEADERS, 1, get("/"))).isEqualTo(PROTOCOL);
        assertThat(ended(PUSH_PROMISE, END_HEADERS, 1, new byte[] {0, 0, 0, 2})).isEqualTo(PROTOCOL);
    }

    @Test
    void aFrame_ofTheWrongSize_endsTheConnection() throws IOException {
        assertThat(ended(SETTINGS, 0, 0, new byte[5])).isEqualTo(FRAME_SIZE);
        assertThat(ended(SETTINGS, ACK, 0, new byte[6])).isEqualTo(FRAME_SIZE);
        assertThat(ended(PING, 0, 0, new byte[7])).isEqualTo(FRAME_SIZE);
        assertThat(ended(WINDOW_UPDATE, 0, 0, new byte[3])).isEqualTo(FRAME_SIZE);
        assertThat(ended(HEADERS, END_HEADERS, 1, new byte[20_000])).isEqualTo(FRAME_SIZE);
    }

    @ParameterizedTest
    @CsvSource({"2, 2, 1", "4, -1, 3", "5, 100, 1", "5, 16777216, 1"})
    void aSetting_withAValueThatItCannotHave_endsTheConnection(int key, int value, int error) throws IOException {
        byte[] setting = {0, (byte) key, (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
        assertThat(ended(SETTINGS, 0, 0, setting)).isEqualTo(error);
    }

    @Test
    void aWindow_thatGrowsTooFar_endsTheConnection() throws IOException {
        assertThat(ended(WINDOW_UPDATE, 0, 0, new byte[] {127, -1, -1, -1})).isEqualTo(FLOW_CONTROL);
        assertThat(ended(WINDOW_UPDATE, 0, 0, new byte[4])).isEqualTo(PROTOCOL);
    }

    @Test
    void headers_thatCannotBeUnpacked_endTheConnection() throws IOException {
        assertThat(ended(HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x7f))
                .isIn(PROTOCOL, COMPRESSION);
        assertThat(ended(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, (byte) 200, (byte) 0))
                .isEqualTo(PROTOCOL);
    }

    @Test
    void headers_thatAreInterrupted_endTheConnection() throws IOException {
        try (RawHttp2 client = connect()) {
            client.send(HEADERS, 0, 1, get("/"));
            client.send(PING, 0, 0, new byte[8]);
            assertThat(client.end()).isEqualTo(PROTOCOL);
        }
    }

    @Test
    void aBeginning_thatIsAnotherProtocols_endsTheConnection() throws IOException {
        try (RawHttp2 client = RawHttp2.tls(server.tlsPort(), "")) {
            client.raw("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.end()).isIn(-1, PROTOCOL);
        }
    }

    /// Each would be two requests, or another one, for a server of HTTP/1.1 behind a proxy.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Upper: x",
                "connection: keep-alive",
                "transfer-encoding: chunked",
                "keep-alive: 1",
                "proxy-connection: x",
                "upgrade: x",
                "te: gzip",
                "content-length: 5",
                "content-length: x",
                "a b: x",
                ":status: 200",
                ":unknown: x",
                ":path: /twice",
                "host: other",
            })
    void aRequest_thatIsMalformed_isRefused(String field) throws IOException {
        int colon = field.indexOf(':', 1);
        assertRefused(get("/", field.substring(0, colon), field.substring(colon + 2)));
    }

    @Test
    void aValue_withALineInIt_isRefused() throws IOException {
        for (String value : new String[] {"a\r\nb: c", "a\nb", "a\rb", "a\0b"}) {
            assertRefused(get("/", "x", value));
            assertRefused(block(":method", "GET", ":scheme", "https", ":path", "/" + value, ":authority", "localhost"));
            assertRefused(block(":method", "GET" + value, ":scheme", "https", ":path", "/", ":authority", "localhost"));
            assertRefused(block(":method", "GET", ":scheme", "https", ":path", "/", ":authority", "h" + value));
        }
    }

    @Test
    void aRequest_withoutWhatItMustHave_isRefused() throws IOException {
        assertRefused(block(":scheme", "https", ":path", "/", ":authority", "localhost"));
        assertRefused(block(":method", "GET", ":path", "/", ":authority", "localhost"));
        assertRefused(block(":method", "GET", ":scheme", "https", ":authority", "localhost"));
        assertRefused(block(":method", "GET", ":scheme", "https", ":path", "", ":authority", "localhost"));
        assertRefused(block(":method", "GET", ":scheme", "https", "x", "y", ":path", "/", ":authority", "localhost"));
    }

    private void assertRefused(byte[] headers) throws IOException {
        try (RawHttp2 client = connect()) {
            client.send(HEADERS, END_HEADERS | END_STREAM, 1, headers);
            RawHttp2.Frame answer = client.next(frame -> frame.stream() == 1 || frame.type() == RawHttp2.GOAWAY);
            if (answer.type() == HEADERS) {
                assertThat(answer.status()).isBetween(400, 499);
            } else {
                assertThat(answer.type()).isIn(RST_STREAM, RawHttp2.GOAWAY);
                assertThat(answer.error()).isIn(PROTOCOL, COMPRESSION);
            }
        }
    }

    @Test
    void aBody_thatIsNotAsLongAsItSays_isNoRequest() throws IOException {
        byte[] headers = block(
                ":method", "POST", ":scheme", "https", ":path", "/", ":authority", "localhost", "content-length", "5");
        for (int length : new int[] {4, 6}) {
            try (RawHttp2 client = connect()) {
                client.send(HEADERS, END_HEADERS, 1, headers);
                client.send(DATA, END_STREAM, 1, new byte[length]);
                RawHttp2.Frame answer = client.next(frame -> frame.stream() == 1 || frame.type() == RawHttp2.GOAWAY);
                assertThat(answer.type() == HEADERS ? answer.status() : 400)
                        .as("length " + length)
                        .isEqualTo(400);
            }
        }
    }

    @Test
    void aStream_thatIsOlderThanTheLast_endsTheConnection() throws IOException {
        try (RawHttp2 client = connect()) {
            client.ask(3, "/");
            assertThat(client.status(3)).isEqualTo(200);
            client.ask(1, "/");
            assertThat(client.end()).isIn(PROTOCOL, STREAM_CLOSED);
        }
    }

    @Test
    void whatIsUnknown_isPassedOver_andAPingIsAnswered() throws IOException {
        try (RawHttp2 client = connect()) {
            client.send(0x77, 0xff, 0, new byte[10]);
            client.send(SETTINGS, 0, 0, new byte[] {0x55, 0x55, 0, 0, 0, 1});
            client.send(PING, 0, 0, "pingpong".getBytes(StandardCharsets.US_ASCII));
            RawHttp2.Frame pong = client.next(frame -> frame.type() == PING);
            assertThat(pong.flags()).isEqualTo(ACK);
            assertThat(pong.payload().utf8()).isEqualTo("pingpong");
            client.ask(1, "/");
            assertThat(client.status(1)).isEqualTo(200);
        }
    }
}
