package dev.sluice.api;

import dev.sluice.bytes.Traces;
import dev.sluice.event.Event;
import dev.sluice.kafka.KafkaFailed;
import dev.sluice.kafka.KafkaRecord;
import dev.sluice.kafka.TopicReader;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A driver that reads a topic: each record becomes an event, and is done with when that is on disk. Whatever goes
/// wrong,
/// it goes on from there, after a random time below a bound that doubles.
final class KafkaSource implements AtWork {
    static final Duration BACKOFF_MIN = Duration.ofSeconds(1);
    private static final Duration BACKOFF_MAX = Duration.ofMinutes(1);
    private static final int DOUBLED_MAX = 10;
    private static final Logger LOG = LoggerFactory.getLogger(KafkaSource.class);

    private final Supplier<TopicReader> readers;
    private final KafkaEvents events;
    private final Label label;
    private final Predicate<Event> emit;
    private final Duration backoff;
    private final Random random = new Random();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile Optional<String> trouble = Optional.of("it has not reached the cluster yet");

    /// @param readers makes a reader of the topic; what it throws is the trouble
    /// @param label   of the events
    /// @param emit    durable on return, whether or not anybody wants it; refuses `AT_LIMIT` while there is no room
    KafkaSource(
            Supplier<TopicReader> readers, KafkaEvents events, Label label, Predicate<Event> emit, Duration backoff) {
        this.readers = readers;
        this.events = events;
        this.label = label;
        this.emit = emit;
        this.backoff = backoff;
        this.thread = Thread.ofVirtual().name("kafka").start(this::run);
    }

    @Override
    public Optional<String> trouble() {
        return trouble;
    }

    private void run() {
        try {
            for (int failed = 0; ; failed++) {
                try (TopicReader reader = readers.get()) {
                    reader.read(new Receiver());
                } catch (KafkaFailed said) {
                    failed = trouble.isEmpty() ? 0 : failed;
                    trouble = Optional.of(said.reason());
                } catch (Refused refused) {
                    trouble = Optional.of(refused.reason());
                } catch (RuntimeException broken) {
                    LOG.warn("a topic could not be read", Traces.withoutTexts(broken));
                    trouble = Optional.of("the server could not read the topic");
                }
                pause(backoff, failed);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Receiver implements TopicReader.Receiver {
        @Override
        public void isReading() {
            trouble = Optional.empty();
        }

        @Override
        public void take(KafkaRecord one) throws InterruptedException {
            Optional<CloudEvent> event = events.of(one);
            if (event.isEmpty()) {
                LOG.warn("a record of a topic was left out: it is larger than an event may be");
                return;
            }
            emit(event.get().event(label));
        }
    }

    /// The topic is not read on while there is no room for events.
    private void emit(Event event) throws InterruptedException {
        for (int tries = 0; ; tries++) {
            try {
                boolean _ = emit.test(event);
                return;
            } catch (Refused refused) {
                if (refused.refusal() != Refusal.AT_LIMIT) {
                    throw refused;
                }
            }
            pause(backoff.dividedBy(10), tries);
        }
    }

    private void pause(Duration bound, int tries) throws InterruptedException {
        long most = Math.min(BACKOFF_MAX.toMillis(), bound.toMillis() << Math.min(tries, DOUBLED_MAX));
        boolean _ = closed.await(random.nextLong(Math.max(1, most)) + 1, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
    }
}
