package dev.sluice.event;

import dev.sluice.label.Component;
import java.util.List;
import java.util.Optional;

/// Which events of an organization are to become runs of a function, or to go out to a sink.
///
/// @param id          never another one's
/// @param secrets     the names of those that its runs read
/// @param sinceMillis when it was made: it gets nothing older
/// @param knows       what its runs may know of events, beside what all of its organization's may: they start with that
/// @param sink        in place of a function
/// @param isPaused    it gets its events later, those that are still kept then
public record Subscription(
        String id,
        String name,
        String function,
        Optional<Sink> sink,
        List<String> secrets,
        Component knows,
        Filter wanted,
        long sinceMillis,
        boolean isPaused) {
    public Subscription {
        secrets = List.copyOf(secrets);
    }

    /// One whose runs know nothing more than others.
    public Subscription(
            String id,
            String name,
            String function,
            Optional<Sink> sink,
            List<String> secrets,
            Filter wanted,
            long sinceMillis,
            boolean isPaused) {
        this(id, name, function, sink, secrets, Component.TRUE, wanted, sinceMillis, isPaused);
    }
}
