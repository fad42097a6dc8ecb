package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A secret as Dispatch's clients see it (contracts/dispatch.md 2.7).
record SecretBody(String name, Secret.Content content) {
    /// The largest content with every character escaped, and something for the other fields.
    static final int BYTES_MAX = 256 << 10;

    /// @throws Rejection 400, 422
    static SecretBody parse(Bytes sent) {
        JsonBody body = JsonBody.parse(sent);
        String name = body.requiredName();
        Map<String, String> tags = new TreeMap<>();
        Tags.of(body).forEach(tag -> tags.put(tag.key(), tag.value()));
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

    static List<FunctionEntity.Tag> tags(Secret secret) {
        return secret.content().tags().entrySet().stream()
                .map(tag -> new FunctionEntity.Tag(tag.getKey(), tag.getValue()))
                .toList();
    }

    static void write(Secret secret, JsonWriter out) {
        out.beginObject().field("id", secret.id()).field("name", secret.name()).field("kind", "Secret");
        out.field("version", secret.version());
        out.name("secrets")
                .raw(Bytes.takeOver(
                        JsonBody.JSON.writeValueAsBytes(secret.content().values())));
        FunctionEntity.Tag.write(tags(secret), out);
        out.endObject();
    }
}
