package dev.sluice.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A setting of an event driver or of its type; without a value it is a flag.
record DriverConfig(String key, Optional<String> value) {
    /// @throws Rejection 422
    static List<DriverConfig> of(JsonBody fields) {
        List<DriverConfig> config = new ArrayList<>();
        for (JsonNode one : fields.list("config")) {
            JsonBody pair = JsonBody.ofObject(one);
            config.add(new DriverConfig(pair.text("key").orElse(""), pair.text("value")));
        }
        return config;
    }

    static void write(List<DriverConfig> config, JsonWriter out) {
        out.name("config");
        if (config.isEmpty()) {
            out.raw("null");
            return;
        }
        out.beginArray();
        for (DriverConfig one : config) {
            out.beginObject().field("key", one.key);
            one.value.ifPresent(value -> out.field("value", value));
            out.endObject();
        }
        out.endArray();
    }
}
