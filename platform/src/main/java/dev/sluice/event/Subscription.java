package dev.sluice.event;

import java.util.List;

/// Which events of an organization are to become runs of a function.
///
/// @param id          never another one's
/// @param secrets     the names of those that its runs read
/// @param sinceMillis when it was made: it gets nothing older
/// @param isPaused    it gets its events later, those that are still kept then
public record Subscription(
        String id,
        String name,
        String function,
        List<String> secrets,
        Filter wanted,
        long sinceMillis,
        boolean isPaused) {
    public Subscription {
        secrets = List.copyOf(secrets);
    }
}
