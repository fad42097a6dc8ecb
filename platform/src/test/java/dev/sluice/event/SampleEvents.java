package dev.sluice.event;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Label;
import java.util.Map;
import java.util.TreeMap;

/// Events for tests.
final class SampleEvents {
    private static final Label EMITTED = Label.parse("acme/event,T");

    private SampleEvents() {}

    static Event of(String type) {
        return of(type, "s", type, "");
    }

    static Event of(String type, String source, String id, String key) {
        var attributes = new TreeMap<>(Map.of("type", type, "source", source, "id", id));
        if (!key.isEmpty()) {
            attributes.put("partitionkey", key);
        }
        return new Event(EMITTED, attributes, Bytes.utf8("{\"eventID\":\"" + id + "\"}"), Bytes.utf8(id));
    }
}
