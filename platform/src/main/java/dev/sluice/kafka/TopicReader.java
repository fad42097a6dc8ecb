package dev.sluice.kafka;

import dev.sluice.kafka.Access.Node;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/// Reads all partitions of a topic for a group, from where the group has got to: committed records only, each
/// partition's in their order. An offset is committed once the records before it have been taken.
///
/// Of one thread, but for [#close].
public final class TopicReader implements AutoCloseable {
    private static final int FETCH_VERSION = 12;
    private static final Duration WAIT = Duration.ofMillis(500);
    private static final Duration LEADERS_KNOWN = Duration.ofMinutes(1);
    private static final int FETCHED_BYTES_MAX = 4 << 20;
    private static final int OF_A_PARTITION_BYTES_MAX = 1 << 20;

    private final Cluster cluster;
    private final String topic;
    private final Offsets offsets;
    private final Map<Integer, Long> positions = new HashMap<>();

    /// Takes records, each for good: whatever happens then, it is not asked for again.
    public interface Receiver {
        /// @throws InterruptedException if it is not taken
        void take(KafkaRecord one) throws InterruptedException;

        /// The cluster has answered.
        void isReading();
    }

    TopicReader(Cluster cluster, String topic, Offsets offsets) {
        this.cluster = cluster;
        this.topic = topic;
        this.offsets = offsets;
    }

    /// Reads until it is interrupted.
    ///
    /// @throws KafkaFailed whatever goes wrong: another reader goes on from what was committed
    public void read(Receiver receiver) throws KafkaFailed, InterruptedException {
        while (true) {
            NavigableMap<Integer, Node> leaders = cluster.leaders(topic);
            seek(leaders);
            receiver.isReading();
            Map<Node, List<Integer>> byLeader = leaders.keySet().stream().collect(Collectors.groupingBy(leaders::get));
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < LEADERS_KNOWN.toNanos()) {
                for (Map.Entry<Node, List<Integer>> one : byLeader.entrySet()) {
                    fetch(one.getKey(), one.getValue(), WAIT.dividedBy(byLeader.size()), receiver);
                }
            }
        }
    }

    /// Finds out where to begin in partitions that are new.
    private void seek(NavigableMap<Integer, Node> leaders) throws KafkaFailed, InterruptedException {
        var unknown = new ArrayList<>(leaders.keySet());
        unknown.removeAll(positions.keySet());
        if (unknown.isEmpty()) {
            return;
        }
        Map<Integer, Long> committed = offsets.committed(unknown);
        for (Map.Entry<Integer, Node> one : leaders.entrySet()) {
            if (unknown.contains(one.getKey())) {
                Long known = committed.get(one.getKey());
                positions.put(one.getKey(), known != null ? known : offsets.begin(one.getKey(), one.getValue()));
            }
        }
    }

    private void fetch(Node leader, List<Integer> partitions, Duration wait, Receiver receiver)
            throws KafkaFailed, InterruptedException {
        FetchResponseData answer = cluster.at(leader)
                .ask(ApiKeys.FETCH, FETCH_VERSION, question(partitions, wait), FetchResponseData.class);
        Broker.require(answer.errorCode());
        var moved = new HashMap<Integer, Long>();
        try {
            for (var one : answer.responses()) {
                for (PartitionData data : one.partitions()) {
                    take(data, leader, moved, receiver);
                }
            }
        } finally {
            if (!moved.isEmpty() && !Thread.currentThread().isInterrupted()) {
                offsets.commit(moved);
            }
        }
    }

    private FetchRequestData question(List<Integer> partitions, Duration wait) {
        List<FetchPartition> wanted = partitions.stream()
                .map(partition -> new FetchPartition()
                        .setPartition(partition)
                        .setFetchOffset(position(partition))
                        .setPartitionMaxBytes(OF_A_PARTITION_BYTES_MAX))
                .toList();
        return new FetchRequestData()
                .setReplicaId(-1)
                .setMaxWaitMs((int) wait.toMillis())
                .setMinBytes(1)
                .setMaxBytes(FETCHED_BYTES_MAX)
                .setIsolationLevel((byte) 1)
                .setSessionId(0)
                .setSessionEpoch(-1)
                .setTopics(List.of(new FetchTopic().setTopic(topic).setPartitions(wanted)));
    }

    private long position(int partition) {
        return positions.getOrDefault(partition, 0L);
    }

    private void take(PartitionData data, Node leader, Map<Integer, Long> moved, Receiver receiver)
            throws KafkaFailed, InterruptedException {
        int partition = data.partitionIndex();
        if (!positions.containsKey(partition)) {
            throw KafkaFailed.malformed();
        }
        if (data.errorCode() == Errors.OFFSET_OUT_OF_RANGE.code()) {
            positions.put(partition, offsets.begin(partition, leader)); // the cluster has removed what comes next
            return;
        }
        Broker.require(data.errorCode());
        if (!(data.records() instanceof MemoryRecords records)) {
            return;
        }
        var aborted = data.abortedTransactions() == null
                ? List.<FetchResponseData.AbortedTransaction>of()
                : data.abortedTransactions();
        ByteBuffer bytes = records.buffer().duplicate();
        long before = position(partition);
        long next = new RecordBatches(partition, aborted).read(bytes, before, one -> {
            receiver.take(one);
            positions.put(partition, one.offset() + 1);
            moved.put(partition, one.offset() + 1);
        });
        if (next > before) {
            positions.put(partition, next);
            moved.put(partition, next);
        }
    }

    @Override
    public void close() {
        cluster.close();
    }
}
