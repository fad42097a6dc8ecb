package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.event.Courier.Outcome;
import dev.sluice.event.Event;
import dev.sluice.kafka.KafkaFailed;
import dev.sluice.kafka.TopicWriter;
import dev.sluice.kernel.Refused;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A driver that writes events to a topic, as CloudEvents 1.0 by the Kafka binding, binary: those of the subscriptions
/// that name it as their sink. Thread-safe.
final class KafkaSink implements AtWork {
    private static final String HEADER = "ce_";
    private static final String CONTENT_TYPE = "content-type";

    private final Supplier<TopicWriter> writers;
    private final Consumer<KafkaSink> closed;
    private @Nullable TopicWriter writer; // guarded by this
    private boolean isClosed; // guarded by this
    private volatile Optional<String> trouble = Optional.empty();

    /// @param writers makes a writer to the topic; what it throws is the trouble
    /// @param closed  is told when it is closed
    KafkaSink(Supplier<TopicWriter> writers, Consumer<KafkaSink> closed) {
        this.writers = writers;
        this.closed = closed;
    }

    @Override
    public Optional<String> trouble() {
        return trouble;
    }

    Outcome deliver(Event event) throws InterruptedException {
        try {
            Optional<TopicWriter> open = writer();
            if (open.isEmpty()) {
                return new Outcome.Busy();
            }
            open.get().write(event.key().map(Bytes::utf8), event.id(), headers(event), SinkMessage.data(event));
            trouble = Optional.empty();
            return new Outcome.Delivered();
        } catch (KafkaFailed failed) {
            trouble = Optional.of(failed.reason());
            return failed.isLasting()
                    ? new Outcome.Failed(failed.reason())
                    : new Outcome.Later(Duration.ZERO, failed.reason());
        } catch (Refused invalid) {
            trouble = Optional.of(invalid.reason());
            return new Outcome.Failed(invalid.reason());
        }
    }

    private static Map<String, Bytes> headers(Event event) {
        var headers = new HashMap<String, Bytes>();
        SinkMessage.attributes(event)
                .forEach((name, value) -> headers.put(
                        name.equals(CloudEvent.CONTENT_TYPE) ? CONTENT_TYPE : HEADER + name, Bytes.utf8(value)));
        return headers;
    }

    /// Nothing once another driver is at work in its place.
    private synchronized Optional<TopicWriter> writer() {
        if (isClosed) {
            return Optional.empty();
        }
        TopicWriter made = writer;
        if (made == null) {
            made = writers.get();
            writer = made;
        }
        return Optional.of(made);
    }

    @Override
    public void close() {
        closed.accept(this);
        synchronized (this) {
            isClosed = true;
            if (writer != null) {
                writer.close();
            }
        }
    }
}
