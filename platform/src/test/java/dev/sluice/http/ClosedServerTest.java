package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/// What a request needs is closed once its server is.
final class ClosedServerTest {
    private final Logger log = (Logger) LoggerFactory.getLogger(JettyBridge.class);
    private final ListAppender<ILoggingEvent> errors = new ListAppender<>();

    @TempDir
    private Path directory;

    @BeforeEach
    void listen() {
        errors.start();
        log.addAppender(errors);
    }

    @AfterEach
    void stop() {
        log.detachAppender(errors);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRequestThatFails_isAnErrorInTheLog_onlyWhileTheServerRuns(boolean isClosed) throws Exception {
        var begun = new CountDownLatch(1);
        var mayFail = new Semaphore(0);
        var handling = new AtomicReference<Thread>();
        Handler fails = _ -> {
            handling.set(Thread.currentThread());
            begun.countDown();
            mayFail.acquireUninterruptibly();
            throw new IllegalStateException("what it needs is gone");
        };
        var server = WebServer.start(
                WebServer.Ports.loopback(0, 0),
                new CertificateTable(TlsIdentity.at(directory, Clock.systemUTC())),
                fails);
        try (server;
                var client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            ask(client);
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            if (isClosed) {
                server.close();
            }
            mayFail.release();
            if (isClosed) {
                assertThat(handling.get().join(Duration.ofSeconds(10))).isTrue();
            } else {
                assertThat(client.getInputStream().read()).isEqualTo('H');
            }
        }
        assertThat(errors.list).hasSize(isClosed ? 0 : 1);
    }

    private static void ask(Socket client) throws IOException {
        client.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        client.getOutputStream().flush();
    }
}
