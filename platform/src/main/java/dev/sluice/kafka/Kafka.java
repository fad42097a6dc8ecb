package dev.sluice.kafka;

import dev.sluice.egress.Connections;
import dev.sluice.egress.EgressSettings;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;

/// Clusters of Kafka that organizations name. Thread-safe.
public final class Kafka {
    private final Connections connections;
    private final SecureRandom random;
    private final InstantSource clock;

    Kafka(Connections connections, SecureRandom random, InstantSource clock) {
        this.connections = connections;
        this.random = random;
        this.clock = clock;
    }

    /// @param egress what the operator lets out
    public static Kafka of(EgressSettings egress) {
        return new Kafka(Connections.of(egress), new SecureRandom(), Clock.systemUTC());
    }

    /// @param organization who is charged for its connections
    /// @param isFromStart  whether a group that has read nothing yet begins with the oldest record
    public TopicReader reader(String organization, Access access, String topic, String group, boolean isFromStart) {
        var cluster = new Cluster(connections, organization, access, random);
        return new TopicReader(cluster, topic, new Offsets(cluster, topic, group, isFromStart));
    }

    /// @param organization who is charged for its connections
    public TopicWriter writer(String organization, Access access, String topic) {
        return new TopicWriter(new Cluster(connections, organization, access, random), topic, clock);
    }
}
