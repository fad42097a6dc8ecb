package dev.sluice.event;

import java.time.Duration;
import java.util.UUID;

/// Brings events to where they become runs.
public interface Courier {
    /// Delivers an event. Whatever was delivered under the same `delivery` before is not delivered again.
    Outcome deliver(String organization, Subscription subscription, Event event, String delivery)
            throws InterruptedException;

    /// Waits until a run has ended.
    void awaitEnd(UUID run) throws InterruptedException;

    /// What came of a delivery.
    sealed interface Outcome {
        /// It is a run, durably.
        record Accepted(UUID run) implements Outcome {}

        /// It has arrived.
        record Delivered() implements Outcome {}

        /// The event may not be told there. Nobody hears of it.
        record Nothing() implements Outcome {}

        /// There is no room now: it is tried again for as long as the event is kept.
        record Busy() implements Outcome {}

        /// Who is to get it does not take it now: it is tried again for a day.
        ///
        /// @param after  not before that
        /// @param reason what its subscriber is told
        record Later(Duration after, String reason) implements Outcome {}

        /// It is tried again a few times.
        ///
        /// @param reason what its subscriber is told
        record Failed(String reason) implements Outcome {}
    }
}
