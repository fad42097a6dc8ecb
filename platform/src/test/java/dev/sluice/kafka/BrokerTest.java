package dev.sluice.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.egress.Connections;
import dev.sluice.egress.EgressSettings;
import dev.sluice.kafka.Access.Node;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBrokerCollection;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopicCollection;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Brokers that lie, on loopback, which the operator permits at one port.
@Timeout(60)
final class BrokerTest {
    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger elsewhere = new AtomicInteger();
    private ServerSocket listening;
    private ServerSocket inside;
    private volatile Answer answer = _ -> ByteBuffer.allocate(0);

    /// What is answered to a question, with its length in front.
    private interface Answer {
        ByteBuffer to(int correlation);
    }

    @BeforeEach
    void listen() throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        inside = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
        Thread.ofVirtual().start(() -> {
            try (var _ = inside.accept()) {
                elsewhere.incrementAndGet();
            } catch (IOException closed) {
                assertThat(inside.isClosed()).isTrue();
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        listening.close();
        inside.close();
    }

    private void serve() {
        while (!listening.isClosed()) {
            try (var socket = listening.accept()) {
                var in = new DataInputStream(socket.getInputStream());
                var out = new DataOutputStream(socket.getOutputStream());
                while (true) {
                    byte[] question = in.readNBytes(in.readInt());
                    ByteBuffer bytes = answer.to(ByteBuffer.wrap(question).getInt(4));
                    out.write(bytes.array(), 0, bytes.limit());
                }
            } catch (IOException gone) {
                assertThat(gone).isNotNull();
            }
        }
    }

    /// It says that its partitions are led by a server of the operator's network: nobody connects there.
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "[::1]", "not a \u001b host", ""})
    void anAddressThatABrokerNames_isCheckedAsWhatWasTyped(String host) throws Exception {
        answer = correlation -> metadata(correlation, host, inside.getLocalPort());
        var kafka = new Kafka(
                connections("127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1"), random, Clock.systemUTC());
        try (TopicWriter writer = kafka.writer("acme", access(), "t")) {
            assertThatThrownBy(() -> writer.write(Optional.empty(), "1", Map.of(), Bytes.utf8("v")))
                    .isInstanceOf(KafkaFailed.class)
                    .hasMessageContaining("the operator does not let you reach")
                    .hasMessageContaining(host.contains(" ") || host.isEmpty() ? "what the cluster says" : host);
        }
        assertThat(elsewhere).hasValue(0);
    }

    @Test
    void aBrokerThatIsNotPermitted_isNotConnectedTo() {
        var none = new Cluster(connections(), "acme", access(), random);
        assertThatThrownBy(() -> none.leaders("t"))
                .isInstanceOf(KafkaFailed.class)
                .hasMessageContaining("--egress-allow");
        none.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, Broker.ANSWER_BYTES_MAX + 1})
    void aLengthThatIsNone_isRefused_beforeThereIsRoomForIt(int length) {
        answer = _ -> ByteBuffer.allocate(4).putInt(0, length);
        assertMalformed();
    }

    /// What it says of lengths inside is not believed either.
    @Test
    void anAnswerThatIsNone_isRefused() {
        answer = correlation -> {
            var bytes = ByteBuffer.allocate(4 + 4 + 1 + 64);
            bytes.putInt(bytes.capacity() - 4).putInt(correlation).put((byte) 0).putInt(0);
            while (bytes.hasRemaining()) {
                bytes.put((byte) 0xff);
            }
            return bytes;
        };
        assertMalformed();
        answer = correlation -> metadata(correlation + 1, "localhost", 1);
        assertMalformed();
    }

    /// Its connections end with it, and are counted no more.
    @Test
    void connections_areCounted_andGivenBack() throws Exception {
        answer = correlation -> metadata(correlation, "127.0.0.1", listening.getLocalPort());
        Connections connections = connections("127.0.0.1");
        for (int i = 0; i < 100; i++) {
            var cluster = new Cluster(connections, "acme", access(), random);
            assertThat(cluster.leaders("t")).hasSize(1);
            cluster.close();
        }
    }

    private void assertMalformed() {
        var cluster = new Cluster(connections("127.0.0.1"), "acme", access(), random);
        assertThatThrownBy(() -> cluster.leaders("t"))
                .isInstanceOf(KafkaFailed.class)
                .hasMessageContaining("the broker's answer is not Kafka's, or larger than is read");
        cluster.close();
    }

    private static ByteBuffer metadata(int correlation, String host, int port) {
        var brokers = new MetadataResponseBrokerCollection();
        brokers.add(new MetadataResponseBroker().setNodeId(1).setHost(host).setPort(port));
        var topics = new MetadataResponseTopicCollection();
        topics.add(new MetadataResponseTopic()
                .setName("t")
                .setPartitions(List.of(
                        new MetadataResponsePartition().setPartitionIndex(0).setLeaderId(1))));
        ByteBuffer body = RequestUtils.serialize(
                new ResponseHeaderData().setCorrelationId(correlation),
                ApiKeys.METADATA.responseHeaderVersion((short) 9),
                new MetadataResponseData().setBrokers(brokers).setTopics(topics),
                (short) 9);
        ByteBuffer framed = ByteBuffer.allocate(4 + body.remaining());
        return framed.putInt(body.remaining()).put(body).flip();
    }

    private Access access() {
        return new Access(
                List.of(new Node("127.0.0.1", listening.getLocalPort())), false, Optional.empty(), Optional.empty());
    }

    private Connections connections(String... allowed) {
        return Connections.of(
                new EgressSettings(Set.of(allowed), Set.of("127.0.0.1:" + listening.getLocalPort()), Optional.empty()));
    }
}
