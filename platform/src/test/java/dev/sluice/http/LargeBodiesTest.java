package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.bytes.Bytes;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LargeBodiesTest {
    private static final int LARGE_BYTES = 100_000;

    @TempDir
    Path directory;

    @Test
    void whatIsTaken_isMissing_untilItIsGivenBack() throws ClientGone {
        var memory = new LargeBodies(1 << 20, Duration.ofMillis(10));
        try (var first = memory.share()) {
            first.takeForBody(200 << 10);
            try (var second = memory.share()) {
                assertThatThrownBy(() -> second.takeForBody(200 << 10))
                        .isInstanceOfSatisfying(
                                HttpRefused.class,
                                refused -> assertThat(refused.status()).isEqualTo(503));
            }
        }
        try (var third = memory.share()) {
            third.takeForBody(200 << 10);
        }
    }

    @Test
    void theLargestBody_isTaken_ifItIsAlone() throws ClientGone {
        var memory = new LargeBodies(1 << 20, Duration.ofMillis(10));
        try (var share = memory.share()) {
            share.takeForBody(1 << 30);
            share.takeForAnswer(1 << 30);
        }
        try (var share = memory.share()) {
            share.takeForBody(1 << 30);
        }
    }

    @Test
    void manyLargeBodies_areRefused_andSmallOnesAnswered() throws Exception {
        var release = new CountDownLatch(1);
        var inside = new AtomicInteger();
        Handler holding = request -> {
            Bytes body = request.body(10 * LARGE_BYTES);
            if (body.length() == LARGE_BYTES) {
                inside.incrementAndGet();
                release.await();
            }
            return Response.text(200, "" + body.length());
        };
        try (var server = WebServer.start(
                WebServer.Ports.loopback(0, 0),
                new CertificateTable(TlsIdentity.at(directory, Clock.systemUTC())),
                holding,
                Duration.ofSeconds(10),
                new LargeBodies(2L * LargeBodies.COPIES * LARGE_BYTES + 4096, Duration.ofMillis(100)))) {
            Thread one = Thread.ofVirtual().start(() -> quietlyPost(server.port()));
            Thread two = Thread.ofVirtual().start(() -> quietlyPost(server.port()));
            await().until(() -> inside.get() == 2);
            assertThat(RawClient.status(post(server.port(), LARGE_BYTES + 1))).isEqualTo(503);
            assertThat(RawClient.body(post(server.port(), 10_000))).isEqualTo("10000");

            release.countDown();
            one.join();
            two.join();
            assertThat(RawClient.body(post(server.port(), LARGE_BYTES + 1))).isEqualTo("" + (LARGE_BYTES + 1));
        }
    }

    private static void quietlyPost(int port) {
        try {
            post(port, LARGE_BYTES);
        } catch (IOException gone) {
            throw new IllegalStateException(gone);
        }
    }

    private static String post(int port, int bytes) throws IOException {
        return RawClient.send(
                port,
                "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " + bytes + "\r\n\r\n"
                        + "x".repeat(bytes));
    }
}
