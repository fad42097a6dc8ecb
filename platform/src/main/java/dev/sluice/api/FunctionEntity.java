package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.function.Convention;
import dev.sluice.function.Deployment;
import dev.sluice.function.Retry;
import dev.sluice.function.Reuse;
import dev.sluice.function.SchemaPair;
import dev.sluice.sandbox.Isolation;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// A function as Dispatch's clients see it. Decides nothing at run time: the gate does.
///
/// @param id       for its whole life
/// @param faasId   of this version
/// @param version  counts the wishes; of one that could not be built there is no version
/// @param reason   why it is in error; at most one
/// @param packageDigest of the source, hex; empty until that has been fetched
record FunctionEntity(
        String id,
        String faasId,
        long version,
        Wish wish,
        String packageDigest,
        Status status,
        List<String> reason,
        long createdSeconds,
        long modifiedSeconds)
        implements NamedEntity {
    /// Of those that were stored before there were versions.
    private static final int FIRST = 1;

    FunctionEntity {
        reason = List.copyOf(reason);
    }

    /// What its author asked for.
    ///
    /// @param sourceUrl where the source is to be fetched; empty where it was uploaded
    record Wish(
            String name,
            String image,
            String handler,
            JsonNode schema,
            List<String> secrets,
            List<String> services,
            long timeoutMillis,
            Convention convention,
            List<Tag> tags,
            Sizing sizing,
            String sourceUrl) {
        Wish {
            convention = convention == null ? Convention.AUTO : convention; // stored before one could be named
            secrets = List.copyOf(secrets);
            services = List.copyOf(services);
            tags = List.copyOf(tags);
        }

        /// What runs are held to. An empty schema is none.
        SchemaPair schemas() {
            return new SchemaPair(text("in"), text("out"));
        }

        private Optional<Bytes> text(String part) {
            return Optional.of(schema.path(part))
                    .filter(node -> node.isObject() && !node.isEmpty())
                    .map(node -> Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(node)));
        }
    }

    /// What Dispatch does not have: how large instances are, how many there may be, and what their environment holds.
    ///
    /// @param memoryMib    0 for what the runtime needs
    /// @param instancesMax 0 for as many as the organization may have
    /// @param instancesMin that wait loaded
    /// @param concurrency  runs that one instance serves at a time
    /// @param reuse        the most that its author allows
    /// @param isolation    the least that its author wants
    /// @param emits        whether its runs may emit events
    record Sizing(
            int memoryMib,
            int instancesMax,
            int instancesMin,
            int concurrency,
            Reuse reuse,
            Isolation isolation,
            Map<String, String> environment,
            Optional<Retry> retry,
            @Nullable Boolean emits) {
        static final Sizing USUAL =
                new Sizing(0, 0, 0, 1, Reuse.LABEL_FLOW, Isolation.NAMESPACES, Map.of(), Optional.empty(), false);

        Sizing {
            environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
            reuse = reuse == null ? Reuse.LABEL_FLOW : reuse; // stored before one could be said
            isolation = isolation == null ? Isolation.NAMESPACES : isolation; // stored before one could be said
            retry = retry == null ? Optional.empty() : retry; // stored before one could be named
            emits = emits != null && emits; // stored before one could
        }

        @Override
        public Boolean emits() {
            return emits != null && emits;
        }

        /// @throws IllegalArgumentException for whoever wrote it
        Deployment deployment(String functionId) {
            return new Deployment(
                    environment, instancesMax, instancesMin, concurrency, reuse, isolation, functionId, retry);
        }

        /// Fields that Dispatch's client does not know, where they say anything.
        private void writeTo(JsonWriter out) {
            if (memoryMib > 0) {
                out.field("memory", memoryMib);
            }
            if (instancesMax > 0) {
                out.field("maxInstances", instancesMax);
            }
            if (instancesMin > 0) {
                out.field("minInstances", instancesMin);
            }
            if (concurrency > 1) {
                out.field("concurrency", concurrency);
            }
            if (reuse != Reuse.LABEL_FLOW) {
                out.field("reuse", reuse.word());
            }
            if (isolation != Isolation.NAMESPACES) {
                out.field("isolation", isolation.word());
            }
            if (!environment.isEmpty()) {
                out.name("environment").beginObject();
                environment.forEach((name, value) -> out.name(name).value(value));
                out.endObject();
            }
            if (emits()) {
                out.name("emits").value(true);
            }
            retry.ifPresent(tried -> out.name("retry")
                    .beginObject()
                    .field("attempts", tried.attempts())
                    .field("backoffMillis", tried.backoffMillis())
                    .field("maxBackoffMillis", tried.maxBackoffMillis())
                    .name("functionErrors")
                    .value(tried.functionErrors())
                    .endObject());
        }
    }

    record Tag(String key, String value) {
        static void write(List<Tag> tags, JsonWriter out) {
            if (tags.isEmpty()) {
                out.name("tags").raw("null");
                return;
            }
            out.name("tags").beginArray();
            tags.forEach(tag -> out.beginObject()
                    .field("key", tag.key())
                    .field("value", tag.value())
                    .endObject());
            out.endArray();
        }
    }

    enum Status {
        INITIALIZED,
        CREATING,
        UPDATING,
        READY,
        ERROR,
        DELETING
    }

    FunctionEntity with(Status next, List<String> why, long nowSeconds) {
        return new FunctionEntity(id, faasId, version, wish, packageDigest, next, why, createdSeconds, nowSeconds);
    }

    @Override
    public String name() {
        return wish.name();
    }

    @Override
    public List<Tag> tags() {
        return wish.tags();
    }

    /// Where it is, the digest of its source.
    Optional<Digest> source() {
        return packageDigest.isEmpty() ? Optional.empty() : Optional.of(new Digest(packageDigest));
    }

    /// The same, with its source.
    FunctionEntity of(Digest source) {
        return new FunctionEntity(
                id, faasId, version, wish, source.hex(), status, reason, createdSeconds, modifiedSeconds);
    }

    static FunctionEntity decode(Bytes stored) {
        ObjectNode fields = (ObjectNode) JsonBody.JSON.readTree(stored.readOnlyArray());
        fields.putIfAbsent("version", IntNode.valueOf(FIRST));
        ObjectNode wish = (ObjectNode) fields.path("wish");
        wish.putIfAbsent("sizing", JsonBody.JSON.valueToTree(Sizing.USUAL));
        ObjectNode sizing = (ObjectNode) wish.path("sizing");
        sizing.putIfAbsent("instancesMin", IntNode.valueOf(0));
        sizing.putIfAbsent("concurrency", IntNode.valueOf(1));
        wish.putIfAbsent("sourceUrl", StringNode.valueOf(""));
        return JsonBody.JSON.treeToValue(fields, FunctionEntity.class);
    }

    Bytes encode() {
        return Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(this));
    }

    /// As contracts/dispatch.md 2.5 has it.
    @Override
    public void writeTo(JsonWriter out) {
        write(out);
        out.endObject();
    }

    /// As one of the function's versions.
    void writeVersionTo(JsonWriter out) {
        write(out);
        out.field("version", version).endObject();
    }

    private void write(JsonWriter out) {
        out.beginObject().field("id", id).field("faasId", faasId).field("name", wish.name());
        out.field("kind", "Function").field("image", wish.image());
        if (status == Status.READY) {
            out.field("functionImageURL", "sluice/func-" + faasId + ":latest");
        }
        out.field("handler", wish.handler());
        out.name("schema").raw(Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(wish.schema())));
        out.fieldOrNull("reason", reason).fieldOrNull("secrets", wish.secrets());
        out.fieldOrNull("services", wish.services());
        if (wish.timeoutMillis() != 0) {
            out.field("timeout", wish.timeoutMillis());
        }
        if (wish.convention() != Convention.AUTO) {
            out.field("convention", wish.convention().word());
        }
        wish.sizing().writeTo(out);
        Tag.write(wish.tags(), out);
        out.field("status", status.name()).field("createdTime", createdSeconds);
    }
}
