package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Bytes;
import dev.sluice.event.Courier;
import dev.sluice.event.Event;
import dev.sluice.event.Subscription;
import dev.sluice.invoke.Invocation;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/// Makes events runs of functions, by their subscriptions' triggers, or has them sent to sinks.
///
/// Thread-safe.
final class EventCourier implements Courier {
    private final Functions functions;
    private final Triggers triggers;
    private final Invocations invocations;
    private final SinkCourier sinks;
    private final Function<String, Organization> organizations;

    /// @param organizations by their tokens
    EventCourier(
            Functions functions,
            Triggers triggers,
            Invocations invocations,
            SinkCourier sinks,
            Function<String, Organization> organizations) {
        this.functions = functions;
        this.triggers = triggers;
        this.invocations = invocations;
        this.sinks = sinks;
        this.organizations = organizations;
    }

    @Override
    public Outcome deliver(String token, Subscription subscription, Event event, String delivery)
            throws InterruptedException {
        Organization organization = organizations.apply(token);
        if (subscription.sink().isPresent()) {
            return sinks.deliver(organization, subscription, subscription.sink().get(), event, delivery);
        }
        String function = subscription.function();
        Optional<Functions.Target> target = functions.builtTarget(organization, function);
        if (target.isEmpty()) {
            return new Outcome.Failed("function " + function + " not found");
        }
        if (!target.get().isReady()) {
            return new Outcome.Failed("function " + function + " is not READY");
        }
        Invocation wish = wish(organization, subscription, event, target.get());
        try {
            return new Outcome.Accepted(fire(organization, wish, event, delivery));
        } catch (Refused refused) {
            return refused.refusal() == Refusal.NOT_FOUND
                    ? byANewTrigger(organization, wish, event, delivery)
                    : outcome(refused);
        }
    }

    /// There is no trigger yet, or the function has changed.
    private Outcome byANewTrigger(Organization organization, Invocation wish, Event event, String delivery) {
        try {
            triggers.make(organization, wish.gate(), wish.function());
            return new Outcome.Accepted(fire(organization, wish, event, delivery));
        } catch (Refused refused) {
            return outcome(refused);
        }
    }

    private UUID fire(Organization organization, Invocation wish, Event event, String delivery) {
        return Upkeep.firing(organization, event.label())
                .run(() -> invocations.fire(wish, event.label(), delivery))
                .id();
    }

    private static Outcome outcome(Refused refused) {
        return switch (refused.refusal()) {
            case DENIED -> new Outcome.Nothing();
            case AT_LIMIT, OVERLOADED, DEADLINE_EXCEEDED, CONFLICT, UNAVAILABLE -> new Outcome.Busy();
            case NOT_FOUND, EXISTS, WRONG_KIND, INVALID, TOO_LARGE, QUOTA -> new Outcome.Failed(refused.reason());
        };
    }

    private static Invocation wish(
            Organization organization, Subscription subscription, Event event, Functions.Target target) {
        Component runs = Component.of(Resource.RUNS.in(organization.principal()));
        return new Invocation(
                organization.token(),
                subscription.function(),
                target.id(),
                target.faasId(),
                Triggers.path(organization, subscription.name(), target.id()),
                Label.of(runs.and(subscription.knows()), Component.TRUE),
                event.data(),
                context(event),
                Map.of(),
                Map.of(),
                subscription.secrets(),
                Invocation.Asked.NOTHING);
    }

    /// What Dispatch's convention hands over beside the payload.
    private static Bytes context(Event event) {
        return Bytes.utf8("{\"secrets\":{},\"serviceBindings\":{},\"event\":"
                + event.context().utf8() + "}");
    }

    @Override
    public void awaitEnd(UUID run) throws InterruptedException {
        invocations.awaitEnd(run);
    }
}
