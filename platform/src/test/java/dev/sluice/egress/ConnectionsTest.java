package dev.sluice.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.egress.Connections.Tls;
import dev.sluice.egress.EgressFailed.Why;
import dev.sluice.testing.Sink;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Connections that speak no HTTP to us, to a real server on loopback that the operator permits.
@Timeout(60)
final class ConnectionsTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    Path directory;

    private Sink server;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        server = Sink.https(directory);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void aServer_isReached_ifItsCertificateIsTrusted_andItsName() throws Exception {
        Optional<Tls> trusted = Optional.of(new Tls(Optional.of(Files.readString(server.certificate()))));
        try (Connection open = connections("localhost").open("acme", "localhost", server.port(), trusted)) {
            open.out().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(open.in().read()).isEqualTo('H');
        }
        assertThat(refused(connections("localhost"), "localhost", Optional.of(new Tls(Optional.empty()))))
                .isEqualTo(Why.UNREACHABLE);
        assertThat(refused(connections("other.example"), "other.example", trusted))
                .as("its certificate is for localhost")
                .isEqualTo(Why.UNREACHABLE);
        assertThat(refused(connections("localhost"), "localhost", Optional.of(new Tls(Optional.of("no PEM")))))
                .isEqualTo(Why.UNREACHABLE);
        assertThat(server.received()).hasSize(1);
    }

    @Test
    void onlyWhatTheOperatorAllows_isReached_andOnlyAtAddressesThatArePublicOrPermitted() throws Exception {
        var settings = new EgressSettings(Set.of("localhost"), Set.of("localhost:1"), Optional.empty());
        Connections elsewhere = new Connections(settings, _ -> new InetAddress[] {LOOPBACK}, new Traffic(9, 9));
        assertThat(refused(elsewhere, "localhost", Optional.empty())).isEqualTo(Why.FORBIDDEN);
        assertThat(refused(connections("localhost"), "other.example", Optional.empty()))
                .as("permitted, and not allowed")
                .isEqualTo(Why.FORBIDDEN);
        assertThat(refused(connections("localhost"), "127.0.0.1", Optional.empty()))
                .isEqualTo(Why.FORBIDDEN);
        assertThat(refused(connections("*"), "no host", Optional.empty())).isEqualTo(Why.FORBIDDEN);
        assertThat(refused(connections("*"), "2130706433", Optional.empty())).isEqualTo(Why.FORBIDDEN);
    }

    /// A name that answers otherwise a moment later is not asked again.
    @Test
    void whatWasChecked_isWhatIsConnectedTo() throws Exception {
        var asked = new AtomicInteger();
        var settings = new EgressSettings(Set.of("*"), Set.of(), Optional.empty());
        var connections = new Connections(
                settings,
                _ -> new InetAddress[] {
                    asked.incrementAndGet() == 1 ? InetAddress.ofLiteral("2001:4860::1") : LOOPBACK, LOOPBACK
                },
                new Traffic(9, 9));
        assertThat(refused(connections, "rebinding.example", Optional.empty())).isEqualTo(Why.FORBIDDEN);
        assertThat(asked).hasValue(1);
        assertThat(server.received()).isEmpty();
    }

    @Test
    void connections_areCountedUntilTheyAreClosed() throws Exception {
        Connections connections = connections("localhost");
        List<Connection> open = new ArrayList<>();
        for (int i = 0; i < Connections.OF_ONE_ORGANIZATION_MAX; i++) {
            open.add(connections.open("acme", "localhost", server.port(), Optional.empty()));
        }
        assertThat(refused(connections, "localhost", Optional.empty())).isEqualTo(Why.BUSY);
        connections.open("blue", "localhost", server.port(), Optional.empty()).close();
        open.getFirst().close();
        open.getFirst().close();
        open.add(connections.open("acme", "localhost", server.port(), Optional.empty()));
        assertThat(refused(connections, "localhost", Optional.empty())).isEqualTo(Why.BUSY);
        open.forEach(Connection::close);
    }

    private @Nullable Why refused(Connections connections, String host, Optional<Tls> tls) {
        EgressFailed failed = catchThrowableOfType(
                EgressFailed.class,
                () -> connections.open("acme", host, server.port(), tls).close());
        return failed == null ? null : failed.why();
    }

    private Connections connections(String allowed) {
        Set<String> permitted = Set.of("localhost:" + server.port(), "other.example:" + server.port());
        return new Connections(
                new EgressSettings(Set.of(allowed), permitted, Optional.empty()),
                _ -> new InetAddress[] {LOOPBACK},
                new Traffic(Connections.OF_ONE_ORGANIZATION_MAX, Connections.OF_ALL_MAX));
    }
}
