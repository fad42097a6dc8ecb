package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressSettings;
import dev.sluice.event.Courier.Outcome;
import dev.sluice.event.Event;
import dev.sluice.event.Filter;
import dev.sluice.event.Sink;
import dev.sluice.event.Subscription;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gate.Gates;
import dev.sluice.kafka.Kafka;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import dev.sluice.secret.DataKeys;
import dev.sluice.secret.Secrets;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Sink.Received;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Receivers that are asked before anything is sent, to a real server on loopback.
@Timeout(60)
final class SinkHandshakeTest {
    private static final Organization ACME = new Organization("i", "acme", "acme", 0);
    private static final String ORIGIN = "events.example.org";

    @TempDir
    Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private dev.sluice.testing.Sink receiver;
    private Egress egress;
    private SinkCourier courier;

    @BeforeEach
    void start() throws IOException {
        var store = new MemoryStore();
        var random = new SecureRandom();
        var fs = new LabeledFs(store, random);
        fs.bootstrap();
        receiver = dev.sluice.testing.Sink.http(directory);
        egress = Egress.open(
                new EgressSettings(Set.of("localhost"), Set.of("localhost:" + receiver.port()), Optional.empty()));
        var gates = new Gates(fs, _ -> {}, egress);
        var secrets = new Secrets(fs, DataKeys.at(store, directory.resolve(DataKeys.FILE), random), _ -> {}, random);
        var kafka = new KafkaDrivers(Kafka.of(EgressSettings.NONE));
        courier = new SinkCourier(gates.services(), secrets, kafka, now::get, (_, _) -> {});
    }

    @AfterEach
    void stop() throws IOException {
        egress.close();
        receiver.close();
    }

    @Test
    void aReceiverThatAllowsIt_isAskedOnce_andToldWhoSends() {
        allow("200 OK", "WebHook-Allowed-Origin: " + ORIGIN);
        assertThat(deliver(ORIGIN, "acme/event,T")).isEqualTo(new Outcome.Delivered());
        assertThat(deliver(ORIGIN, "acme/event,T")).isEqualTo(new Outcome.Delivered());
        assertThat(verbs()).containsExactly("OPTIONS /hook HTTP/1.1", "POST /hook HTTP/1.1", "POST /hook HTTP/1.1");
        assertThat(receiver.received())
                .allSatisfy(one ->
                        assertThat(one.head().toLowerCase(Locale.ROOT)).contains("webhook-request-origin: " + ORIGIN));
        assertThat(receiver.received().getFirst().body()).isEmpty();
        now.set(now.get().plus(SinkHandshake.ALLOWED_FOR));
        deliver(ORIGIN, "acme/event,T");
        assertThat(verbs()).endsWith("OPTIONS /hook HTTP/1.1", "POST /hook HTTP/1.1");
    }

    @ParameterizedTest
    @CsvSource({
        "200 OK, WebHook-Allowed-Origin: *, true",
        "405 No, WebHook-Allowed-Origin: EVENTS.example.org, true",
        "200 OK, WebHook-Allowed-Rate: *, false",
        "200 OK, WebHook-Allowed-Origin: other.example.org, false",
        "204 No Content, Allow: OPTIONS, false",
        "404 Not Found, X: y, false",
        "302 Found, Location: /other, false",
    })
    void onlyTheHeaderThatAllowsIt_counts(String status, String header, boolean isAllowed) {
        allow(status, header);
        Outcome outcome = deliver(ORIGIN, "acme/event,T");
        assertThat(outcome instanceof Outcome.Delivered).isEqualTo(isAllowed);
        assertThat(verbs()).hasSize(isAllowed ? 2 : 1);
    }

    @Test
    void aReceiverThatDoesNotAllowIt_getsNothing_andIsAskedAgainLater() {
        allow("405 Not Allowed", "Allow: POST");
        for (int i = 0; i < 3; i++) {
            assertThat(deliver(ORIGIN, "acme/event,T"))
                    .isInstanceOfSatisfying(
                            Outcome.Later.class,
                            later -> assertThat(later.reason()).contains("does not allow " + ORIGIN + " to send"));
        }
        assertThat(verbs()).containsExactly("OPTIONS /hook HTTP/1.1");
        now.set(now.get().plus(SinkHandshake.REFUSED_FOR));
        allow("200 OK", "WebHook-Allowed-Origin: *");
        assertThat(deliver(ORIGIN, "acme/event,T")).isEqualTo(new Outcome.Delivered());
    }

    @Test
    void withoutAnOrigin_nobodyIsAsked() {
        allow("405 Not Allowed", "Allow: POST");
        assertThat(deliver("", "acme/event,T")).isEqualTo(new Outcome.Delivered());
        assertThat(verbs()).containsExactly("POST /hook HTTP/1.1");
        assertThat(receiver.received().getFirst().head()).doesNotContainIgnoringCase("webhook-request");
    }

    /// That there is an event at all is not told by asking.
    @Test
    void forAnEventThatMayNotLeave_nobodyIsAsked() {
        allow("200 OK", "WebHook-Allowed-Origin: *");
        assertThat(deliver(ORIGIN, "acme/event&acme/user/alice,T")).isEqualTo(new Outcome.Nothing());
        assertThat(receiver.received()).isEmpty();
        allow("405 Not Allowed", "Allow: POST");
        deliver(ORIGIN, "acme/event,T");
        assertThat(deliver(ORIGIN, "acme/event&acme/user/alice,T")).isEqualTo(new Outcome.Nothing());
    }

    private void allow(String status, String header) {
        receiver.answer(request -> dev.sluice.testing.Sink.bytes(
                request.line().startsWith("OPTIONS")
                        ? "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n" + header + "\r\n\r\n"
                        : "HTTP/1.1 204 No Content\r\n\r\n"));
    }

    private List<String> verbs() {
        return receiver.received().stream().map(Received::line).toList();
    }

    private Outcome deliver(String origin, String label) {
        String url = "http://localhost:" + receiver.port() + "/hook";
        var sink = new Sink("", url, "", "", Sink.Auth.NONE, Sink.Mode.STRUCTURED, origin);
        var subscription =
                new Subscription("i", "sub", "", Optional.of(sink), List.of(), new Filter.Type("*"), 0, false);
        var attributes = new TreeMap<>(Map.of("type", "order.made", "source", "/shop", "id", "1"));
        var event = new Event(Label.parse(label), attributes, Bytes.utf8("{}"), Bytes.utf8("{\"n\":7}"));
        try {
            return courier.deliver(ACME, subscription, sink, event, "the delivery");
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }
}
