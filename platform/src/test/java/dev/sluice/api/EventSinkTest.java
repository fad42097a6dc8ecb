package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.authn.Upkeep;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.build.Registries;
import dev.sluice.egress.EgressSettings;
import dev.sluice.fs.LabeledFs;
import dev.sluice.org.Resource;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Sink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Subscriptions whose events go to a server outside, over HTTP from end to end.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EventSinkTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SUBSCRIPTIONS = "/v1/event/subscriptions";

    private Sink receiver;
    private ApiServer api;

    @BeforeAll
    void serve(@TempDir Path directory) throws Exception {
        receiver = Sink.http(directory);
        api = new ApiServer(
                directory,
                new MemoryStore(),
                new MemoryBlobs(),
                Registries.NONE,
                new EgressSettings(Set.of("localhost"), Set.of("localhost:" + receiver.port()), Optional.empty()));
    }

    @AfterAll
    void end() throws Exception {
        api.close();
        receiver.close();
    }

    @BeforeEach
    void forget() {
        receiver.forget();
        receiver.answer(_ -> Sink.ok(""));
    }

    @Test
    void events_areSent_inTheirOrder_andAgainUntilTheyArrive() {
        Asker dev = api.developer("sk1", "*");
        api.post(dev, "/v1/secret", "{\"name\":\"s1\",\"secrets\":{\"token\":\"t0k3n\"}}");
        created(dev, "s", ",\"secret\":\"s1\",\"auth\":\"bearer\"");
        assertThat(api.get(dev, SUBSCRIPTIONS + "/s").json().path("sink").toString())
                .isEqualTo("{\"url\":\"" + url() + "\",\"secret\":\"s1\",\"auth\":\"bearer\",\"mode\":\"structured\"}");
        var refused = new AtomicInteger();
        receiver.answer(_ -> refused.incrementAndGet() <= 2
                ? Sink.bytes("HTTP/1.1 503 Later\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n")
                : Sink.ok(""));
        emit(dev, "1");
        emit(dev, "2");
        await().atMost(PATIENCE).until(() -> receiver.received().size() >= 4);
        assertThat(receiver.received().stream().map(one -> id(one.body())).toList())
                .isEqualTo(List.of("1", "1", "1", "2"));
        assertThat(receiver.received()).allSatisfy(one -> assertThat(one.head()).contains("Bearer t0k3n"));
        assertThat(api.get(dev, "/v1/runs").json()).isEmpty();
    }

    @Test
    void aReceiverThatIsGone_pausesTheSubscription_whichGoesOnLater() {
        Asker dev = api.developer("sk2", "*");
        created(dev, "s", "");
        receiver.answer(_ -> Sink.bytes("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"));
        emit(dev, "1");
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(dev, SUBSCRIPTIONS + "/s").json().path("paused").asBoolean());
        receiver.answer(_ -> Sink.ok(""));
        receiver.forget();
        emit(dev, "2");
        assertThat(api.put(dev, SUBSCRIPTIONS + "/s", wish("s", "")).status()).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> receiver.received().size() == 2);
        assertThat(receiver.received().stream().map(one -> id(one.body())).toList())
                .isEqualTo(List.of("1", "2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"url\":\"URL\",\"gate\":\"home:<T,T>:g\"}",
                "{\"url\":\"URL{x}\"}",
                "{\"url\":\"file:///etc/passwd\"}",
                "{\"url\":\"https://example.com/\"}",
                "{\"url\":\"URL\",\"secret\":\"s\"}",
                "{\"url\":\"URL\",\"auth\":\"bearer\"}",
                "{\"url\":\"URL\",\"auth\":\"basic\",\"secret\":\"s\"}",
                "{\"url\":\"URL\",\"mode\":\"avro\"}",
                "{\"url\":\"URL\",\"retries\":1}",
                "{\"gate\":\"~:g\"}",
                "{\"gate\":\"home:<T,acme>:g\",\"secret\":\"a/b\",\"auth\":\"bearer\"}",
                "{\"driver\":\"out\",\"mode\":\"binary\"}",
                "{\"driver\":\"out\",\"origin\":\"a.example.org\"}",
                "{\"gate\":\"home:<T,acme>:g\",\"origin\":\"a.example.org\"}",
                "{\"url\":\"URL\",\"origin\":\"a b\"}",
                "{\"url\":\"URL\",\"origin\":\"*\"}",
                "{\"driver\":\"Out/x\"}",
                "{\"gate\":\"home:<T\"}",
            })
    void whatMeansNothing_orMayNotBeReached_isRefused(String sink) {
        Asker dev = api.developer("sk3", "*");
        Answer answer = api.post(
                dev, SUBSCRIPTIONS, "{\"name\":\"x\",\"eventType\":\"*\",\"sink\":" + sink.replace("URL", url()) + "}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(api.get(dev, SUBSCRIPTIONS + "/x").status()).isEqualTo(404);
    }

    /// Emitting is not enough to have events leave, nor to have them signed with a secret.
    @Test
    void whoHasEventsLeave_mayGetThem_andTheSecret() {
        api.developer("sk4", "*");
        Asker emitter = api.addAccount(api.home("sk4"), "emitter", List.of("create"), List.of("event"));
        assertThat(api.post(emitter, SUBSCRIPTIONS, wish("x", "")).status()).isEqualTo(403);
        Asker reader = api.addAccount(api.home("sk4"), "reader", List.of("create", "get"), List.of("event"));
        assertThat(api.post(reader, SUBSCRIPTIONS, wish("x", "")).status()).isEqualTo(201);
        String signed = wish("y", ",\"secret\":\"s\",\"auth\":\"webhook\"");
        assertThat(api.post(reader, SUBSCRIPTIONS, signed).status()).isEqualTo(403);
    }

    @Test
    void aReceiver_isAskedFirst_whereTheSinkHasAnOrigin() {
        Asker dev = api.developer("sk6", "*");
        created(dev, "s", ",\"origin\":\"events.example.org\"");
        assertThat(api.get(dev, SUBSCRIPTIONS + "/s").body()).contains("\"origin\":\"events.example.org\"");
        receiver.answer(asked -> Sink.bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
                + (asked.line().startsWith("OPTIONS") ? "WebHook-Allowed-Origin: events.example.org\r\n" : "")
                + "\r\n"));
        emit(dev, "1");
        await().atMost(PATIENCE).until(() -> receiver.received().size() == 2);
        assertThat(receiver.received().getFirst().line()).startsWith("OPTIONS ");
        assertThat(id(receiver.received().getLast().body())).isEqualTo("1");
    }

    /// The gate to a sink is for deliveries only, and ends with its subscription.
    @Test
    void theGateOfASink_isNoWayOut_andGoesWithIt() {
        Asker dev = api.developer("sk5", "*");
        created(dev, "s", "");
        emit(dev, "1");
        await().atMost(PATIENCE).until(() -> receiver.received().size() == 1);
        assertThat(sinks("sk5")).isEqualTo(1);
        assertThat(api.put(dev, SUBSCRIPTIONS + "/s", wish("s", "").replace("/hook", "/other"))
                        .status())
                .isEqualTo(200);
        assertThat(sinks("sk5")).isEqualTo(1);
        assertThat(api.delete(dev, SUBSCRIPTIONS + "/s").status()).isEqualTo(200);
        assertThat(sinks("sk5")).isZero();
    }

    private long sinks(String organization) {
        var home = api.home(organization);
        return Upkeep.of(home, Resource.EVENT)
                .run(() -> api.fs.list(Triggers.home(home), "", LabeledFs.LIST_ENTRIES_MAX))
                .stream()
                .filter(entry -> entry.name().endsWith(SinkGates.SUFFIX))
                .count();
    }

    private static String id(String body) {
        JsonNode json = JsonBody.JSON.readTree(body);
        return json.path("id").asString();
    }

    private String url() {
        return "http://localhost:" + receiver.port() + "/hook";
    }

    private String wish(String name, String more) {
        return "{\"name\":\"" + name + "\",\"eventType\":\"order.*\",\"sink\":{\"url\":\"" + url() + "\"" + more + "}}";
    }

    private void created(Asker asker, String name, String more) {
        Answer made = api.post(asker, SUBSCRIPTIONS, wish(name, more));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
    }

    private void emit(Asker asker, String id) {
        String event = "{\"specversion\":\"1.0\",\"type\":\"order.made\",\"source\":\"/shop\",\"id\":\"" + id
                + "\",\"partitionkey\":\"k\",\"data\":{\"n\":1}}";
        Answer answer = api.send(
                asker,
                "POST",
                "/v1/event",
                dev.sluice.bytes.Bytes.utf8(event),
                "Content-Type",
                "application/cloudevents+json");
        assertThat(answer.status()).as(answer.body()).isEqualTo(204);
    }
}
