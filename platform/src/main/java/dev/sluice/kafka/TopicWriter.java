package dev.sluice.kafka;

import dev.sluice.bytes.Bytes;
import dev.sluice.kafka.Access.Node;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Utils;

/// Writes records to a topic, one after another: each is there, on all replicas that are in sync, when [#write] has
/// returned. Thread-safe.
public final class TopicWriter implements AutoCloseable {
    private static final int VERSION = 8;
    private static final short ALL_REPLICAS = -1;
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Cluster cluster;
    private final String topic;
    private final InstantSource clock;
    private NavigableMap<Integer, Node> leaders = new TreeMap<>(); // guarded by this

    TopicWriter(Cluster cluster, String topic, InstantSource clock) {
        this.cluster = cluster;
        this.topic = topic;
        this.clock = clock;
    }

    /// @param key   decides the partition, as Kafka's own producers have it
    /// @param other decides it where there is no key
    /// @throws KafkaFailed if it is not known to be there
    public void write(Optional<Bytes> key, String other, Map<String, Bytes> headers, Bytes value)
            throws KafkaFailed, InterruptedException {
        NavigableMap<Integer, Node> known = leaders();
        byte[] hashed = key.map(Bytes::toArray).orElseGet(() -> other.getBytes(StandardCharsets.UTF_8));
        int index = Utils.toPositive(Utils.murmur2(hashed)) % known.size();
        Map.Entry<Integer, Node> to = List.copyOf(known.entrySet()).get(index);
        List<Header> all = new ArrayList<>();
        headers.forEach((name, text) -> all.add(new RecordHeader(name, text.toArray())));
        var one = new SimpleRecord(
                clock.millis(), key.map(Bytes::toArray).orElse(null), value.toArray(), all.toArray(new Header[0]));
        boolean isThere = false;
        try {
            produce(to.getKey(), to.getValue(), MemoryRecords.withRecords(Compression.NONE, one));
            isThere = true;
        } finally {
            if (!isThere) {
                forget(to.getValue());
            }
        }
    }

    private void produce(int partition, Node leader, MemoryRecords records) throws KafkaFailed, InterruptedException {
        var data = new TopicProduceData()
                .setName(topic)
                .setPartitionData(
                        List.of(new PartitionProduceData().setIndex(partition).setRecords(records)));
        var topics = new TopicProduceDataCollection();
        topics.add(data);
        var question = new ProduceRequestData()
                .setAcks(ALL_REPLICAS)
                .setTimeoutMs(TIMEOUT_MILLIS)
                .setTopicData(topics);
        ProduceResponseData answer =
                cluster.at(leader).ask(ApiKeys.PRODUCE, VERSION, question, ProduceResponseData.class);
        for (var one : answer.responses()) {
            for (var there : one.partitionResponses()) {
                Broker.require(there.errorCode());
                return;
            }
        }
        throw KafkaFailed.malformed();
    }

    private synchronized NavigableMap<Integer, Node> leaders() throws KafkaFailed, InterruptedException {
        if (leaders.isEmpty()) {
            leaders = cluster.leaders(topic);
        }
        return leaders;
    }

    private synchronized void forget(Node leader) {
        leaders = new TreeMap<>();
        cluster.drop(leader);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
