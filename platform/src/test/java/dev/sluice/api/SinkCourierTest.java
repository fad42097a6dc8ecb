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
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gate.Backing;
import dev.sluice.gate.GateContent.External;
import dev.sluice.gate.Gates;
import dev.sluice.gate.InjectedHeaders;
import dev.sluice.gate.UrlTemplate;
import dev.sluice.kafka.Kafka;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import dev.sluice.secret.DataKeys;
import dev.sluice.secret.Secret;
import dev.sluice.secret.Secrets;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Sink.Received;
import dev.sluice.testing.Tasks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Events that leave, to a real server on loopback: what it received is what has left.
@Timeout(60)
final class SinkCourierTest {
    private static final Organization ACME = new Organization("i", "acme", "acme", 0);
    private static final String KNOWN = "acme/event,T";
    private static final byte[] KEY = "0123456789abcdef01234567".getBytes(StandardCharsets.UTF_8);
    private static final FsPath GATE = FsPath.home(Label.parse("T,acme")).child("hook");

    @TempDir
    Path directory;

    private final MemoryStore store = new MemoryStore();
    private final SecureRandom random = new SecureRandom();
    private final LabeledFs fs = new LabeledFs(store, random);
    private final List<Deed> deeds = new ArrayList<>();
    private final List<String> paused = new ArrayList<>();
    private dev.sluice.testing.Sink receiver;
    private Egress egress;
    private Gates gates;
    private final KafkaDrivers kafka = new KafkaDrivers(Kafka.of(EgressSettings.NONE));
    private Secrets secrets;
    private SinkCourier courier;

    @BeforeEach
    void start() throws IOException {
        fs.bootstrap();
        receiver = dev.sluice.testing.Sink.http(directory);
        egress = Egress.open(new EgressSettings(
                Set.of("localhost", "127.0.0.1"), Set.of("localhost:" + receiver.port()), Optional.empty()));
        gates = new Gates(fs, deeds::add, egress);
        secrets = new Secrets(fs, DataKeys.at(store, directory.resolve(DataKeys.FILE), random), deeds::add, random);
        var values =
                Map.of("token", "t0k3n", "key", "whsec_" + Base64.getEncoder().encodeToString(KEY), "short", "x");
        Tasks.root().run(() -> secrets.create(ACME.principal(), "s", new Secret.Content(values, Map.of())));
        courier = new SinkCourier(gates.services(), secrets, kafka, Clock.systemUTC(), (_, name) -> paused.add(name));
    }

    @AfterEach
    void stop() throws IOException {
        egress.close();
        receiver.close();
    }

    @Test
    void anEvent_isSentAsOneJsonObject() {
        assertThat(deliver(url("/hook?a=b"), event(KNOWN, Map.of("subject", "ü"))))
                .isEqualTo(new Outcome.Delivered());
        Received got = only();
        assertThat(got.line()).isEqualTo("POST /hook?a=b HTTP/1.1");
        assertThat(got.head()).contains("Content-Type: application/cloudevents+json; charset=UTF-8");
        JsonNode json = JsonBody.JSON.readTree(got.body());
        assertThat(json.path("specversion").asString()).isEqualTo("1.0");
        assertThat(json.path("type").asString()).isEqualTo("order.made");
        assertThat(json.path("subject").asString()).isEqualTo("ü");
        assertThat(json.path("data").path("n").asInt()).isEqualTo(7);
        assertThat(json.path("id").asString()).isEqualTo("1");
    }

    @Test
    void anEvent_isSentAsHeadersAndBody() {
        Sink sink = new Sink("", at("/"), "", "", Sink.Auth.NONE, Sink.Mode.BINARY);
        deliver(sink, event(KNOWN, Map.of("subject", "a ü\"%")));
        assertThat(only().body()).isEqualTo("{\"n\":7}");
        assertThat(only().headers())
                .contains("ce-specversion: 1.0", "ce-id: 1", "ce-type: order.made", "ce-subject: a%20%C3%BC%22%25");
        receiver.forget();
        var bytes = new Event(
                Label.parse(KNOWN),
                new TreeMap<>(Map.of("type", "t", "source", "s", "id", "1", "datacontenttype", "image/png")),
                Bytes.utf8("{\"dataEncoding\":\"base64\"}"),
                Bytes.utf8("\"aGVsbG8=\""));
        deliver(sink, bytes);
        assertThat(only().body()).isEqualTo("hello");
        assertThat(only().headers()).contains("Content-Type: image/png");
    }

    /// What the event knows beside `acme/event` leaves by no gate that the subscription's author could make, and nobody
    /// hears of it.
    @ParameterizedTest
    @CsvSource({"acme/event&acme/user/alice", "acme/user/alice", "blue/event", "acme/runs", "F"})
    void anEvent_thatKnowsMore_doesNotLeave(String secrecy) {
        assertThat(deliver(url("/"), event(secrecy + ",T", Map.of()))).isEqualTo(new Outcome.Nothing());
        assertThat(deliver(signed(Sink.Auth.BEARER, "none"), event(secrecy + ",T", Map.of())))
                .isEqualTo(new Outcome.Nothing());
        assertThat(receiver.received()).isEmpty();
    }

    /// Whether a gate is there is not told by what becomes of events that others may not know.
    @Test
    void anEvent_thatKnowsMore_tellsNothingOfItsGate() {
        assertThat(deliver(gate(), event("acme/event&acme/user/alice,T", Map.of())))
                .isEqualTo(new Outcome.Nothing());
        assertThat(deliver(gate(), event(KNOWN, Map.of()))).isInstanceOf(Outcome.Failed.class);
    }

    @Test
    void aGateOfSomebodysOwn_letsOutWhatItReleases() {
        external("T", "T");
        assertThat(deliver(gate(), event(KNOWN, Map.of()))).isEqualTo(new Outcome.Nothing());
        assertThat(receiver.received()).isEmpty();
        assertThat(deliver(gate(), event("T,T", Map.of()))).isEqualTo(new Outcome.Delivered());
        receiver.forget();
        Tasks.root().run(() -> {
            fs.unlink(GATE, Tasks.all(Task.current(), "F"));
            return GATE;
        });
        external("acme/event", "acme/event");
        assertThat(deliver(gate(), event(KNOWN, Map.of()))).isEqualTo(new Outcome.Delivered());
        assertThat(only().head()).contains("x-from: gate");
    }

    /// A gate that opens to somebody else is none.
    @Test
    void aGate_opensToWhomItsClearanceSays() {
        external("acme/event", "acme/api");
        assertThat(deliver(gate(), event(KNOWN, Map.of())))
                .isEqualTo(new Outcome.Failed("the external gate is not there, or does not let you in"));
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void theSecret_isSentAsABearer_orSigns() throws GeneralSecurityException {
        assertThat(deliver(signed(Sink.Auth.BEARER, "s"), event(KNOWN, Map.of())))
                .isEqualTo(new Outcome.Delivered());
        assertThat(only().headers()).contains("Authorization: Bearer t0k3n");
        receiver.forget();
        deliver(signed(Sink.Auth.WEBHOOK, "s"), event(KNOWN, Map.of()));
        String id = header("webhook-id");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        byte[] signature = mac.doFinal(
                (id + "." + header("webhook-timestamp") + "." + only().body()).getBytes(StandardCharsets.UTF_8));
        assertThat(header("webhook-signature"))
                .isEqualTo("v1," + Base64.getEncoder().encodeToString(signature));
        receiver.forget();
        deliver(signed(Sink.Auth.WEBHOOK, "s"), event(KNOWN, Map.of()));
        assertThat(header("webhook-id")).as("the same delivery").isEqualTo(id);
        assertThat(deeds.toString()).doesNotContain("t0k3n");
    }

    /// What is made of a secret leaves only by a gate that releases it.
    @Test
    void theSecret_doesNotLeave_byAGateThatDoesNotReleaseIt() {
        external("acme/event", "T");
        Sink sink = new Sink(GATE.toString(), "", "", "s", Sink.Auth.WEBHOOK, Sink.Mode.STRUCTURED);
        assertThat(deliver(sink, event(KNOWN, Map.of()))).isEqualTo(new Outcome.Nothing());
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void aSecret_thatIsNone_isToldToTheSubscriber() {
        assertThat(deliver(signed(Sink.Auth.BEARER, "none"), event(KNOWN, Map.of())))
                .isEqualTo(new Outcome.Failed("secret none: there is none"));
        assertThat(receiver.received()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "204 No Content, '', 0, -1",
        "200 OK, '', 0, -1",
        "302 Found, 'Location: /other', 0, 0",
        "404 Not Found, '', 0, 0",
        "400 Bad Request, 'Retry-After: 7', 0, 0",
        "429 Slow, 'Retry-After: 7', 7, 1",
        "503 Later, 'Retry-After: 99999999', 3600, 1",
        "503 Later, 'Retry-After: Thu, 01 Jan 1970 00:00:00 GMT', 0, 1",
        "503 Later, 'Retry-After: -1', 0, 1",
        "500 Broken, '', 0, 1",
        "408 Timeout, '', 0, 1",
    })
    void whatTheReceiverAnswers_decides(String status, String header, long after, int outcome) {
        receiver.answer(_ -> dev.sluice.testing.Sink.bytes("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n"
                + (header.isEmpty() ? "" : header + "\r\n") + "\r\n"));
        String reason = "the receiver answered " + status.substring(0, 3);
        assertThat(deliver(url("/"), event(KNOWN, Map.of())))
                .isEqualTo(
                        switch (outcome) {
                            case -1 -> new Outcome.Delivered();
                            case 0 -> new Outcome.Failed(reason);
                            default -> new Outcome.Later(Duration.ofSeconds(after), reason);
                        });
        assertThat(receiver.received()).as("no redirect is followed").hasSize(1);
        assertThat(paused).isEmpty();
    }

    @Test
    void aReceiverThatIsGone_pausesItsSubscription() {
        receiver.answer(_ -> dev.sluice.testing.Sink.bytes("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"));
        assertThat(deliver(url("/"), event(KNOWN, Map.of()))).isInstanceOf(Outcome.Later.class);
        assertThat(paused).containsExactly("sub");
    }

    /// What leaves by a driver is what would leave by a gate of the subscription's.
    @ParameterizedTest
    @CsvSource({
        "T, true",
        "acme/event, true",
        "acme/event/x, true",
        "acme/event&acme/user/alice, false",
        "blue/event, false",
        "F, false"
    })
    void aDriver_isHandedWhatMayLeave(String secrecy, boolean isHanded) {
        var sink = new Sink("", "", "out", "", Sink.Auth.NONE, Sink.Mode.BINARY);
        assertThat(deliver(sink, event(secrecy + ",T", Map.of())))
                .isEqualTo(
                        isHanded
                                ? new Outcome.Failed(
                                        "driver out passes no events on: it is to be of a type of sluice/kafka-sink")
                                : new Outcome.Nothing());
    }

    /// Whatever the receiver says beside its status is nobody's.
    @Test
    void aLongAnswer_isDropped() {
        String body = "x".repeat(6 << 20);
        receiver.answer(_ -> dev.sluice.testing.Sink.ok(body));
        assertThat(deliver(url("/"), event(KNOWN, Map.of()))).isEqualTo(new Outcome.Delivered());
    }

    /// The operator permits `localhost` at that port, and `127.0.0.1` at none.
    @Test
    void anAddressThatIsNotPublic_isNotConnectedTo() {
        String other = "http://127.0.0.1:" + receiver.port() + "/";
        var sink = new Sink("", other, "", "", Sink.Auth.NONE, Sink.Mode.STRUCTURED);
        assertThat(deliver(sink, event(KNOWN, Map.of()))).isInstanceOf(Outcome.Later.class);
        assertThat(receiver.received()).isEmpty();
    }

    /// Also where the gate is there since the operator let others be reached.
    @Test
    void aHostThatTheOperatorDoesNotAllow_isNotReached() throws IOException {
        deliver(url("/"), event(KNOWN, Map.of()));
        receiver.forget();
        var permitted = Set.of("localhost:" + receiver.port());
        try (Egress narrow = Egress.open(new EgressSettings(Set.of(), permitted, Optional.empty()))) {
            var after = new SinkCourier(
                    new Gates(fs, deeds::add, narrow).services(),
                    secrets,
                    kafka,
                    Clock.systemUTC(),
                    (_, name) -> paused.add(name));
            courier = after;
            assertThat(deliver(url("/"), event(KNOWN, Map.of()))).isInstanceOf(Outcome.Later.class);
            assertThat(deliver(url("/new"), event(KNOWN, Map.of()))).isInstanceOf(Outcome.Later.class);
        }
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void whoIsNotThere_isTriedAgain() throws IOException {
        receiver.close();
        assertThat(deliver(url("/"), event(KNOWN, Map.of())))
                .isEqualTo(new Outcome.Later(Duration.ZERO, "the server outside could not be reached"));
    }

    /// The gate of a subscription's sink is beside it, on record, and opens to who emits only.
    @Test
    void theGate_isMadeOnce_andOnRecord() {
        deliver(url("/"), event(KNOWN, Map.of()));
        deliver(url("/"), event(KNOWN, Map.of()));
        deliver(url("/other"), event(KNOWN, Map.of()));
        assertThat(deeds)
                .filteredOn(deed -> deed.kind().equals("service.create"))
                .hasSize(2);
        assertThat(deeds.stream().filter(deed -> deed.kind().equals("service.create")))
                .allSatisfy(deed -> assertThat(deed.details())
                        .containsEntry("privilege", "acme/event")
                        .containsEntry("clearance", "acme/event"));
    }

    private Outcome deliver(Sink sink, Event event) {
        var subscription =
                new Subscription("i", "sub", "", Optional.of(sink), List.of(), new Filter.Type("*"), 0, false);
        try {
            return courier.deliver(ACME, subscription, sink, event, "the delivery");
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private void external(String privilege, String clearance) {
        var content = new External(
                Component.parse(privilege),
                Component.parse(clearance),
                Label.PUBLIC,
                Label.PUBLIC,
                UrlTemplate.parse(at("/gate")),
                "POST",
                InjectedHeaders.of(Map.of("X-From", "gate")));
        Tasks.root()
                .run(() -> gates.services()
                        .create(GATE, content, Backing.LABEL, Label.parse("T,acme"), Tasks.all(Task.current(), "F")));
    }

    private static Sink gate() {
        return new Sink(GATE.toString(), "", "", "", Sink.Auth.NONE, Sink.Mode.STRUCTURED);
    }

    private Sink url(String path) {
        return new Sink("", at(path), "", "", Sink.Auth.NONE, Sink.Mode.STRUCTURED);
    }

    private Sink signed(Sink.Auth auth, String secret) {
        return new Sink("", at("/"), "", secret, auth, Sink.Mode.STRUCTURED);
    }

    private String at(String path) {
        return "http://localhost:" + receiver.port() + path;
    }

    private Received only() {
        assertThat(receiver.received()).hasSize(1);
        return receiver.received().getFirst();
    }

    private String header(String name) {
        return only().headers().stream()
                .filter(line -> line.startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2))
                .findFirst()
                .orElseThrow();
    }

    private static Event event(String label, Map<String, String> more) {
        var attributes = new TreeMap<>(Map.of("type", "order.made", "source", "/shop", "id", "1"));
        attributes.put("specversion", "0.1");
        attributes.putAll(more);
        return new Event(Label.parse(label), attributes, Bytes.utf8("{}"), Bytes.utf8("{\"n\":7}"));
    }
}
