package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.build.Registries;
import dev.sluice.bytes.Bytes;
import dev.sluice.egress.EgressSettings;
import dev.sluice.kafka.Kafka;
import dev.sluice.kafka.KafkaBroker;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.store.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Drivers of Kafka, with a real broker and real guests.
@Tag("full")
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KafkaDriversTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String DRIVERS = "/v1/event/drivers";

    private KafkaBroker broker;
    private ApiServer api;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        broker = KafkaBroker.start(Files.createDirectories(directory.resolve("kafka")));
        Set<String> permitted = Set.of(
                "localhost:" + broker.plainPort(), "localhost:" + broker.saslPort(), "localhost:" + broker.tlsPort());
        api = new ApiServer(
                directory,
                new MemoryStore(),
                new MemoryBlobs(),
                Registries.NONE,
                new EgressSettings(Set.of("localhost"), permitted, Optional.empty()));
    }

    @AfterAll
    void stop() {
        api.close();
        broker.close();
    }

    @Test
    void records_becomeRuns_onceEach_inTheOrderOfTheirKeys_overAChangeOfTheDriver() throws Exception {
        broker.create("orders", 2, Map.of());
        Asker dev = developer("kf1");
        function(dev);
        subscribe(dev, "s", "kafka.record", "\"function\":\"echo\"");
        produce("orders", 0, 5);
        String driver =
                driver("in", "source", "brokers", at(broker.plainPort()), "topic", "orders", "from", "earliest");
        assertThat(api.post(dev, DRIVERS, driver).status()).isEqualTo(201);
        runs(dev, 5);
        awaitStatus(dev, "in", "READY");
        produce("orders", 5, 10);
        List<JsonNode> all = runs(dev, 10);
        assertThat(all.getFirst().path("output").path("event").path("source").asString())
                .isEqualTo("kafka://localhost:" + broker.plainPort() + "/orders");
        assertThat(all)
                .allSatisfy(run -> assertThat(run.path("output")
                                .path("event")
                                .path("extensions")
                                .path("partitionkey")
                                .asString())
                        .matches("k[01]"));
        assertThat(api.put(dev, DRIVERS + "/in", driver).status()).isEqualTo(200);
        produce("orders", 10, 12);
        runs(dev, 12);
        assertThat(api.delete(dev, DRIVERS + "/in").status()).isEqualTo(200);
    }

    @Test
    void whoseSecretLogsIn_reads_andWhoseDoesNot_isToldSo() throws Exception {
        broker.create("secured", 1, Map.of());
        Asker dev = developer("kf2");
        function(dev);
        subscribe(dev, "s", "kafka.record", "\"function\":\"echo\"");
        secret(dev, "right", "s3cret");
        secret(dev, "wrong", "other");
        String driver = driver(
                "in",
                "source",
                "brokers",
                at(broker.tlsPort()),
                "topic",
                "secured",
                "from",
                "earliest",
                "tls",
                "true",
                "sasl",
                "plain");
        assertThat(api.post(dev, DRIVERS, driver.replace("SECRETS", "\"wrong\""))
                        .status())
                .isEqualTo(201);
        awaitStatus(dev, "in", "SASL_AUTHENTICATION_FAILED");
        assertThat(api.put(dev, DRIVERS + "/in", driver.replace("SECRETS", "\"right\""))
                        .status())
                .isEqualTo(200);
        produce("secured", 0, 1);
        runs(dev, 1);
        awaitStatus(dev, "in", "READY");
        Asker other = api.addAccount(api.home("kf2"), "other", "event");
        assertThat(api.post(other, DRIVERS, driver.replace("\"in\"", "\"x\"").replace("SECRETS", "\"right\""))
                        .status())
                .isEqualTo(403);
    }

    /// The operator allows `localhost`, and permits three of its ports.
    @Test
    void aBrokerOfTheOperatorsNetwork_isNotReached() {
        Asker dev = developer("kf3");
        for (String brokers : List.of("127.0.0.1:" + broker.plainPort(), "localhost:1", "example.com:9092")) {
            String driver = driver("in", "source", "brokers", brokers, "topic", "t");
            assertThat(api.post(dev, DRIVERS, driver).status()).isEqualTo(201);
            awaitStatus(dev, "in", "the operator does not let you reach");
            assertThat(api.delete(dev, DRIVERS + "/in").status()).isEqualTo(200);
        }
        assertThat(api.post(dev, DRIVERS, driver("in", "source", "topic", "t")).status())
                .isEqualTo(400);
    }

    @Test
    void events_areWrittenToATopic_asCloudEvents_inTheirOrder() throws Exception {
        broker.create("out", 3, Map.of());
        Asker dev = developer("kf4");
        assertThat(api.post(dev, DRIVERS, driver("out", "sink", "brokers", at(broker.plainPort()), "topic", "out"))
                        .status())
                .isEqualTo(201);
        subscribe(dev, "s", "order.*", "\"sink\":{\"driver\":\"out\"}");
        assertThat(api.get(dev, "/v1/event/subscriptions/s").json().path("sink").toString())
                .isEqualTo("{\"driver\":\"out\"}");
        for (int i = 0; i < 6; i++) {
            emit(dev, "order.made", Integer.toString(i), "k" + i % 2);
        }
        emit(dev, "other", "x", "k0");
        List<ConsumerRecord<String, String>> all = consume("out", 3, 6);
        assertThat(all.stream().filter(one -> one.key().equals("k1")).map(one -> header(one, "ce_id")))
                .containsExactly("1", "3", "5");
        assertThat(all).allSatisfy(one -> {
            assertThat(one.value()).isEqualTo("{\"n\":1}");
            assertThat(header(one, "ce_specversion")).isEqualTo("1.0");
            assertThat(header(one, "ce_type")).isEqualTo("order.made");
            assertThat(header(one, "content-type")).isEqualTo("application/json");
        });
    }

    /// What was written by one organization is read by another one as it was: the events of a topic go round.
    @Test
    void whatASinkWrites_aSourceReads() throws Exception {
        broker.create("between", 1, Map.of());
        Asker writer = developer("kf5");
        Asker reader = developer("kf6");
        function(reader);
        subscribe(reader, "s", "order.made", "\"function\":\"echo\"");
        subscribe(writer, "s", "order.made", "\"sink\":{\"driver\":\"out\"}");
        String brokers = at(broker.plainPort());
        api.post(reader, DRIVERS, driver("in", "source", "brokers", brokers, "topic", "between", "from", "earliest"));
        api.post(writer, DRIVERS, driver("out", "sink", "brokers", brokers, "topic", "between"));
        emit(writer, "order.made", "7", "k");
        JsonNode event = runs(reader, 1).getFirst().path("output").path("event");
        assertThat(event.path("eventID").asString()).isEqualTo("7");
        assertThat(event.path("source").asString()).isEqualTo("/shop");
    }

    /// While there is no room for events the topic is not read on, and nothing of it is committed.
    @Test
    void records_waitForRoom() throws Exception {
        broker.create("crowded", 1, Map.of());
        produce("crowded", 0, 20);
        KafkaTerms terms = KafkaTerms.of(
                Map.of("brokers", at(broker.plainPort()), "topic", "crowded", "from", "earliest"),
                KafkaTerms.OF_A_SOURCE);
        var kafka = Kafka.of(
                new EgressSettings(Set.of("localhost"), Set.of("localhost:" + broker.plainPort()), Optional.empty()));
        var isRoom = new AtomicBoolean();
        List<String> emitted = new CopyOnWriteArrayList<>();
        var refused = new AtomicInteger();
        var source = new KafkaSource(
                () -> kafka.reader("acme", terms.access(Map.of()), "crowded", "crowded-group", true),
                new KafkaEvents(terms),
                Label.parse("acme/event,T"),
                event -> {
                    if (emitted.size() == 7 && !isRoom.get()) {
                        refused.incrementAndGet();
                        throw new Refused(Refusal.AT_LIMIT, "full");
                    }
                    return emitted.add(event.id());
                },
                Duration.ofMillis(20));
        await().atMost(PATIENCE).until(() -> refused.get() > 3);
        assertThat(emitted).hasSize(7);
        assertThat(committed("crowded", "crowded-group")).isLessThanOrEqualTo(7);
        isRoom.set(true);
        await().atMost(PATIENCE).until(() -> emitted.size() == 20);
        await().atMost(PATIENCE).until(() -> committed("crowded", "crowded-group") == 20);
        assertThat(emitted).doesNotHaveDuplicates();
        source.close();
    }

    private long committed(String topic, String group) {
        try (var consumer = new KafkaConsumer<>(
                with(Map.of("group.id", group)), new StringDeserializer(), new StringDeserializer())) {
            var one = consumer.committed(Set.of(new TopicPartition(topic, 0))).get(new TopicPartition(topic, 0));
            return one == null ? 0 : one.offset();
        }
    }

    private static String header(ConsumerRecord<String, String> one, String name) {
        return new String(one.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static String at(int port) {
        return "localhost:" + port;
    }

    private Asker developer(String organization) {
        Asker dev = api.developer(organization, "*");
        for (String kind : List.of("source", "sink")) {
            assertThat(api.post(
                                    dev,
                                    "/v1/event/drivertypes",
                                    "{\"name\":\"" + kind + "\",\"image\":\"sluice/kafka-" + kind + "\"}")
                            .status())
                    .isEqualTo(201);
        }
        return dev;
    }

    private static String driver(String name, String type, String... settings) {
        List<String> config = new ArrayList<>();
        for (int i = 0; i < settings.length; i += 2) {
            config.add("{\"key\":\"" + settings[i] + "\",\"value\":\"" + settings[i + 1] + "\"}");
        }
        String secrets = List.of(settings).contains("sasl") ? ",\"secrets\":[SECRETS]" : "";
        return "{\"name\":\"" + name + "\",\"type\":\"" + type + "\",\"config\":[" + String.join(",", config) + "]"
                + secrets + "}";
    }

    private void secret(Asker dev, String name, String password) throws Exception {
        String certificate = broker.certificate().replace("\r", "").replace("\n", "\\n");
        assertThat(api.post(
                                dev,
                                "/v1/secret",
                                "{\"name\":\"" + name + "\",\"secrets\":{\"username\":\"jon\",\"password\":\""
                                        + password + "\",\"ca\":\"" + certificate + "\"}}")
                        .status())
                .isEqualTo(201);
    }

    private void awaitStatus(Asker dev, String driver, String text) {
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(api.get(dev, DRIVERS + "/" + driver).body()).contains(text));
    }

    private void function(Asker dev) {
        String source = "def handle(context, payload):\n    return {'payload': payload, 'event': context['event']}\n";
        Answer made = api.post(dev, "/v1/function", ApiServer.python("echo", source));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() -> api.get(dev, "/v1/function/echo").text("status").equals("READY"));
    }

    private void subscribe(Asker dev, String name, String type, String to) {
        Answer made = api.post(
                dev,
                "/v1/event/subscriptions",
                "{\"name\":\"" + name + "\",\"eventType\":\"" + type + "\"," + to + "}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
    }

    private void emit(Asker dev, String type, String id, String key) {
        String event = "{\"specversion\":\"1.0\",\"type\":\"" + type + "\",\"source\":\"/shop\",\"id\":\"" + id
                + "\",\"partitionkey\":\"" + key + "\",\"datacontenttype\":\"application/json\",\"data\":{\"n\":1}}";
        assertThat(api.send(dev, "POST", "/v1/event", Bytes.utf8(event), "Content-Type", "application/cloudevents+json")
                        .status())
                .isEqualTo(204);
    }

    private List<JsonNode> runs(Asker dev, int count) {
        await().atMost(PATIENCE).until(() -> {
            JsonNode all = api.get(dev, "/v1/runs?functionName=echo").json();
            assertThat(all.size()).isLessThanOrEqualTo(count);
            return all.size() == count
                    && all.valueStream()
                            .allMatch(run -> run.path("status").asString().equals("READY"));
        });
        return api.get(dev, "/v1/runs?functionName=echo").json().valueStream().toList();
    }

    private Map<String, Object> with(Map<String, Object> more) {
        var settings = new HashMap<String, Object>(more);
        broker.client().forEach((name, value) -> settings.put(name.toString(), value));
        return settings;
    }

    private void produce(String topic, int from, int to) throws Exception {
        try (var producer = new KafkaProducer<>(with(Map.of()), new StringSerializer(), new StringSerializer())) {
            for (int i = from; i < to; i++) {
                producer.send(new ProducerRecord<>(topic, "k" + i % 2, "{\"n\":" + i + "}"))
                        .get();
            }
        }
    }

    private List<ConsumerRecord<String, String>> consume(String topic, int partitions, int count) {
        List<ConsumerRecord<String, String>> all = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(
                with(Map.of("auto.offset.reset", "earliest")), new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> wanted = new ArrayList<>();
            for (int i = 0; i < partitions; i++) {
                wanted.add(new TopicPartition(topic, i));
            }
            consumer.assign(wanted);
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(all::add);
                return all.size() >= count;
            });
        }
        return all;
    }
}
