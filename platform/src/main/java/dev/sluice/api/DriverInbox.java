package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.driver.DriverGuest;
import dev.sluice.event.Event;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;

/// Makes what a driver's program posts events: one, a JSON list of them, or several, each on a line of its own; of
/// CloudEvents 0.1 or, structured, 1.0. All that is posted at once is looked at before any of it is emitted.
///
/// Source: contracts/dispatch.md 6.
///
/// @param label what its events know
/// @param emit  durable on return
record DriverInbox(Label label, Consumer<Event> emit) implements DriverGuest.Inbox {
    static final int EVENTS_MAX = 100;

    /// 201; 400 for what is no event; 429 where there is no room, and what came before in the same list is emitted.
    @Override
    public DriverGuest.Taken take(Bytes body) {
        try {
            List<Event> events = events(body);
            events.forEach(emit);
            return new DriverGuest.Taken(201, "");
        } catch (Rejection rejected) {
            return new DriverGuest.Taken(
                    400,
                    "that is no event: it needs eventType, cloudEventsVersion 0.1, source and eventID,"
                            + " or is one of CloudEvents 1.0");
        } catch (Refused refused) {
            return refused.refusal() == Refusal.AT_LIMIT
                    ? new DriverGuest.Taken(429, "there is no room for the event: send it again later")
                    : new DriverGuest.Taken(503, "the event could not be taken in: send it again later");
        }
    }

    private List<Event> events(Bytes body) {
        var events = new ArrayList<Event>();
        for (JsonNode one : values(body)) {
            events.add(event(one));
        }
        if (events.isEmpty()) {
            throw Rejection.of(400, "there is no event");
        }
        return events;
    }

    private static List<JsonNode> values(Bytes body) {
        var values = new ArrayList<JsonNode>();
        try (MappingIterator<JsonNode> all =
                JsonBody.JSON.readerFor(JsonNode.class).readValues(body.readOnlyArray())) {
            while (all.hasNextValue()) {
                JsonNode next = all.nextValue();
                if (next.isArray()) {
                    next.forEach(values::add);
                } else {
                    values.add(next);
                }
                if (values.size() > EVENTS_MAX) {
                    throw Rejection.of(400, "at most " + EVENTS_MAX + " events are sent at once");
                }
            }
        } catch (JacksonException notJson) {
            throw JsonBody.notJson();
        }
        return values;
    }

    private Event event(JsonNode one) {
        return one.has("specversion")
                ? CloudEvent.structured(one).event(label)
                : Emission.parse(Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(one)))
                        .event(label);
    }
}
