package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;

/// The events that runs emit, of whose gates the organization's policies say that they may. Each has what its run knows
/// as its label.
///
/// One that knows more than any trigger may hand on is answered as the others, and is nowhere: so nobody who knows less
/// finds it in what is kept, counted, ordered or refused.
final class RunEvents {
    private final Subscriptions subscriptions;

    RunEvents(Subscriptions subscriptions) {
        this.subscriptions = subscriptions;
    }

    /// Acts as [Task#current].
    ///
    /// @throws Refused `DENIED` for a run that may not, `INVALID`, `AT_LIMIT`
    void emit(Bytes body) {
        Task run = Task.current();
        if (run.payer().isEmpty() || !run.holds(Triggers.emitter(Principal.of(run.payer())))) {
            throw Refused.denied();
        }
        CloudEvent event = parsed(body);
        Label label = Label.of(run.label().secrecy(), Component.TRUE);
        subscriptions
                .known(run.payer())
                .filter(organization -> Triggers.mayFire(organization, label))
                .ifPresent(organization -> subscriptions.emit(organization, event.event(label)));
    }

    private static CloudEvent parsed(Bytes body) {
        try {
            return CloudEvent.structured(CloudEvent.json(body));
        } catch (Rejection wrong) {
            throw new Refused(Refusal.INVALID, "it is no event of CloudEvents 1.0");
        }
    }
}
