package dev.sluice.kafka;

import dev.sluice.kafka.Access.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/// How far a group has read a topic, as the cluster keeps it. The group has one reader, who tells nobody else in it.
final class Offsets {
    private static final int FETCH_VERSION = 7;
    private static final int COMMIT_VERSION = 7;
    private static final int LIST_VERSION = 5;
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;

    private final Cluster cluster;
    private final String topic;
    private final String group;
    private final boolean isFromStart;

    /// @param isFromStart whether a group that has read nothing yet begins with the oldest record
    Offsets(Cluster cluster, String topic, String group, boolean isFromStart) {
        this.cluster = cluster;
        this.topic = topic;
        this.group = group;
        this.isFromStart = isFromStart;
    }

    /// Of those partitions of which there is one.
    Map<Integer, Long> committed(Collection<Integer> partitions) throws KafkaFailed, InterruptedException {
        var question = new OffsetFetchRequestData()
                .setGroupId(group)
                .setTopics(List.of(
                        new OffsetFetchRequestTopic().setName(topic).setPartitionIndexes(List.copyOf(partitions))))
                .setRequireStable(false);
        OffsetFetchResponseData answer = cluster.at(cluster.coordinator(group))
                .ask(ApiKeys.OFFSET_FETCH, FETCH_VERSION, question, OffsetFetchResponseData.class);
        Broker.require(answer.errorCode());
        var found = new HashMap<Integer, Long>();
        for (var one : answer.topics()) {
            for (var partition : one.partitions()) {
                Broker.require(partition.errorCode());
                if (partition.committedOffset() >= 0) {
                    found.put(partition.partitionIndex(), partition.committedOffset());
                }
            }
        }
        return found;
    }

    void commit(Map<Integer, Long> offsets) throws KafkaFailed, InterruptedException {
        List<OffsetCommitRequestPartition> partitions = new ArrayList<>();
        offsets.forEach((partition, offset) -> partitions.add(
                new OffsetCommitRequestPartition().setPartitionIndex(partition).setCommittedOffset(offset)));
        var question = new OffsetCommitRequestData()
                .setGroupId(group)
                .setGenerationIdOrMemberEpoch(-1)
                .setMemberId("")
                .setTopics(List.of(new OffsetCommitRequestTopic().setName(topic).setPartitions(partitions)));
        OffsetCommitResponseData answer = cluster.at(cluster.coordinator(group))
                .ask(ApiKeys.OFFSET_COMMIT, COMMIT_VERSION, question, OffsetCommitResponseData.class);
        for (var one : answer.topics()) {
            for (var partition : one.partitions()) {
                Broker.require(partition.errorCode());
            }
        }
    }

    /// Where who has no offset begins.
    long begin(int partition, Node leader) throws KafkaFailed, InterruptedException {
        var question = new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setIsolationLevel((byte) 1)
                .setTopics(List.of(new ListOffsetsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new ListOffsetsPartition()
                                .setPartitionIndex(partition)
                                .setTimestamp(isFromStart ? EARLIEST : LATEST)))));
        ListOffsetsResponseData answer =
                cluster.at(leader).ask(ApiKeys.LIST_OFFSETS, LIST_VERSION, question, ListOffsetsResponseData.class);
        for (var one : answer.topics()) {
            for (var found : one.partitions()) {
                Broker.require(found.errorCode());
                return Math.max(0, found.offset());
            }
        }
        throw KafkaFailed.malformed();
    }
}
