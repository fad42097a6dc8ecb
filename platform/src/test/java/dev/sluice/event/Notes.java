package dev.sluice.event;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/// Notes what it is given, and answers as it is told.
final class Notes implements Courier {
    final List<String> delivered = Collections.synchronizedList(new ArrayList<>());
    private final ConcurrentHashMap<String, UUID> runs = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<UUID, CountDownLatch> ends = new ConcurrentHashMap<>();
    volatile Function<Event, Outcome> answer = _ -> new Outcome.Accepted(UUID.randomUUID());

    @Override
    public Outcome deliver(String organization, Subscription subscription, Event event, String delivery) {
        Outcome outcome = answer.apply(event);
        if (outcome instanceof Outcome.Accepted(var run)) {
            UUID first = runs.putIfAbsent(organization + delivery, run);
            if (first == null) {
                delivered.add(organization + " " + subscription.name() + " " + event.id());
            }
            return new Outcome.Accepted(first == null ? run : first);
        }
        return outcome;
    }

    @Override
    public void awaitEnd(UUID run) throws InterruptedException {
        ends.computeIfAbsent(run, _ -> new CountDownLatch(1)).await();
    }

    void end(String delivered) {
        UUID run = runs.entrySet().stream()
                .filter(one -> one.getKey().endsWith(delivered))
                .findFirst()
                .orElseThrow()
                .getValue();
        ends.computeIfAbsent(run, _ -> new CountDownLatch(1)).countDown();
    }
}
