package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.function.Convention;
import dev.sluice.function.Deployment;
import dev.sluice.function.Limits;
import dev.sluice.function.Retry;
import dev.sluice.function.Reuse;
import dev.sluice.function.SourceArchive;
import dev.sluice.function.SourceFiles;
import dev.sluice.kernel.Refused;
import dev.sluice.sandbox.Isolation;
import dev.sluice.schema.Schemas;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.Base64Variants;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The body of a function's creation or update. The source is decoded while it is parsed: it is most of the body.
///
/// @param source empty where it is to be fetched
record FunctionRequest(FunctionEntity.Wish wish, Optional<SourceFiles> source) {
    /// Base64 of the largest archive, and something for the other fields.
    static final int BYTES_MAX = SourceArchive.ARCHIVE_BYTES_MAX / 3 * 4 + (1 << 20);

    /// Of all that is kept of a function but its source: every list of functions has all of them in memory.
    static final int FIELDS_BYTES_MAX = 32 << 10;

    /// @throws Rejection 400, 422
    static FunctionRequest parse(Bytes body, Schemas schemas) {
        var archive = new ByteArrayOutputStream();
        var fields = new JsonBody(fields(body, archive));
        fields.requireId("faasId");
        String image = fields.requiredText("image");
        String name = fields.requiredName();
        fields.requireStatus();
        var wish = new FunctionEntity.Wish(
                name,
                image,
                fields.text("handler").orElse(""),
                schema(fields),
                fields.texts("secrets"),
                fields.texts("services"),
                fields.number("timeout", 0, Limits.TIMEOUT_MAX.toMillis()),
                convention(fields),
                Tags.of(fields),
                sizing(name, fields),
                archive.size() == 0 ? fields.text("sourceURL").orElse("") : "");
        if (JsonBody.JSON.writeValueAsBytes(wish).length > FIELDS_BYTES_MAX) {
            throw Rejection.of(
                    422, 603, "all fields but source should be at most " + FIELDS_BYTES_MAX + " bytes together");
        }
        requireSound(name, "schema.in", wish.schemas().input(), schemas);
        requireSound(name, "schema.out", wish.schemas().output(), schemas);
        if (archive.size() == 0 && wish.sourceUrl().isEmpty()) {
            throw Rejection.of(400, "either source or sourceURL must be specified");
        }
        try {
            return new FunctionRequest(
                    wish,
                    archive.size() == 0 ? Optional.empty() : Optional.of(SourceArchive.unpack(archive.toByteArray())));
        } catch (Refused refused) {
            throw refused(name, refused.reason());
        }
    }

    /// What its runtime cannot do is told when it is built: before that nobody knows the runtime.
    private static FunctionEntity.Sizing sizing(String name, JsonBody fields) {
        long concurrency = Math.max(1, fields.number("concurrency", 0, Deployment.CONCURRENCY_MAX));
        Convention convention = convention(fields);
        if (concurrency > 1 && (convention == Convention.FAASTEN || convention == Convention.LAMBDA)) {
            throw refused(
                    name,
                    "an instance of a " + convention.word()
                            + " function serves one run at a time: leave concurrency out,"
                            + " or use the dispatch or http convention");
        }
        long memory = fields.number("memory", 0, Limits.MEMORY_MIB_MAX);
        if (memory > 0 && memory < Limits.MEMORY_MIB_MIN) {
            throw Rejection.of(422, 609, "memory in body should be greater than or equal to " + Limits.MEMORY_MIB_MIN);
        }
        try {
            var sizing = new FunctionEntity.Sizing(
                    Math.toIntExact(memory),
                    Math.toIntExact(fields.number("maxInstances", 0, Deployment.INSTANCES_MAX)),
                    Math.toIntExact(fields.number("minInstances", 0, Deployment.WAITING_MAX)),
                    Math.toIntExact(concurrency),
                    reuse(fields),
                    isolation(fields),
                    fields.textsByName("environment"),
                    fields.field("retry").map(FunctionRequest::retry),
                    fields.flag("emits"));
            var _ = sizing.deployment("");
            return sizing;
        } catch (IllegalArgumentException wrong) {
            throw refused(name, String.valueOf(wrong.getMessage()));
        }
    }

    /// @throws IllegalArgumentException for whoever wrote it
    private static Retry retry(JsonNode node) {
        if (!node.isObject()) {
            throw JsonBody.wrongType("retry", "object", node);
        }
        JsonBody fields = JsonBody.ofObject(node);
        long backoff = positive(fields, "backoffMillis").orElse(Retry.BACKOFF_MILLIS_DEFAULT);
        return new Retry(
                Math.toIntExact(fields.number("attempts", 0, Retry.ATTEMPTS_MAX)),
                backoff,
                positive(fields, "maxBackoffMillis").orElse(Math.max(backoff, Retry.MAX_BACKOFF_MILLIS_DEFAULT)),
                fields.flag("functionErrors"));
    }

    private static Optional<Long> positive(JsonBody fields, String name) {
        return Optional.of(fields.number(name, 0, Retry.BACKOFF_MILLIS_MAX)).filter(number -> number > 0);
    }

    private static Rejection refused(String name, String why) {
        return Rejection.of(400, "bad request when processing function " + name + ": " + why);
    }

    /// At once, because whoever has written a schema that says nothing wants to know before anything runs.
    private static void requireSound(String name, String field, Optional<Bytes> schema, Schemas schemas) {
        try {
            schema.ifPresent(schemas::read);
        } catch (Refused refused) {
            throw refused(name, field + " is no JSON Schema: " + refused.reason());
        }
    }

    /// How the code expects to be called; Dispatch has one way only.
    private static Convention convention(JsonBody fields) {
        return fields.text("convention")
                .map(word -> Convention.of(word)
                        .orElseThrow(() -> Rejection.of(
                                422, 606, "convention in body should be one of [auto dispatch faasten lambda http]")))
                .orElse(Convention.AUTO);
    }

    /// Without a word, what the operator allows.
    private static Reuse reuse(JsonBody fields) {
        return fields.text("reuse")
                .map(word -> Reuse.of(word)
                        .orElseThrow(() ->
                                Rejection.of(422, 606, "reuse in body should be one of [never same-label label-flow]")))
                .orElse(Reuse.LABEL_FLOW);
    }

    private static Isolation isolation(JsonBody fields) {
        return fields.text("isolation").map(Isolations::parse).orElse(Isolation.NAMESPACES);
    }

    /// All fields but the source, which goes to `archive`.
    private static ObjectNode fields(Bytes body, ByteArrayOutputStream archive) {
        if (body.length() == 0) {
            throw Rejection.of(422, 602, "body in body is required");
        }
        ObjectNode fields = JsonBody.JSON.createObjectNode();
        try (JsonParser in = JsonBody.JSON.createParser(body.readOnlyArray())) {
            JsonToken first = in.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw JsonBody.wrongType("body", "object", first == JsonToken.START_ARRAY ? "array" : "another");
            }
            while (in.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = in.currentName();
                JsonToken value = in.nextToken();
                if (name.equals("source") && value == JsonToken.VALUE_STRING) {
                    decode(in, archive);
                } else {
                    fields.set(name, in.readValueAsTree());
                }
            }
            if (in.nextToken() != null) {
                throw JsonBody.notJson();
            }
        } catch (JacksonException wrong) {
            throw JsonBody.notJson();
        }
        return fields;
    }

    private static void decode(JsonParser in, ByteArrayOutputStream archive) {
        try {
            in.readBinaryValue(Base64Variants.MIME_NO_LINEFEEDS, archive);
        } catch (JacksonException wrong) {
            throw Rejection.of(400, "bad request when processing function: source is not base64");
        }
        if (archive.size() > SourceArchive.ARCHIVE_BYTES_MAX) {
            throw Rejection.of(400, "bad request when processing function: the source is too large");
        }
    }

    /// `{}` for a schema that checks nothing.
    private static JsonNode schema(JsonBody fields) {
        ObjectNode kept = JsonBody.JSON.createObjectNode();
        fields.field("schema").ifPresent(schema -> {
            JsonBody parts = JsonBody.ofObject(schema);
            for (String part : List.of("in", "out")) {
                parts.field(part).ifPresent(node -> {
                    if (!node.isObject()) {
                        throw JsonBody.wrongType("schema." + part, "object", node);
                    }
                    kept.set(part, node);
                });
            }
        });
        return kept;
    }
}
