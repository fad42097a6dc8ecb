package dev.sluice.api;

import dev.sluice.event.Courier.Outcome;
import dev.sluice.event.Event;
import dev.sluice.kafka.Access;
import dev.sluice.kafka.Kafka;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import dev.sluice.secret.Secret;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// The drivers of Kafka that are at work: sources, and sinks by their names. Thread-safe.
final class KafkaDrivers {
    private static final String GROUP = "sluice-";

    private final Kafka kafka;
    private final ConcurrentMap<Name, KafkaSink> sinks = new ConcurrentHashMap<>();

    private record Name(String organization, String driver) {}

    KafkaDrivers(Kafka kafka) {
        this.kafka = kafka;
    }

    /// @throws Refused `INVALID` for settings that mean nothing
    KafkaSource source(KeptEntity<DriverWish> entity, DriverSecrets secrets, DriverPost post) {
        KafkaTerms terms =
                KafkaTerms.of(OwnDriver.settings(entity.wish().config()).values(), KafkaTerms.OF_A_SOURCE);
        String group = terms.group().isEmpty() ? GROUP + entity.id() : terms.group();
        String organization = secrets.organization().token();
        return new KafkaSource(
                () -> kafka.reader(
                        organization,
                        access(terms, entity.wish().secrets(), secrets),
                        terms.topic(),
                        group,
                        terms.isFromStart()),
                new KafkaEvents(terms),
                post.label(),
                post.emit(),
                KafkaSource.BACKOFF_MIN);
    }

    /// @throws Refused `INVALID` for settings that mean nothing
    KafkaSink sink(KeptEntity<DriverWish> entity, DriverSecrets secrets) {
        KafkaTerms terms =
                KafkaTerms.of(OwnDriver.settings(entity.wish().config()).values(), KafkaTerms.OF_A_SINK);
        var name = new Name(secrets.organization().token(), entity.wish().name());
        var sink = new KafkaSink(
                () -> kafka.writer(
                        name.organization(), access(terms, entity.wish().secrets(), secrets), terms.topic()),
                one -> sinks.remove(name, one));
        sinks.put(name, sink);
        return sink;
    }

    /// What is put on record of a sink: where what is `acme/event` may go by it.
    static Deed deed(Organization organization, DriverWish wish) {
        KafkaTerms terms = KafkaTerms.of(OwnDriver.settings(wish.config()).values(), KafkaTerms.OF_A_SINK);
        Component events = Triggers.events(organization);
        return new Deed(
                "kafka.sink",
                wish.name(),
                Label.of(events, events),
                Map.of("privilege", events.toString(), "topic", terms.source()));
    }

    /// As the secrets are now.
    private static Access access(KafkaTerms terms, List<String> names, DriverSecrets secrets) {
        Map<String, String> values = new HashMap<>();
        names.forEach(name -> secrets.find(name).map(Secret::values).ifPresent(values::putAll));
        return terms.access(values);
    }

    /// Hands an event to the sink of that name.
    Outcome deliver(Organization organization, String driver, Event event) throws InterruptedException {
        KafkaSink sink = sinks.get(new Name(organization.token(), driver));
        return sink == null
                ? new Outcome.Failed(
                        "driver " + driver + " passes no events on: it is to be of a type of sluice/kafka-sink")
                : sink.deliver(event);
    }
}
