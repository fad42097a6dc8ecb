package dev.sluice.kafka;

import dev.sluice.egress.Connections;
import dev.sluice.egress.EgressFailed;
import dev.sluice.kafka.Access.Node;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;

/// The brokers of a cluster, as far as they are connected to. What one says of where another is, is checked as what was
/// typed. Thread-safe.
final class Cluster implements AutoCloseable {
    private static final int BROKERS_MAX = 32;
    private static final int PARTITIONS_MAX = 1_000;
    private static final int METADATA_VERSION = 9;
    private static final int COORDINATOR_VERSION = 3;

    private final Connections connections;
    private final String organization;
    private final Access access;
    private final SecureRandom random;
    private final Map<Node, Broker> brokers = new HashMap<>(); // guarded by this
    private boolean isClosed; // guarded by this

    Cluster(Connections connections, String organization, Access access, SecureRandom random) {
        this.connections = connections;
        this.organization = organization;
        this.access = access;
        this.random = random;
    }

    /// The broker at an address, connected to and logged in at.
    synchronized Broker at(Node node) throws KafkaFailed, InterruptedException {
        if (isClosed) {
            throw KafkaFailed.forNow("the connections to the cluster are closed");
        }
        Broker open = brokers.get(node);
        if (open == null) {
            if (brokers.size() == BROKERS_MAX) {
                throw KafkaFailed.lasting("the cluster has more than " + BROKERS_MAX + " brokers");
            }
            open = connect(node);
            brokers.put(node, open);
        }
        return open;
    }

    private Broker connect(Node node) throws KafkaFailed, InterruptedException {
        Optional<Connections.Tls> tls =
                access.isTls() ? Optional.of(new Connections.Tls(access.authorities())) : Optional.empty();
        try {
            var broker = new Broker(connections.open(organization, node.host(), node.port(), tls));
            boolean isIn = false;
            try {
                if (access.login().isPresent()) {
                    broker.login(access.login().get(), random);
                }
                isIn = true;
                return broker;
            } finally {
                if (!isIn) {
                    broker.close();
                }
            }
        } catch (EgressFailed failed) {
            throw failed(failed.why(), node);
        } catch (IOException broken) {
            throw KafkaFailed.forNow("a broker cannot be reached");
        }
    }

    /// What a broker says of where another is, is shown as it was typed only where it is a host.
    private static KafkaFailed failed(EgressFailed.Why why, Node node) {
        String where = node.isPlain() ? node.host() + ":" + node.port() : "what the cluster says is a broker";
        return switch (why) {
            case FORBIDDEN ->
                KafkaFailed.lasting("the operator does not let you reach " + where
                        + ": the server needs --egress-allow HOST, and --egress-permit HOST:PORT for an address that is"
                        + " not public");
            case BUSY -> KafkaFailed.forNow("your organization has too many connections to brokers");
            case UNREACHABLE, TIMED_OUT, TOO_LARGE ->
                KafkaFailed.forNow(where + " cannot be reached, or its certificate is not trusted");
        };
    }

    /// Has a broker that did not answer connected to anew.
    synchronized void drop(Node node) {
        Broker gone = brokers.remove(node);
        if (gone != null) {
            gone.close();
        }
    }

    /// The leaders of a topic's partitions, as any of the brokers knows them.
    NavigableMap<Integer, Node> leaders(String topic) throws KafkaFailed, InterruptedException {
        var question = new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestTopic().setName(topic)))
                .setAllowAutoTopicCreation(false);
        MetadataResponseData answer =
                first(broker -> broker.ask(ApiKeys.METADATA, METADATA_VERSION, question, MetadataResponseData.class));
        var nodes = new HashMap<Integer, Node>();
        answer.brokers().forEach(one -> nodes.put(one.nodeId(), new Node(one.host(), one.port())));
        var leaders = new TreeMap<Integer, Node>();
        for (MetadataResponseTopic one : answer.topics()) {
            Broker.require(one.errorCode());
            for (MetadataResponsePartition partition : one.partitions()) {
                Node leader = nodes.get(partition.leaderId());
                if (leader == null) {
                    throw KafkaFailed.forNow("a partition of the topic has no leader now");
                }
                leaders.put(partition.partitionIndex(), leader);
            }
        }
        if (leaders.isEmpty() || leaders.size() > PARTITIONS_MAX) {
            throw KafkaFailed.lasting("the topic has no partitions, or more than " + PARTITIONS_MAX);
        }
        return leaders;
    }

    /// Who keeps the offsets of a group.
    Node coordinator(String group) throws KafkaFailed, InterruptedException {
        var question = new FindCoordinatorRequestData().setKey(group).setKeyType((byte) 0);
        FindCoordinatorResponseData answer = first(broker ->
                broker.ask(ApiKeys.FIND_COORDINATOR, COORDINATOR_VERSION, question, FindCoordinatorResponseData.class));
        Broker.require(answer.errorCode());
        return new Node(answer.host(), answer.port());
    }

    /// Something that any broker answers.
    private interface Question<A> {
        A ask(Broker broker) throws KafkaFailed, InterruptedException;
    }

    private <A> A first(Question<A> question) throws KafkaFailed, InterruptedException {
        KafkaFailed last = KafkaFailed.lasting("there is no broker");
        for (Node node : access.bootstrap()) {
            try {
                return question.ask(at(node));
            } catch (KafkaFailed failed) {
                drop(node);
                last = failed;
            }
        }
        throw last;
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        brokers.values().forEach(Broker::close);
        brokers.clear();
    }
}
