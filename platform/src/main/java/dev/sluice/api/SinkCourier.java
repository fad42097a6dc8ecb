package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.event.Courier.Outcome;
import dev.sluice.event.Event;
import dev.sluice.event.Sink;
import dev.sluice.event.Subscription;
import dev.sluice.fs.FsPath;
import dev.sluice.gate.ServiceAnswer;
import dev.sluice.gate.ServiceCall;
import dev.sluice.gate.Services;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.secret.Secrets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;

/// Sends events out of the server, each by its subscription's external gate. What the event knows, with the secret that
/// it is signed with, must be allowed to leave by it.
///
/// Thread-safe.
final class SinkCourier {
    private static final int GONE = 410;
    private static final int TIMEOUT = 408;
    private static final int TOO_EARLY = 425;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;
    private static final Duration PAUSED = Duration.ofMinutes(1);
    private static final int ID_CHARS = 32;

    private final Services services;
    private final Secrets secrets;
    private final SinkGates gates;
    private final SinkHandshake handshake;
    private final KafkaDrivers drivers;
    private final InstantSource clock;
    private final BiConsumer<Organization, String> pause;

    /// @param pause a subscription of that name, whose receiver is no more
    SinkCourier(
            Services services,
            Secrets secrets,
            KafkaDrivers drivers,
            InstantSource clock,
            BiConsumer<Organization, String> pause) {
        this.services = services;
        this.secrets = secrets;
        this.gates = new SinkGates(services);
        this.handshake = new SinkHandshake(services, clock);
        this.drivers = drivers;
        this.clock = clock;
        this.pause = pause;
    }

    SinkGates gates() {
        return gates;
    }

    /// Sends an event, once.
    ///
    /// @param delivery the same for each try
    Outcome deliver(Organization organization, Subscription subscription, Sink sink, Event event, String delivery)
            throws InterruptedException {
        if (!sink.driver().isEmpty()) {
            return mayLeave(organization, event)
                    ? drivers.deliver(organization, sink.driver(), event)
                    : new Outcome.Nothing();
        }
        try {
            return outcome(organization, subscription, sent(organization, subscription, sink, event, delivery));
        } catch (Refused refused) {
            return isKnown(organization, event) ? outcome(refused) : new Outcome.Nothing();
        } catch (LabelInvalid tooLarge) {
            return new Outcome.Nothing();
        }
    }

    /// Whether an event may leave by a driver, which lets out what is `acme/event`: its author was lent that.
    private static boolean mayLeave(Organization organization, Event event) {
        return Upkeep.of(organization, Resource.EVENT).mayDeliver(event.label(), Label.PUBLIC);
    }

    /// Whether those who see a subscription's events may know of this one: else nobody hears what became of it.
    private static boolean isKnown(Organization organization, Event event) {
        return event.label().canFlowTo(Label.of(Triggers.events(organization), Component.TRUE));
    }

    private ServiceAnswer sent(
            Organization organization, Subscription subscription, Sink sink, Event event, String delivery)
            throws InterruptedException {
        FsPath path = SinkGates.path(organization, subscription.name(), sink);
        Component secret = SinkGates.secret(organization, sink);
        var task = Upkeep.delivering(organization, event.label(), secret);
        try {
            return task.run(() -> exchanged(path, organization, sink, event, delivery));
        } catch (Refused refused) {
            if (refused.refusal() != Refusal.NOT_FOUND || sink.url().isEmpty()) {
                throw refused;
            }
        }
        make(organization, subscription, sink);
        var again = Upkeep.delivering(organization, event.label(), secret);
        return again.run(() -> exchanged(path, organization, sink, event, delivery));
    }

    private ServiceAnswer exchanged(FsPath path, Organization organization, Sink sink, Event event, String delivery)
            throws InterruptedException {
        handshake.requireAllowed(path, sink.origin());
        return services.deliver(path, () -> call(organization, sink, event, delivery));
    }

    /// What the operator does not let out now waits until he does.
    private void make(Organization organization, Subscription subscription, Sink sink) {
        try {
            gates.make(organization, subscription.name(), sink);
        } catch (Refused refused) {
            throw refused.refusal() == Refusal.DENIED ? new Refused(Refusal.UNAVAILABLE, refused.reason()) : refused;
        }
    }

    private ServiceCall call(Organization organization, Sink sink, Event event, String delivery) {
        SinkMessage message = SinkMessage.of(event, sink.mode());
        var headers = new HashMap<>(message.headers());
        headers.putAll(credentials(organization, sink, message.body(), delivery));
        if (!sink.origin().isEmpty()) {
            headers.put(SinkHandshake.REQUESTED, sink.origin());
        }
        return new ServiceCall(Map.of(), headers, message.body());
    }

    /// Reads the secret, as the task that sends.
    private Map<String, String> credentials(Organization organization, Sink sink, Bytes body, String delivery) {
        return switch (sink.auth()) {
            case NONE -> Map.of();
            case BEARER -> Map.of("authorization", "Bearer " + value(organization, sink, "token"));
            case WEBHOOK -> {
                String id = "msg_" + Digest.of(Bytes.utf8(delivery)).hex().substring(0, ID_CHARS);
                yield WebhookSignature.headers(value(organization, sink, "key"), id, clock.instant(), body)
                        .orElseThrow(() -> invalid(
                                sink, "its key is no key of Standard Webhooks: whsec_ and base64 of 16 bytes or more"));
            }
        };
    }

    private String value(Organization organization, Sink sink, String key) {
        try {
            Map<String, String> values =
                    secrets.read(organization.principal(), sink.secret()).values();
            if (!values.containsKey(key)) {
                throw invalid(sink, "it has no " + key);
            }
            return Objects.requireNonNull(values.get(key));
        } catch (Refused refused) {
            throw refused.refusal() == Refusal.NOT_FOUND ? invalid(sink, "there is none") : refused;
        }
    }

    private static Refused invalid(Sink sink, String why) {
        return new Refused(Refusal.INVALID, "secret " + sink.secret() + ": " + why);
    }

    private Outcome outcome(Organization organization, Subscription subscription, ServiceAnswer answer) {
        int status = answer.status();
        String reason = "the receiver answered " + status;
        if (status / 100 == 2) {
            return new Outcome.Delivered();
        }
        if (status == GONE) {
            pause.accept(organization, subscription.name());
            return new Outcome.Later(PAUSED, reason);
        }
        if (status >= SERVER_ERROR || status == TIMEOUT || status == TOO_EARLY || status == TOO_MANY) {
            return new Outcome.Later(RetryAfter.of(answer.headers(), clock.instant()), reason);
        }
        return new Outcome.Failed(reason);
    }

    private static Outcome outcome(Refused refused) {
        return switch (refused.refusal()) {
            case DENIED -> new Outcome.Nothing();
            case UNAVAILABLE, DEADLINE_EXCEEDED -> new Outcome.Later(Duration.ZERO, refused.reason());
            case AT_LIMIT, OVERLOADED, CONFLICT -> new Outcome.Busy();
            case NOT_FOUND -> new Outcome.Failed("the external gate is not there, or does not let you in");
            case EXISTS, WRONG_KIND, INVALID, TOO_LARGE, QUOTA -> new Outcome.Failed(refused.reason());
        };
    }
}
