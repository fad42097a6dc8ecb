package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.schema.JsonSchema;
import dev.sluice.schema.Schemas;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What the built-in broker offers, to every organization alike: services that are provided by whoever makes an
/// instance, who says what code that is bound to it gets.
///
/// Source: contracts/dispatch.md 2.11.
///
/// @param parameters the JSON Schema of an instance's and of a binding's parameters
record ServiceClass(String name, String description, Bytes parameters) {
    static final String PLAN = "default";

    private static final String BROKER = "ups-broker";
    private static final Bytes ANY = Bytes.utf8("{}");
    private static final Bytes TWO_TEXTS =
            Bytes.utf8("{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"type\":\"object\",\"properties\":"
                    + "{\"param-1\":{\"description\":\"First input parameter\",\"type\":\"string\"},"
                    + "\"param-2\":{\"description\":\"Second input parameter\",\"type\":\"string\"}}}");

    static final List<ServiceClass> ALL = List.of(
            new ServiceClass("user-provided-service", "A user provided service", ANY),
            new ServiceClass(
                    "user-provided-service-with-schemas",
                    "A user provided service whose parameters are checked",
                    TWO_TEXTS));

    static Optional<ServiceClass> of(String name) {
        return ALL.stream().filter(one -> one.name.equals(name)).findFirst();
    }

    /// Why parameters are not as they must be, if that is so.
    Optional<String> faultOf(Bytes given) {
        JsonSchema schema = new Schemas().read(parameters);
        return schema.faultOf(given);
    }

    void writeTo(JsonWriter out) {
        out.beginObject().field("id", id(name)).field("name", name).field("kind", "ServiceClass");
        out.field("broker", BROKER).name("bindable").value(true).field("description", description);
        out.name("plans").beginArray().beginObject().field("id", id(name + " " + PLAN));
        out.field("name", PLAN).field("kind", "ServicePlan").field("description", "The only plan");
        out.name("free")
                .value(true)
                .name("bindable")
                .value(true)
                .name("metadata")
                .raw("{}");
        out.name("schema")
                .beginObject()
                .name("create")
                .raw(parameters)
                .name("update")
                .raw("{}");
        out.name("bind").raw(parameters).endObject().endObject().endArray();
        out.name("reason")
                .raw("null")
                .field("status", "READY")
                .name("tags")
                .raw("null")
                .endObject();
    }

    /// The same on every server.
    private static String id(String what) {
        return UUID.nameUUIDFromBytes(("service class " + what).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
