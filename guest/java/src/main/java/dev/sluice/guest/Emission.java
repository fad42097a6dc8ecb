package dev.sluice.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Emits what it accepts: an event by the names of CloudEvents 1.0, of which only `type` must be there. Data that is
/// bytes goes in base64. Each is on disk when it is accepted, and one that is refused is an exception that says how.
/// Thread-safe.
record Emission(Calls calls) implements Consumer<Map<String, ?>> {
    private static final String DATA = "data";
    private static final String TYPE_OF_DATA = "datacontenttype";

    @Override
    public void accept(Map<String, ?> event) {
        var told = new LinkedHashMap<String, @Nullable Object>(event);
        told.put("specversion", "1.0");
        told.putIfAbsent("source", "/functions");
        told.putIfAbsent("id", UUID.randomUUID().toString());
        if (told.get(DATA) instanceof byte[] octets) {
            told.remove(DATA);
            told.putIfAbsent(TYPE_OF_DATA, "application/octet-stream");
            told.put("data_base64", Base64.getEncoder().encodeToString(octets));
        }
        try {
            calls.ask("emit", Map.of("event", Json.write(told)));
        } catch (IOException refused) {
            throw new UncheckedIOException(String.valueOf(refused.getMessage()), refused);
        }
    }
}
