package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// A secret as Dispatch's clients see it (contracts/dispatch.md 2.7).
record SecretBody(String name, Secret.Content content) {
    /// The largest content with every character escaped, and something for the other fields.
    static final int BYTES_MAX = 256 << 10;

    /// @throws Rejection 400, 422
    static SecretBody parse(Bytes sent) {
        JsonBody body = JsonBody.parse(sent);
        String name = body.requiredName();
        Map<String, String> tags = new TreeMap<>();
        for (JsonNode tag : body.list("tags")) {
            JsonBody pair = JsonBody.ofObject(tag);
            tags.put(pair.text("key").orElse(""), pair.text("value").orElse(""));
        }
        Map<String, String> values = body.textsByName("secrets");
        Stream.of(values, tags)
                .flatMap(map -> Stream.concat(map.keySet().stream(), map.values().stream()))
                .forEach(text -> requireWhole(name, text));
        return new SecretBody(name, new Secret.Content(values, tags));
    }

    /// JSON can hold half a character, and nothing that is stored can.
    private static void requireWhole(String name, String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw Rejection.of(400, "bad request when processing secret " + name + ": a text is not Unicode");
        }
    }

    static void write(Secret secret, JsonWriter out) {
        out.beginObject().field("id", secret.id()).field("name", secret.name()).field("kind", "Secret");
        out.field("version", secret.version());
        out.name("secrets").raw(Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(secret.content().values())));
        Map<String, String> tags = secret.content().tags();
        if (tags.isEmpty()) {
            out.name("tags").raw("null");
        } else {
            out.name("tags").beginArray();
            tags.forEach((key, value) -> out.beginObject()
                    .field("key", key)
                    .field("value", value)
                    .endObject());
            out.endArray();
        }
        out.endObject();
    }
}
