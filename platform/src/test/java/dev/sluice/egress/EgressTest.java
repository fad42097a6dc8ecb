package dev.sluice.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.bytes.Bytes;
import dev.sluice.egress.EgressFailed.Why;
import dev.sluice.testing.Sink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Real connections to a server on loopback, with TLS where it says so; the server tells what arrived.
@Timeout(60)
final class EgressTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private Sink sink;
    private Egress egress;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        sink = Sink.https(directory);
        egress = open(permitted(sink.port()), InetAddress::getAllByName, PATIENCE, new Traffic(32, 256));
    }

    @AfterEach
    void stop() throws IOException {
        egress.close();
        sink.close();
    }

    @Test
    void exchange_sendsWhatItIsGiven_andNothingElse() throws Exception {
        Inbound answer = egress.exchange(
                "acme",
                new Outbound(
                        origin("https"), "POST", "/a%2Fb/c?x=%26&y=", Map.of("X-Key", "secret"), Bytes.utf8("body")));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().utf8()).isEqualTo("answer");
        assertThat(answer.headers()).containsEntry("x-from", "sink");
        Sink.Received received = sink.received().getFirst();
        assertThat(received.line()).isEqualTo("POST /a%2Fb/c?x=%26&y= HTTP/1.1");
        assertThat(received.body()).isEqualTo("body");
        assertThat(received.headers())
                .containsExactlyInAnyOrder(
                        "Host: localhost:" + sink.port(),
                        "User-Agent: sluice",
                        "x-key: secret",
                        "Content-Type: application/octet-stream",
                        "Content-Length: 4");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void redirect_isAnAnswer(int status) throws Exception {
        sink.answer(_ -> Sink.bytes("HTTP/1.1 " + status + " Moved\r\nLocation: https://localhost:" + sink.port()
                + "/elsewhere\r\nContent-Length: 0\r\n\r\n"));
        Inbound answer = egress.exchange("acme", get("/"));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers()).containsEntry("location", "https://localhost:" + sink.port() + "/elsewhere");
        assertThat(sink.received()).hasSize(1);
    }

    @Test
    void cookie_isNotSentBack() throws Exception {
        sink.answer(_ -> Sink.bytes("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"));
        egress.exchange("acme", get("/"));
        egress.exchange("acme", get("/"));
        assertThat(sink.received()).hasSize(2);
        assertThat(sink.received().getLast().head()).doesNotContainIgnoringCase("cookie");
    }

    @Test
    void compressedAnswer_isNotDecompressed() throws Exception {
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(new byte[64 << 20]);
        }
        var raw = new ByteArrayOutputStream();
        raw.write(Sink.bytes(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + compressed.size() + "\r\n\r\n"));
        raw.write(compressed.toByteArray());
        sink.answer(_ -> raw.toByteArray());
        Inbound answer = egress.exchange("acme", get("/"));
        assertThat(answer.body().length()).isEqualTo(compressed.size());
        assertThat(sink.received().getFirst().head()).doesNotContainIgnoringCase("accept-encoding");
    }

    @Test
    void certificateThatNobodyVouchesFor_orOfAnotherName_isNoServer() throws Exception {
        try (Egress strict = open(
                new EgressSettings(Set.of("*"), Set.of("localhost:" + sink.port()), Optional.empty()),
                InetAddress::getAllByName,
                PATIENCE,
                new Traffic(1, 1))) {
            assertThat(why(strict, get("/"))).isEqualTo(Why.UNREACHABLE);
        }
        try (Egress misled = open(
                new EgressSettings(Set.of("*"), Set.of("example.com:" + sink.port()), Optional.of(sink.certificate())),
                _ -> new InetAddress[] {InetAddress.getLoopbackAddress()},
                PATIENCE,
                new Traffic(1, 1))) {
            var elsewhere =
                    new Outbound(new Origin("https", "example.com", sink.port()), "GET", "/", Map.of(), Bytes.EMPTY);
            assertThat(why(misled, elsewhere)).isEqualTo(Why.UNREACHABLE);
        }
        assertThat(sink.received()).isEmpty();
    }

    @Test
    void addressThatIsNotPublic_isNotConnectedTo() throws Exception {
        try (Egress closed = open(
                new EgressSettings(Set.of("*"), Set.of("localhost:1"), Optional.of(sink.certificate())),
                InetAddress::getAllByName,
                PATIENCE,
                new Traffic(1, 1))) {
            for (String host : List.of("localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]")) {
                var outbound = new Outbound(new Origin("https", host, sink.port()), "GET", "/", Map.of(), Bytes.EMPTY);
                assertThat(why(closed, outbound)).as(host).isIn(Why.FORBIDDEN, Why.UNREACHABLE);
            }
            assertThat(why(closed, get("/"))).isEqualTo(Why.FORBIDDEN);
        }
        assertThat(sink.received()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.1",
                "2130706433",
                "0x7f000001",
                "017700000001",
                "a_b.example",
                "a..example",
                "-a.example",
                "ex ample",
                "a@b",
                "a/b",
                "a:1",
                "a%2eb",
                "localhost\r\nX: y",
                "[::1",
                "é.example",
                "",
                "[fe80::1%25lo]",
            })
    void whatIsNoHost_isNoOrigin(String host) {
        assertThatThrownBy(() -> Origin.of("https", host, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    /// DNS rebinding: public when it is asked first, this machine when it is asked again.
    @Test
    void name_isAskedOnce_andWhatItAnsweredIsConnectedTo() throws Exception {
        var asked = new CopyOnWriteArrayList<String>();
        CheckedResolver.Lookup rebinding = host -> {
            asked.add(host);
            return new InetAddress[] {
                asked.size() == 1 ? InetAddress.ofLiteral("192.0.2.1") : InetAddress.getLoopbackAddress()
            };
        };
        try (Egress rebound = open(
                new EgressSettings(Set.of("*"), Set.of("localhost:" + sink.port()), Optional.of(sink.certificate())),
                rebinding,
                Duration.ofSeconds(2),
                new Traffic(1, 1))) {
            assertThat(why(rebound, get("/"))).isIn(Why.UNREACHABLE, Why.TIMED_OUT);
        }
        assertThat(asked).hasSize(1);
        assertThat(sink.received()).isEmpty();
    }

    /// One address among several that may be connected to is enough to refuse all.
    @Test
    void mixedAnswerOfAName_isRefused() throws Exception {
        CheckedResolver.Lookup mixed =
                _ -> new InetAddress[] {InetAddress.ofLiteral("8.8.8.8"), InetAddress.getLoopbackAddress()};
        try (Egress closed =
                open(new EgressSettings(Set.of("*"), Set.of(), Optional.empty()), mixed, PATIENCE, new Traffic(1, 1))) {
            assertThat(why(closed, get("/"))).isEqualTo(Why.FORBIDDEN);
        }
    }

    @Test
    void unknownName_isUnreachable() throws Exception {
        CheckedResolver.Lookup none = host -> {
            throw new UnknownHostException(host);
        };
        try (Egress lost = open(permitted(sink.port()), none, PATIENCE, new Traffic(1, 1))) {
            assertThat(why(lost, get("/"))).isEqualTo(Why.UNREACHABLE);
        }
    }

    @Test
    void answerOverTheLimit_isCutOff() {
        sink.answer(_ -> Sink.ok("x".repeat(Inbound.BODY_BYTES_MAX + 1)));
        assertThat(why(egress, get("/"))).isEqualTo(Why.TOO_LARGE);
        sink.answer(_ -> Sink.bytes("HTTP/1.1 200 OK\r\nX: " + "x".repeat(64 << 10) + "\r\n\r\n"));
        assertThat(why(egress, get("/"))).isEqualTo(Why.UNREACHABLE);
    }

    @Test
    void answerOfTheLimit_isWhole() throws Exception {
        sink.answer(_ -> Sink.ok("x".repeat(Inbound.BODY_BYTES_MAX)));
        assertThat(egress.exchange("acme", get("/")).body().length()).isEqualTo(Inbound.BODY_BYTES_MAX);
    }

    @Test
    void silentServer_endsAtTheTimeLimit() throws Exception {
        sink.answer(_ -> new byte[0]);
        try (Egress hasty =
                open(permitted(sink.port()), InetAddress::getAllByName, Duration.ofMillis(300), new Traffic(1, 1))) {
            assertThat(why(hasty, get("/"))).isEqualTo(Why.TIMED_OUT);
            sink.answer(_ -> Sink.bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"));
            assertThat(why(hasty, get("/"))).isEqualTo(Why.TIMED_OUT);
        }
    }

    @Test
    void brokenAnswer_isUnreachable() {
        sink.answer(_ -> Sink.bytes("SSH-2.0-nonsense\r\n\r\n"));
        assertThat(why(egress, get("/"))).isEqualTo(Why.UNREACHABLE);
    }

    @Test
    void organizationsExchanges_areBounded_andLeaveRoomForOthers() throws Exception {
        var arrived = new CountDownLatch(2);
        var go = new CountDownLatch(1);
        sink.answer(_ -> {
            arrived.countDown();
            await(go);
            return Sink.ok("late");
        });
        try (Egress narrow = open(permitted(sink.port()), InetAddress::getAllByName, PATIENCE, new Traffic(1, 2));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = new ArrayList<Future<Inbound>>();
            waiting.add(threads.submit(() -> narrow.exchange("acme", get("/"))));
            waiting.add(threads.submit(() -> narrow.exchange("blue", get("/"))));
            arrived.await();
            assertThat(why(narrow, get("/"))).isEqualTo(Why.BUSY);
            assertThat(catchThrowableOfType(EgressFailed.class, () -> narrow.exchange("green", get("/")))
                            .why())
                    .isEqualTo(Why.BUSY);
            go.countDown();
            for (Future<Inbound> each : waiting) {
                assertThat(each.get().body().utf8()).isEqualTo("late");
            }
            assertThat(narrow.exchange("acme", get("/")).status()).isEqualTo(200);
        }
    }

    @Test
    void organizations_shareNoConnection() throws Exception {
        sink.answer(received -> Sink.ok(String.valueOf(received.port())));
        var acme = new ArrayList<String>();
        var blue = new ArrayList<String>();
        for (int i = 0; i < 20; i++) { // a connection may be wanted again before it is free again
            acme.add(egress.exchange("acme", get("/")).body().utf8());
            blue.add(egress.exchange("blue", get("/")).body().utf8());
        }
        assertThat(acme).doesNotContainAnyElementsOf(blue);
        assertThat(Set.copyOf(acme)).hasSizeLessThan(acme.size());
        assertThat(Set.copyOf(blue)).hasSizeLessThan(blue.size());
    }

    private static Egress open(
            EgressSettings settings, CheckedResolver.Lookup lookup, Duration patience, Traffic traffic)
            throws IOException {
        return Egress.open(settings, lookup, patience, traffic);
    }

    private EgressSettings permitted(int port) {
        return new EgressSettings(Set.of("*"), Set.of("localhost:" + port), Optional.of(sink.certificate()));
    }

    private Origin origin(String scheme) {
        return new Origin(scheme, "localhost", sink.port());
    }

    private Outbound get(String target) {
        return new Outbound(origin("https"), "GET", target, Map.of(), Bytes.EMPTY);
    }

    private static Why why(Egress egress, Outbound outbound) {
        return catchThrowableOfType(EgressFailed.class, () -> egress.exchange("acme", outbound))
                .why();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
