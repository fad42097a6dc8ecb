package dev.sluice.event;

/// An event that could not be delivered to a subscription.
///
/// @param place  tells it from the subscription's others
/// @param millis when it was given up, since 1970
/// @param reason of the last try
public record Undelivered(long place, long millis, String reason, Event event) {}
