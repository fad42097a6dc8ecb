package dev.sluice.schema;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.DialectId;
import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads schemas: of draft 4, as Dispatch's are, or of the later draft that `$schema` names. Nothing is ever fetched:
/// a reference that leads out of the schema is refused. Thread-safe.
public final class Schemas {
    static final int NESTING_MAX = 64;

    /// A value is as deep as a guest's may be.
    static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(256).build())
                    .build())
            .build();

    private static final Map<String, String> DIALECT_IDS = Map.of(
            "json-schema.org/draft-04/schema", DialectId.DRAFT_4,
            "json-schema.org/draft-06/schema", DialectId.DRAFT_6,
            "json-schema.org/draft-07/schema", DialectId.DRAFT_7,
            "json-schema.org/draft/2019-09/schema", DialectId.DRAFT_2019_09,
            "json-schema.org/draft/2020-12/schema", DialectId.DRAFT_2020_12);

    private final List<Dialect> dialects = Dialects.all();
    private final Map<String, JsonSchema> metaschemas = new ConcurrentHashMap<>();

    /// @throws Refused `INVALID` for what is not one schema that can be checked against, with the reason
    public JsonSchema read(Bytes text) {
        try {
            return read(JSON.readTree(text.readOnlyArray()));
        } catch (JacksonException notJson) {
            throw new Refused(Refusal.INVALID, "it is not JSON");
        }
    }

    private JsonSchema read(JsonNode schema) {
        String dialect = dialect(schema);
        requireBounded(schema, 0);
        requireSound(schema, dialect);
        try {
            Schema checked = registry(dialect).getSchema(schema);
            checked.initializeValidators(); // follows each $ref
            var read = new JsonSchema(checked);
            tryOut(read);
            return read;
        } catch (SchemaException wrong) {
            throw new Refused(Refusal.INVALID, "a $ref leads nowhere");
        }
    }

    private static String dialect(JsonNode schema) {
        JsonNode named = schema.path("$schema");
        if (named.isMissingNode()) {
            return DialectId.DRAFT_4;
        }
        String id = named.isString() ? named.stringValue() : "";
        String dialect = DIALECT_IDS.get(
                id.replaceFirst("^https?://", "").replaceFirst("#$", "").toLowerCase(Locale.ROOT));
        if (dialect == null) {
            throw new Refused(Refusal.INVALID, "its $schema is none of drafts 4, 6, 7, 2019-09 and 2020-12");
        }
        return dialect;
    }

    /// @throws Refused `INVALID` for a reference that leads out of the schema, a pattern that cannot be used, or too
    ///     many levels
    private static void requireBounded(JsonNode schema, int depth) {
        if (depth > NESTING_MAX) {
            throw new Refused(Refusal.INVALID, "it is nested more than " + NESTING_MAX + " levels deep");
        }
        for (Map.Entry<String, JsonNode> field : schema.properties()) {
            JsonNode value = field.getValue();
            switch (field.getKey()) {
                case "$ref", "$dynamicRef", "$recursiveRef" -> requireLocal(value);
                case "pattern" -> {
                    if (value.isString()) {
                        Patterns.compile(value.stringValue());
                    }
                }
                case "patternProperties" -> value.propertyNames().forEach(Patterns::compile);
                default -> {}
            }
        }
        schema.values().forEach(value -> requireBounded(value, depth + 1));
    }

    private static void requireLocal(JsonNode reference) {
        if (reference.isString() && !reference.stringValue().startsWith("#")) {
            throw new Refused(Refusal.INVALID, "a $ref leads out of the schema: only those that begin with # are read");
        }
    }

    /// @throws Refused `INVALID` for what the dialect does not allow
    private void requireSound(JsonNode schema, String dialect) {
        JsonSchema metaschema = metaschemas.computeIfAbsent(dialect, Schemas::metaschema);
        try {
            List<Error> faults = metaschema.faults(schema).stream()
                    .filter(fault -> !isEmptyRequired(fault))
                    .toList();
            if (!faults.isEmpty()) {
                throw new Refused(Refusal.INVALID, Faults.first(faults));
            }
        } catch (Exhausted tooMuch) {
            throw new Refused(Refusal.INVALID, tooMuch.what());
        }
    }

    /// Draft 4 wants at least one; Dispatch does not mind.
    private static boolean isEmptyRequired(Error fault) {
        var at = fault.getInstanceLocation();
        return fault.getKeyword().equals("minItems")
                && at.getNameCount() > 0
                && at.getName(at.getNameCount() - 1).equals("required");
    }

    private static JsonSchema metaschema(String dialect) {
        var registry = SchemaRegistry.withDefaultDialectId(dialect, builder -> builder.schemaRegistryConfig(config()));
        return new JsonSchema(registry.getSchema(SchemaLocation.of(dialect)));
    }

    /// One for each schema: what one names, no other finds.
    private SchemaRegistry registry(String dialect) {
        return SchemaRegistry.withDialects(
                dialects,
                builder -> builder.defaultDialectId(dialect)
                        .schemaCacheEnabled(false)
                        .schemaRegistryConfig(config())
                        .schemaLoader(loader -> loader.block(_ -> true)));
    }

    private static SchemaRegistryConfig config() {
        return SchemaRegistryConfig.builder()
                .regularExpressionFactory(Patterns::compile)
                .losslessNarrowing(true)
                .locale(Locale.ENGLISH)
                .build();
    }

    /// Some values of each kind, so that a reference that leads nowhere, or in a circle, is found at once.
    private static void tryOut(JsonSchema schema) {
        for (String value : List.of("{}", "[]", "\"\"", "0", "null")) {
            try {
                schema.faults(JSON.readTree(value));
            } catch (Exhausted endless) {
                throw new Refused(Refusal.INVALID, "checking " + value + " does not come to an end");
            }
        }
    }
}
