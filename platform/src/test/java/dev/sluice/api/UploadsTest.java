package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.blob.MemoryBlobs;
import dev.sluice.fs.FsSettings;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.Quota;
import dev.sluice.fs.References;
import dev.sluice.fs.UnlinkedBlobs;
import dev.sluice.fs.Usage;
import dev.sluice.http.Response;
import dev.sluice.http.WebServer;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Bodies as blobs, with limits small enough to be met.
@Timeout(60)
final class UploadsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long STORED_MAX = 100_000;
    private static final Uploads.Limits ROOMY = new Uploads.Limits(8, 50_000, Duration.ofMinutes(1));

    private final MemoryStore store = new MemoryStore();
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final LabeledFs fs = new LabeledFs(
            store,
            new SecureRandom(),
            new FsSettings(_ -> new Quota(1_000, STORED_MAX), InstantSource.system(), References.NONE));
    private volatile Runnable isStillAllowed = () -> {};

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init") // each test serves first
    private WebServer server;

    private void serve(Uploads.Limits limits) throws Exception {
        fs.bootstrap();
        var uploads = new Uploads(new UnlinkedBlobs(fs, blobs), blobs, limits);
        server = WebServer.start(
                WebServer.Ports.loopback(0, 0),
                new CertificateTable(TlsIdentity.at(directory, Clock.systemUTC())),
                Refusals.ofEntities("blob", request -> {
                    Uploads.Kept kept = new Task(Label.PUBLIC, Label.TOP, Privilege.NONE, "acme")
                            .run(() -> uploads.keep(request, Label.PUBLIC, () -> isStillAllowed.run()));
                    return Response.error(201, 201, "kept " + kept.lengthBytes());
                }));
    }

    @AfterEach
    void end() {
        server.close();
    }

    private long used() {
        return Usage.of(store, "acme").bytes();
    }

    private Socket begin(String headers, String body) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        send(socket, "POST /v1/blob HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n" + body);
        return socket;
    }

    private Socket announce(int bytes) throws IOException {
        return begin("Content-Length: " + bytes + "\r\n", "");
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    private static String answer(Socket socket) throws IOException {
        try (socket) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void requireNothingKept() {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(used()).isZero());
        assertThat(blobs.list(Optional.empty(), 10)).isEmpty();
    }

    @Test
    void theServersLimits_areThoseOfTheDocumentation() throws Exception {
        serve(ROOMY);
        assertThat(Uploads.Limits.SERVED).isEqualTo(new Uploads.Limits(8, 1L << 30, Duration.ofHours(1)));
    }

    @Test
    void whatIsAnnounced_isChargedBeforeItComes_andGivenBackWhenItDoesNot() throws Exception {
        serve(ROOMY);
        Socket first = announce(50_000);
        await().atMost(PATIENCE).until(() -> used() == 50_000);
        Socket second = announce(50_000);
        await().atMost(PATIENCE).until(() -> used() == 100_000);
        assertThat(answer(begin("Content-Length: 1\r\n", "x")))
                .startsWith("HTTP/1.1 429")
                .contains("stored all the bytes");
        first.close();
        await().atMost(PATIENCE).until(() -> used() == 50_000);
        assertThat(answer(begin("Content-Length: 1\r\n", "x"))).startsWith("HTTP/1.1 201");
        second.close();
        await().atMost(PATIENCE).until(() -> used() < 1_000);
        assertThat(used()).as("what is kept").isPositive();
    }

    @Test
    void whatIsNotAnnounced_isChargedAsItComes() throws Exception {
        serve(ROOMY);
        Socket open = begin("Transfer-Encoding: chunked\r\n", "");
        send(open, "8000\r\n" + "x".repeat(0x8000) + "\r\n8000\r\n" + "x".repeat(0x8000) + "\r\n");
        assertThat(answer(open)).as("more than one may have").startsWith("HTTP/1.1 413");
        requireNothingKept();
        Socket whole = begin("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n");
        assertThat(answer(whole)).startsWith("HTTP/1.1 201").contains("kept 5");
    }

    @Test
    void whatIsNotAnnounced_isRefusedWhereItIsTooMuch() throws Exception {
        serve(new Uploads.Limits(8, 1 << 20, Duration.ofMinutes(1)));
        Socket open = begin("Transfer-Encoding: chunked\r\n", "");
        for (int i = 0; i < 4; i++) {
            send(open, "8000\r\n" + "x".repeat(0x8000) + "\r\n");
        }
        send(open, "0\r\n\r\n");
        assertThat(answer(open)).startsWith("HTTP/1.1 429").contains("stored all the bytes");
        requireNothingKept();
    }

    @Test
    void aBlobThatIsTooLarge_isRefused() throws Exception {
        serve(ROOMY);
        assertThat(answer(announce(50_001))).startsWith("HTTP/1.1 413");
        requireNothingKept();
        assertThat(answer(begin("Content-Length: 50000\r\n", "x".repeat(50_000))))
                .startsWith("HTTP/1.1 201");
    }

    @Test
    void aBlobThatComesTooSlowly_isRefused_andNothingIsKept() throws Exception {
        serve(new Uploads.Limits(8, 1 << 20, Duration.ofMillis(300)));
        Socket slow = announce(80_000);
        Thread.sleep(400);
        send(slow, "x".repeat(80_000));
        assertThat(answer(slow)).startsWith("HTTP/1.1 408").contains("too slowly");
        requireNothingKept();
        assertThat(answer(begin("Content-Length: 5\r\n", "hello"))).startsWith("HTTP/1.1 201");
    }

    @Test
    void whoseRightsEndedMeanwhile_keepsNothing() throws Exception {
        serve(ROOMY);
        Socket open = begin("Content-Length: 10\r\n", "hello");
        await().atMost(PATIENCE).until(() -> used() == 10);
        isStillAllowed = () -> {
            throw Door.forbidden();
        };
        send(open, "again");
        assertThat(answer(open)).startsWith("HTTP/1.1 403");
        requireNothingKept();
    }
}
