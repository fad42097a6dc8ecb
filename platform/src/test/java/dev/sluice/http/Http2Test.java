package dev.sluice.http;

import static dev.sluice.http.RawHttp2.ACK;
import static dev.sluice.http.RawHttp2.CONTINUATION;
import static dev.sluice.http.RawHttp2.DATA;
import static dev.sluice.http.RawHttp2.END_HEADERS;
import static dev.sluice.http.RawHttp2.END_STREAM;
import static dev.sluice.http.RawHttp2.HEADERS;
import static dev.sluice.http.RawHttp2.PING;
import static dev.sluice.http.RawHttp2.PRIORITY;
import static dev.sluice.http.RawHttp2.RST_STREAM;
import static dev.sluice.http.RawHttp2.SETTINGS;
import static dev.sluice.http.RawHttp2.WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.SelfSigned;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a client of HTTP/2 can ask for, and what it cannot make the server do.
@Timeout(60)
final class Http2Test {
    private static final int REFUSED = 7;
    private static final int CALM = 11;
    private static final Duration IDLE = Duration.ofSeconds(2);
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger waiting = new AtomicInteger();
    private WebServer server;

    @BeforeEach
    void start() throws IOException {
        Handler routes = new Routes.Table()
                .add("GET", "/", _ -> Response.text(200, "root"))
                .add("GET", "/wait", _ -> {
                    waiting.incrementAndGet();
                    released.await();
                    return Response.text(200, "waited");
                })
                .add(
                        "GET",
                        "/large",
                        _ -> Response.stream(200, "text/plain", new ByteArrayInputStream(new byte[1 << 20]), 1 << 20))
                .add(
                        "POST",
                        "/echo",
                        request -> Response.text(200, request.body(1 << 20).utf8()))
                .add("POST", "/early", _ -> Response.text(403, "no"))
                .build();
        server = WebServer.start(
                WebServer.Ports.loopback(0, 0).withHttp2(true),
                new CertificateTable(SelfSigned.of("localhost", Instant.now())),
                routes,
                IDLE,
                LargeBodies.ofThisProcess());
    }

    @AfterEach
    void stop() {
        released.countDown();
        server.close();
    }

    private RawHttp2 connect() throws IOException {
        return RawHttp2.connect(server.tlsPort(), "");
    }

    /// Says one thing again and again, as fast as it can.
    private int flooded(int times, Frames frames) throws IOException {
        try (RawHttp2 client = connect()) {
            try {
                for (int i = 0; i < times; i++) {
                    client.raw(frames.at(i));
                }
            } catch (SocketException closed) {
                return CALM; // before all was said
            }
            return client.end();
        }
    }

    interface Frames {
        byte[] at(int number);
    }

    enum Flood implements Frames {
        /// CVE-2023-44487.
        RAPID_RESET {
            @Override
            public byte[] at(int number) {
                int stream = 2 * number + 1;
                return joined(
                        RawHttp2.frame(HEADERS, END_HEADERS | END_STREAM, stream, RawHttp2.get("/")),
                        RawHttp2.frame(RST_STREAM, 0, stream, (byte) 0, (byte) 0, (byte) 0, (byte) 8));
            }
        },
        /// CVE-2025-8671: it is the server that is made to reset.
        MADE_TO_RESET {
            @Override
            public byte[] at(int number) {
                int stream = 2 * number + 1;
                return joined(
                        RawHttp2.frame(HEADERS, END_HEADERS, stream, RawHttp2.get("/wait")),
                        RawHttp2.frame(WINDOW_UPDATE, 0, stream, new byte[4]));
            }
        },
        /// CVE-2019-9515.
        SETTINGS_FLOOD {
            @Override
            public byte[] at(int number) {
                return RawHttp2.frame(SETTINGS, 0, 0);
            }
        },
        /// CVE-2019-9512.
        PING_FLOOD {
            @Override
            public byte[] at(int number) {
                return RawHttp2.frame(PING, 0, 0, new byte[8]);
            }
        },
        /// CVE-2019-9518.
        EMPTY_DATA {
            @Override
            public byte[] at(int number) {
                return number == 0
                        ? RawHttp2.frame(HEADERS, END_HEADERS, 1, RawHttp2.get("/wait"))
                        : RawHttp2.frame(DATA, 0, 1);
            }
        },
        /// CVE-2024-27316 and its like.
        CONTINUATIONS {
            @Override
            public byte[] at(int number) {
                return number == 0
                        ? RawHttp2.frame(HEADERS, 0, 1, RawHttp2.get("/"))
                        : RawHttp2.frame(CONTINUATION, 0, 1, RawHttp2.block("a" + number, "b"));
            }
        },
        PRIORITIES {
            @Override
            public byte[] at(int number) {
                return RawHttp2.frame(PRIORITY, 0, 2 * number + 1, new byte[] {0, 0, 0, 0, 1});
            }
        }
    }

    private static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(Flood.class)
    void aFlood_endsTheConnection_andOthersAreServed(Flood flood) throws IOException {
        assertThat(flooded(2_000, flood)).isIn(CALM, -1); // what it says last may not be read any more
        try (RawHttp2 other = connect()) {
            other.ask(1, "/");
            assertThat(other.status(1)).isEqualTo(200);
        }
    }

    @Test
    void oneConnection_hasOnlySoManyRequestsUnderWay() throws IOException {
        try (RawHttp2 client = connect()) {
            for (int i = 0; i < Http2.STREAMS_MAX; i++) {
                client.ask(2 * i + 1, "/wait");
            }
            int over = 2 * Http2.STREAMS_MAX + 1;
            client.ask(over, "/wait");
            RawHttp2.Frame refused = client.next(frame -> frame.type() == RST_STREAM);
            assertThat(refused.stream()).isEqualTo(over);
            assertThat(refused.error()).isEqualTo(REFUSED);
            released.countDown();
            assertThat(client.status(1)).isEqualTo(200);
            client.ask(over + 2, "/");
            assertThat(client.status(over + 2)).isEqualTo(200);
        }
        assertThat(waiting.get()).isEqualTo(Http2.STREAMS_MAX);
    }

    @Test
    void headers_areAsLargeAsInHttp1_andNotLarger() throws IOException {
        try (RawHttp2 client = connect()) {
            client.send(HEADERS, END_HEADERS | END_STREAM, 1, RawHttp2.get("/", "x-large", "x".repeat(12 << 10)));
            assertThat(client.status(1)).isEqualTo(200);
            byte[] large = RawHttp2.get("/", "x-large", "x".repeat(15 << 10), "y-large", "y".repeat(800));
            client.send(HEADERS, END_HEADERS | END_STREAM, 3, large);
            assertThat(client.end()).isIn(1, 9, CALM);
        }
    }

    /// A header that is said once and then only pointed to.
    @Test
    void headers_thatUnpackToTooMuch_areRefused() throws IOException {
        try (RawHttp2 client = connect()) {
            var block = new ByteArrayOutputStream();
            block.writeBytes(RawHttp2.get("/"));
            byte[] bomb = RawHttp2.block("x-bomb", "x".repeat(3_000));
            bomb[0] = 0x40; // to be kept in the table
            block.writeBytes(bomb);
            for (int i = 0; i < 1_000; i++) {
                block.write(0xbe); // what was put into the table last
            }
            client.send(HEADERS, END_HEADERS | END_STREAM, 1, block.toByteArray());
            assertThat(client.end()).isIn(1, 9, CALM);
        }
    }

    @Test
    void anAnswer_beforeTheEndOfTheBody_isReadWhole_andTheConnectionGoesOn() throws IOException {
        try (RawHttp2 client = connect()) {
            for (int stream = 1; stream < 20; stream += 2) {
                client.send(
                        HEADERS,
                        END_HEADERS,
                        stream,
                        RawHttp2.block(
                                ":method", "POST", ":scheme", "https", ":path", "/early", ":authority", "localhost"));
                client.send(DATA, 0, stream, new byte[10_000]);
                assertThat(client.status(stream)).isEqualTo(403);
                client.send(DATA, END_STREAM, stream, new byte[100]);
            }
            client.ask(21, "/");
            assertThat(client.status(21)).isEqualTo(200);
        }
    }

    @Test
    void aBody_isTakenWhole() throws IOException {
        try (RawHttp2 client = connect()) {
            client.send(
                    HEADERS,
                    END_HEADERS,
                    1,
                    RawHttp2.block(":method", "POST", ":scheme", "https", ":path", "/echo", ":authority", "localhost"));
            client.send(DATA, 0, 1, "one ".getBytes(StandardCharsets.US_ASCII));
            client.send(DATA, END_STREAM, 1, "two".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.status(1)).isEqualTo(200);
            assertThat(client.next(frame -> frame.type() == DATA).payload().utf8())
                    .isEqualTo("one two");
        }
    }

    /// Flow control: who does not read is sent no more than he has room for.
    @Test
    void anAnswer_waitsForItsReader() throws IOException {
        try (RawHttp2 client = connect()) {
            client.ask(1, "/large");
            assertThat(client.status(1)).isEqualTo(200);
            int got = 0;
            while (got < 65_535) {
                got += client.next(one -> one.type() == DATA).payload().length();
            }
            assertThat(got).isEqualTo(65_535);
            client.send(PING, 0, 0, new byte[8]);
            assertThat(client.next(frame -> frame.type() == PING || frame.type() == DATA)
                            .type())
                    .isEqualTo(PING);
        }
    }

    @Test
    void theServer_saysWhatItTakes() throws IOException {
        try (RawHttp2 client = connect()) {
            ByteBuffer said = client.next(frame -> frame.type() == SETTINGS && frame.flags() == 0)
                    .payload()
                    .asBuffer();
            var settings = new HashMap<Integer, Integer>();
            while (said.hasRemaining()) {
                settings.put((int) said.getShort(), said.getInt());
            }
            assertThat(settings)
                    .containsEntry(3, Http2.STREAMS_MAX)
                    .containsEntry(4, Http2.STREAM_WINDOW_BYTES)
                    .containsEntry(6, WebServer.HEADER_BYTES_MAX)
                    .doesNotContainEntry(8, 1); // no CONNECT for other protocols
            RawHttp2.Frame more = client.next(frame -> frame.type() == WINDOW_UPDATE && frame.stream() == 0);
            assertThat(more.payload().asBuffer().getInt()).isEqualTo(Http2.CONNECTION_WINDOW_BYTES - 65_535);
        }
    }

    @Test
    void settingsWithManyKeys_endTheConnection() throws IOException {
        try (RawHttp2 client = connect()) {
            byte[] settings = new byte[6 * (Http2.SETTINGS_MAX + 1)];
            for (int i = 0; i < settings.length; i += 6) {
                settings[i] = (byte) 0x10;
                settings[i + 1] = (byte) i;
            }
            client.send(SETTINGS, 0, 0, settings);
            assertThat(client.end()).isEqualTo(CALM);
        }
    }

    @Test
    void whoSaysNothing_isLetGo() throws IOException {
        try (RawHttp2 client = connect()) {
            client.send(SETTINGS, ACK, 0);
            assertThat(client.end()).isLessThanOrEqualTo(0);
        }
        try (RawHttp2 client = connect()) {
            client.send(
                    HEADERS,
                    END_HEADERS,
                    1,
                    RawHttp2.block(":method", "POST", ":scheme", "https", ":path", "/echo", ":authority", "localhost"));
            assertThat(client.status(1)).isIn(0, 408);
        }
    }
}
