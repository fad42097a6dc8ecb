package dev.sluice.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.egress.EgressSettings;
import dev.sluice.kafka.Access.Node;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBrokerCollection;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopicCollection;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartition;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopic;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.RequestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is read from a broker that answers what nobody has asked for.
@Timeout(60)
final class TopicReaderTest {
    private final List<String> taken = new ArrayList<>();
    private ServerSocket listening;
    private volatile int answered;

    @BeforeEach
    void listen() throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    @AfterEach
    void close() throws IOException {
        listening.close();
    }

    @Test
    void partitionsThatNobodyAskedFor_areRefused() {
        assertThatThrownBy(() -> read(7)).isInstanceOf(KafkaFailed.class).hasMessageContaining("is not Kafka's");
        assertThat(taken).isEmpty();
        assertThatThrownBy(() -> read(0)).isInstanceOf(InterruptedException.class);
        assertThat(taken).containsExactly("v");
    }

    private void read(int partition) throws KafkaFailed, InterruptedException {
        answered = partition;
        String address = "127.0.0.1:" + listening.getLocalPort();
        var kafka = Kafka.of(new EgressSettings(Set.of("127.0.0.1"), Set.of(address), Optional.empty()));
        var access = new Access(
                List.of(new Node("127.0.0.1", listening.getLocalPort())), false, Optional.empty(), Optional.empty());
        try (TopicReader reader = kafka.reader("acme", access, "t", "g", true)) {
            reader.read(new TopicReader.Receiver() {
                @Override
                public void take(KafkaRecord one) throws InterruptedException {
                    taken.add(one.value().orElseThrow().utf8());
                    throw new InterruptedException("enough");
                }

                @Override
                public void isReading() {
                    assertThat(taken).isEmpty();
                }
            });
        }
    }

    private void serve() {
        while (!listening.isClosed()) {
            try (var socket = listening.accept()) {
                var in = new DataInputStream(socket.getInputStream());
                var out = new DataOutputStream(socket.getOutputStream());
                while (true) {
                    ByteBuffer asked = ByteBuffer.wrap(in.readNBytes(in.readInt()));
                    ApiKeys key = ApiKeys.forId(asked.getShort(0));
                    ByteBuffer body = RequestUtils.serialize(
                            new ResponseHeaderData().setCorrelationId(asked.getInt(4)),
                            key.responseHeaderVersion(asked.getShort(2)),
                            answer(key),
                            asked.getShort(2));
                    out.writeInt(body.remaining());
                    out.write(body.array(), body.arrayOffset() + body.position(), body.remaining());
                }
            } catch (IOException gone) {
                assertThat(gone).isNotNull();
            }
        }
    }

    private ApiMessage answer(ApiKeys key) {
        return switch (key) {
            case METADATA -> metadata();
            case FIND_COORDINATOR ->
                new FindCoordinatorResponseData().setHost("127.0.0.1").setPort(listening.getLocalPort());
            case OFFSET_FETCH ->
                new OffsetFetchResponseData()
                        .setTopics(List.of(new OffsetFetchResponseTopic()
                                .setName("t")
                                .setPartitions(List.of(new OffsetFetchResponsePartition()
                                        .setPartitionIndex(0)
                                        .setCommittedOffset(0)))));
            case OFFSET_COMMIT -> new OffsetCommitResponseData();
            case FETCH ->
                new FetchResponseData()
                        .setResponses(List.of(new FetchableTopicResponse()
                                .setTopic("t")
                                .setPartitions(List.of(new PartitionData()
                                        .setPartitionIndex(answered)
                                        .setRecords(MemoryRecords.withRecords(
                                                Compression.NONE,
                                                new SimpleRecord(Bytes.utf8("v").toArray())))))));
            default -> throw new IllegalStateException("nobody asks for " + key);
        };
    }

    private MetadataResponseData metadata() {
        var brokers = new MetadataResponseBrokerCollection();
        brokers.add(
                new MetadataResponseBroker().setNodeId(1).setHost("127.0.0.1").setPort(listening.getLocalPort()));
        var topics = new MetadataResponseTopicCollection();
        topics.add(new MetadataResponseTopic()
                .setName("t")
                .setPartitions(List.of(
                        new MetadataResponsePartition().setPartitionIndex(0).setLeaderId(1))));
        return new MetadataResponseData().setBrokers(brokers).setTopics(topics);
    }
}
