package dev.sluice.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.bytes.Bytes;
import dev.sluice.egress.Connections;
import dev.sluice.egress.EgressSettings;
import dev.sluice.kafka.Access.Login;
import dev.sluice.kafka.Access.Mechanism;
import dev.sluice.kafka.Access.Node;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Reading and writing topics of a real broker, beside Kafka's own clients.
@Tag("full")
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KafkaTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private KafkaBroker broker;
    private Kafka kafka;

    /// Reads until it is closed, and keeps what it is given.
    private static final class Reading implements AutoCloseable, TopicReader.Receiver {
        private final List<KafkaRecord> taken = new CopyOnWriteArrayList<>();
        private final AtomicReference<String> failed = new AtomicReference<>("");
        private final Thread thread;
        private volatile boolean isReading;
        private final int refused;

        private Reading(TopicReader reader, int refused) {
            this.refused = refused;
            this.thread = Thread.ofVirtual().start(() -> {
                try (reader) {
                    reader.read(this);
                } catch (KafkaFailed said) {
                    failed.set(said.reason());
                } catch (InterruptedException closed) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        @Override
        public void take(KafkaRecord one) throws InterruptedException {
            if (refused > 0 && taken.size() == refused) {
                throw new InterruptedException("there is no room");
            }
            taken.add(one);
        }

        @Override
        public void isReading() {
            isReading = true;
        }

        private List<String> values() {
            return taken.stream().map(one -> one.value().orElseThrow().utf8()).toList();
        }

        @Override
        public void close() {
            thread.interrupt();
            await().until(() -> !thread.isAlive());
        }
    }

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        broker = KafkaBroker.start(directory);
        kafka = kafka(Set.of("127.0.0.1", "localhost"));
        broker.create("warm", 1, Map.of());
        assertThat(committed("warm", 1, "g"))
                .as("who keeps the offsets is there")
                .isZero();
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    private Kafka kafka(Set<String> hosts) {
        Set<String> permitted = Set.of(
                "127.0.0.1:" + broker.plainPort(),
                "localhost:" + broker.plainPort(),
                "localhost:" + broker.saslPort(),
                "localhost:" + broker.tlsPort());
        var connections = Connections.of(new EgressSettings(hosts, permitted, Optional.empty()));
        return new Kafka(connections, new SecureRandom(), Clock.systemUTC());
    }

    @Test
    void aTopic_isRead_fromAllItsPartitions_eachInOrder_andGoneOnWithByTheNextOfTheGroup() throws Exception {
        broker.create("orders", 3, Map.of());
        try (Reading first = read("orders", "g", true)) {
            produce("orders", Map.of(), 0, 50);
            await().atMost(PATIENCE).until(() -> first.taken.size() == 50);
            for (int key = 0; key < 5; key++) {
                int its = key;
                assertThat(first.taken.stream()
                                .filter(one -> one.key().orElseThrow().utf8().equals("k" + its))
                                .map(one -> one.value().orElseThrow().utf8()))
                        .containsExactlyElementsOf(IntStream.range(0, 50)
                                .filter(i -> i % 5 == its)
                                .mapToObj(i -> "v" + i)
                                .toList());
            }
            await().atMost(PATIENCE).until(() -> committed("orders", 3, "g") == 50);
        }
        produce("orders", Map.of(), 50, 60);
        try (Reading second = read("orders", "g", true)) {
            await().atMost(PATIENCE).until(() -> second.taken.size() == 10);
            assertThat(second.values()).allMatch(value -> Integer.parseInt(value.substring(1)) >= 50);
        }
    }

    /// What was not taken is not committed.
    @Test
    void anOffset_isCommitted_onceTheRecordWasTaken() throws Exception {
        broker.create("refused", 1, Map.of());
        produce("refused", Map.of(), 0, 10);
        Reading reading = read("refused", "g", true, 4);
        await().atMost(PATIENCE).until(() -> !reading.thread.isAlive());
        assertThat(committed("refused", 1, "g")).isEqualTo(4);
        try (Reading next = read("refused", "g", true)) {
            await().atMost(PATIENCE).until(() -> next.taken.size() == 6);
            assertThat(next.values().getFirst()).isEqualTo("v4");
        }
    }

    @Test
    void whoBeginsWithTheLatest_getsWhatComes() throws Exception {
        broker.create("latest", 1, Map.of());
        produce("latest", Map.of(), 0, 5);
        try (Reading reading = read("latest", "g", false)) {
            await().atMost(PATIENCE).until(() -> reading.isReading);
            produce("latest", Map.of(), 5, 6);
            await().atMost(PATIENCE).until(() -> reading.values().equals(List.of("v5")));
        }
    }

    @Test
    void transactions_areRead_onceTheyAreCommitted_andNeverIfTheyAreAborted() throws Exception {
        broker.create("tx", 1, Map.of());
        try (var producer = new KafkaProducer<>(
                        with(Map.of("transactional.id", "t")), new StringSerializer(), new StringSerializer());
                Reading reading = read("tx", "g", true)) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("tx", "aborted")).get();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("tx", "committed")).get();
            Thread.sleep(1500);
            assertThat(reading.taken).isEmpty();
            producer.commitTransaction();
            await().atMost(PATIENCE).until(() -> !reading.taken.isEmpty());
            assertThat(reading.values()).containsExactly("committed");
        }
    }

    @Test
    void gzip_isRead_andOtherCodecsAreToldOf() throws Exception {
        broker.create("packed", 1, Map.of("compression.type", "gzip"));
        produce("packed", Map.of("batch.size", "100000", "linger.ms", "50"), 0, 100);
        try (Reading reading = read("packed", "g", true)) {
            await().atMost(PATIENCE).until(() -> reading.taken.size() == 100);
        }
    }

    @Test
    void aBrokerThatDies_isGoneOnWithFromWhereItWas() throws Exception {
        broker.create("dying", 2, Map.of());
        produce("dying", Map.of(), 0, 20);
        Reading first = read("dying", "g", true);
        await().atMost(PATIENCE).until(() -> first.taken.size() == 20);
        await().atMost(PATIENCE).until(() -> committed("dying", 2, "g") == 20);
        broker.kill();
        await().atMost(PATIENCE).until(() -> !first.thread.isAlive());
        assertThat(first.failed.get()).contains("broke");
        broker.restart();
        produce("dying", Map.of(), 20, 30);
        try (Reading second = read("dying", "g", true)) {
            await().atMost(PATIENCE).until(() -> second.taken.size() == 10);
        }
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void aUser_isLetIn_overTls(Mechanism mechanism) throws Exception {
        String topic = "tls-" + mechanism;
        broker.create(topic, 1, Map.of());
        Node node = new Node("localhost", broker.tlsPort());
        var access = new Access(
                List.of(node),
                true,
                Optional.of(broker.certificate()),
                Optional.of(new Login(mechanism, "jon", "s3cret")));
        try (TopicWriter writer = kafka.writer("acme", access, topic)) {
            writer.write(Optional.empty(), "1", Map.of(), Bytes.utf8("v"));
        }
        try (Reading reading = new Reading(kafka.reader("acme", access, topic, "g", true), 0)) {
            await().atMost(PATIENCE).until(() -> reading.values().equals(List.of("v")));
        }
        var stranger = new Access(
                List.of(node),
                true,
                Optional.of(broker.certificate()),
                Optional.of(new Login(mechanism, "jon", "other")));
        assertRefused(stranger, "SASL_AUTHENTICATION_FAILED");
        var untrusting = new Access(List.of(node), true, Optional.empty(), access.login());
        assertRefused(untrusting, "certificate is not trusted");
        var misnamed = new Access(
                List.of(new Node("127.0.0.1", broker.plainPort())), true, access.authorities(), access.login());
        assertRefused(misnamed, "cannot be reached");
    }

    /// The broker says that it is `localhost`: who may reach only `127.0.0.1` reads nothing.
    @Test
    void anAdvertisedAddress_isCheckedToo() throws Exception {
        broker.create("advertised", 1, Map.of());
        Kafka narrow = kafka(Set.of("127.0.0.1"));
        try (TopicWriter writer = narrow.writer("acme", plain(), "advertised")) {
            assertThatThrownBy(() -> writer.write(Optional.empty(), "1", Map.of(), Bytes.utf8("v")))
                    .isInstanceOf(KafkaFailed.class)
                    .hasMessageContaining("does not let you reach localhost:");
        }
        assertThat(end("advertised")).isZero();
    }

    @Test
    void whatIsWritten_isThere_withItsKeyAndHeaders_wherePartitionersPutIt() throws Exception {
        broker.create("written", 5, Map.of());
        produce("written", Map.of(), 0, 5);
        try (TopicWriter writer = kafka.writer("acme", plain(), "written")) {
            for (int i = 0; i < 5; i++) {
                writer.write(
                        Optional.of(Bytes.utf8("k" + i)), "", Map.of("ce_id", Bytes.utf8("ü")), Bytes.utf8("w" + i));
            }
        }
        List<ConsumerRecord<String, String>> all = consume("written", 5, 10);
        for (int i = 0; i < 5; i++) {
            String key = "k" + i;
            assertThat(all.stream()
                            .filter(one -> key.equals(one.key()))
                            .map(ConsumerRecord::partition)
                            .distinct())
                    .as("both of one key are in one partition")
                    .hasSize(1);
        }
        assertThat(all.stream().filter(one -> one.value().startsWith("w")))
                .allSatisfy(one -> assertThat(one.headers().lastHeader("ce_id").value())
                        .isEqualTo("ü".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatIsNotThere_isToldOf() {
        assertRefused(plain(), "UNKNOWN_TOPIC_OR_PARTITION");
    }

    /// A topic's name does not stand for others, and a broker's port for another protocol.
    @Test
    void aWrongPort_isToldOf() {
        var wrong =
                new Access(List.of(new Node("localhost", broker.tlsPort())), false, Optional.empty(), Optional.empty());
        assertRefused(wrong, "does it want TLS");
    }

    private void assertRefused(Access access, String why) {
        try (TopicWriter writer = kafka.writer("acme", access, "no-such-topic")) {
            assertThatThrownBy(() -> writer.write(Optional.empty(), "1", Map.of(), Bytes.utf8("v")))
                    .isInstanceOf(KafkaFailed.class)
                    .hasMessageContaining(why);
        }
    }

    private Access plain() {
        return new Access(
                List.of(new Node("127.0.0.1", broker.plainPort())), false, Optional.empty(), Optional.empty());
    }

    private Reading read(String topic, String group, boolean isFromStart) {
        return read(topic, group, isFromStart, 0);
    }

    private Reading read(String topic, String group, boolean isFromStart, int refused) {
        TopicReader reader = kafka.reader("acme", plain(), topic, group, isFromStart);
        return new Reading(reader, refused);
    }

    private Map<String, Object> with(Map<String, Object> more) {
        var settings = new HashMap<String, Object>(more);
        broker.client().forEach((name, value) -> settings.put(name.toString(), value));
        return settings;
    }

    private void produce(String topic, Map<String, Object> settings, int from, int to) throws Exception {
        try (var producer = new KafkaProducer<>(with(settings), new StringSerializer(), new StringSerializer())) {
            List<Future<?>> sent = new ArrayList<>();
            for (int i = from; i < to; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, "k" + i % 5, "v" + i)));
            }
            for (Future<?> one : sent) {
                one.get();
            }
        }
    }

    private KafkaConsumer<String, String> consumer(String group) {
        return new KafkaConsumer<>(
                with(Map.of("group.id", group, "auto.offset.reset", "earliest", "enable.auto.commit", "false")),
                new StringDeserializer(),
                new StringDeserializer());
    }

    private long committed(String topic, int partitions, String group) {
        try (var consumer = consumer(group)) {
            return consumer.committed(partitions(topic, partitions)).values().stream()
                    .mapToLong(offset -> offset == null ? 0 : offset.offset())
                    .sum();
        }
    }

    private long end(String topic) {
        try (var consumer = consumer("end")) {
            return consumer.endOffsets(partitions(topic, 1)).values().iterator().next();
        }
    }

    private List<ConsumerRecord<String, String>> consume(String topic, int partitions, int count) {
        List<ConsumerRecord<String, String>> all = new ArrayList<>();
        try (var consumer = consumer("oracle")) {
            consumer.assign(partitions(topic, partitions));
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(all::add);
                return all.size() >= count;
            });
        }
        return all;
    }

    private static Set<TopicPartition> partitions(String topic, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new TopicPartition(topic, i))
                .collect(Collectors.toSet());
    }
}
