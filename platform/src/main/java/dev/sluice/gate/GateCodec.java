package dev.sluice.gate;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.ObjectId;
import dev.sluice.function.Convention;
import dev.sluice.function.Deployment;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.function.PayloadStyle;
import dev.sluice.function.Retry;
import dev.sluice.function.Reuse;
import dev.sluice.function.SchemaPair;
import dev.sluice.image.Runtime;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.sandbox.Isolation;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A gate's content as the file system holds it: JSON, labels as their text. The format says which gate it is.
final class GateCodec {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int DIRECT = 1;
    private static final int REDIRECT = 2;
    private static final int EXTERNAL = 3;
    private static final String SCHEMA_IN = "schemaIn";
    private static final String SCHEMA_OUT = "schemaOut";
    private static final String ENVIRONMENT = "environment";
    private static final String INSTANCES_MAX = "instancesMax";
    private static final String INSTANCES_MIN = "instancesMin";
    private static final String REUSE = "reuse";
    private static final String ISOLATION = "isolation";
    private static final String CONCURRENCY = "concurrency";
    private static final String FUNCTION_ID = "functionId";
    private static final String RETRY = "retry";

    /// Of a direct gate, if it has secrets.
    private static final String INJECT = "inject";

    /// Of a direct gate, if its function runs on an image.
    private static final String ROOT = "root";

    /// Of a direct gate, if it has layers.
    private static final String LAYERS = "layers";

    private GateCodec() {}

    private record StoredDirect(
            int format,
            String privilege,
            String clearance,
            String declassify,
            String maxSecrecy,
            String runtime,
            String packageDigest,
            String handler,
            String convention,
            int memoryMib,
            long timeoutMillis,
            boolean timeoutStated) {}

    private record StoredRedirect(
            int format,
            String privilege,
            String clearance,
            String declassify,
            String maxSecrecy,
            String enter,
            String target,
            @Nullable String pin) {}

    private record StoredExternal(
            int format,
            String privilege,
            String clearance,
            String taint,
            String egress,
            String url,
            String verb,
            Map<String, String> headers) {}

    static Bytes encode(GateContent content) {
        Object stored = switch (content) {
            case GateContent.Direct(var policy, var function, var _) ->
                new StoredDirect(
                        DIRECT,
                        policy.privilege().toString(),
                        policy.clearance().toString(),
                        policy.declassify().toString(),
                        policy.maxSecrecy().toString(),
                        function.runtime().language(),
                        function.packageDigest().hex(),
                        function.handler(),
                        called(function),
                        function.limits().memoryMib(),
                        function.limits().timeout().toMillis(),
                        function.timeoutStated());
            case GateContent.Redirect(var policy, var enter, var target, var pin) ->
                new StoredRedirect(
                        REDIRECT,
                        policy.privilege().toString(),
                        policy.clearance().toString(),
                        policy.declassify().toString(),
                        policy.maxSecrecy().toString(),
                        enter.toString(),
                        target.toString(),
                        pin.map(Digest::hex).orElse(null));
            case GateContent.External(
                    var privilege,
                    var clearance,
                    var taint,
                    var egress,
                    var url,
                    var verb,
                    var headers) ->
                new StoredExternal(
                        EXTERNAL,
                        privilege.toString(),
                        clearance.toString(),
                        taint.toString(),
                        egress.toString(),
                        url.toString(),
                        verb,
                        headers.values());
        };
        ObjectNode fields = JSON.valueToTree(stored);
        if (content instanceof GateContent.Direct direct) {
            addTo(fields, direct);
        }
        return Bytes.takeOver(JSON.writeValueAsBytes(fields));
    }

    /// What not each gate has.
    private static void addTo(ObjectNode fields, GateContent.Direct direct) {
        SchemaPair schemas = direct.function().schemas();
        schemas.input().ifPresent(schema -> fields.put(SCHEMA_IN, schema.utf8()));
        schemas.output().ifPresent(schema -> fields.put(SCHEMA_OUT, schema.utf8()));
        if (!direct.function().layers().isEmpty()) {
            ArrayNode layers = fields.putArray(LAYERS);
            direct.function().layers().forEach(layer -> layers.add(layer.hex()));
        }
        direct.function().root().ifPresent(root -> fields.put(ROOT, root.hex()));
        Deployment deployment = direct.function().deployment();
        if (!deployment.environment().isEmpty()) {
            fields.set(ENVIRONMENT, JSON.valueToTree(deployment.environment()));
        }
        if (deployment.instancesMax() > 0) {
            fields.put(INSTANCES_MAX, deployment.instancesMax());
        }
        if (deployment.instancesMin() > 0) {
            fields.put(INSTANCES_MIN, deployment.instancesMin());
        }
        if (deployment.concurrency() > 1) {
            fields.put(CONCURRENCY, deployment.concurrency());
        }
        if (deployment.reuse() != Reuse.LABEL_FLOW) {
            fields.put(REUSE, deployment.reuse().word());
        }
        if (deployment.isolation() != Isolation.NAMESPACES) {
            fields.put(ISOLATION, deployment.isolation().word());
        }
        if (!deployment.functionId().isEmpty()) {
            fields.put(FUNCTION_ID, deployment.functionId());
        }
        deployment.retry().ifPresent(retry -> fields.set(RETRY, JSON.valueToTree(retry)));
        if (!direct.inject().isEmpty()) {
            ArrayNode inject = fields.putArray(INJECT);
            direct.inject().forEach(secret -> inject.add(Component.of(secret).toString()));
        }
    }

    /// The convention, and how its payload looks where that is not raw.
    private static String called(FunctionSpec function) {
        String convention = function.convention().word();
        return function.payloadStyle() == PayloadStyle.RAW
                ? convention
                : convention + " " + function.payloadStyle().word();
    }

    static GateContent.OfFunction decode(Bytes content) {
        JsonNode stored = JSON.readTree(content.readOnlyArray());
        return switch (stored.path("format").asInt()) {
            case DIRECT -> direct(JSON.treeToValue(stored, StoredDirect.class), stored);
            case REDIRECT -> redirect(JSON.treeToValue(stored, StoredRedirect.class));
            default -> throw new IllegalStateException("the store holds a gate of an unknown format");
        };
    }

    static GateContent.External decodeExternal(Bytes content) {
        StoredExternal stored = JSON.readValue(content.readOnlyArray(), StoredExternal.class);
        if (stored.format() != EXTERNAL) {
            throw new IllegalStateException("the store holds a gate of an unknown format");
        }
        return new GateContent.External(
                Component.parse(stored.privilege()),
                Component.parse(stored.clearance()),
                Label.parse(stored.taint()),
                Label.parse(stored.egress()),
                UrlTemplate.parse(stored.url()),
                stored.verb(),
                InjectedHeaders.of(stored.headers()));
    }

    private static Optional<Bytes> schema(JsonNode stored, String field) {
        return Optional.ofNullable(stored.get(field)).map(text -> Bytes.utf8(text.stringValue()));
    }

    private static GateContent.Direct direct(StoredDirect stored, JsonNode fields) {
        String[] called = stored.convention().split(" ", 2);
        var function = new FunctionSpec(
                        Runtime.of(stored.runtime()).orElseThrow(),
                        new Digest(stored.packageDigest()),
                        stored.handler(),
                        Convention.of(called[0]).orElseThrow(),
                        new Limits(stored.memoryMib(), Duration.ofMillis(stored.timeoutMillis())),
                        stored.timeoutStated(),
                        called.length == 1
                                ? PayloadStyle.RAW
                                : PayloadStyle.of(called[1]).orElseThrow(),
                        new SchemaPair(schema(fields, SCHEMA_IN), schema(fields, SCHEMA_OUT)),
                        fields.path(LAYERS)
                                .valueStream()
                                .map(JsonNode::asString)
                                .map(Digest::new)
                                .toList())
                .with(deployment(fields))
                .on(Optional.ofNullable(fields.get(ROOT)).map(root -> new Digest(root.stringValue())));
        return new GateContent.Direct(
                policy(stored.privilege(), stored.clearance(), stored.declassify(), stored.maxSecrecy()),
                function,
                fields.path(INJECT)
                        .valueStream()
                        .map(JsonNode::asString)
                        .map(GateCodec::principal)
                        .toList());
    }

    private static Deployment deployment(JsonNode stored) {
        var environment = new TreeMap<String, String>();
        stored.path(ENVIRONMENT)
                .properties()
                .forEach(one -> environment.put(one.getKey(), one.getValue().stringValue()));
        Optional<Retry> retry = Optional.ofNullable(stored.get(RETRY)).map(node -> JSON.treeToValue(node, Retry.class));
        return new Deployment(
                environment,
                stored.path(INSTANCES_MAX).asInt(0),
                stored.path(INSTANCES_MIN).asInt(0),
                stored.path(CONCURRENCY).asInt(1),
                Reuse.of(stored.path(REUSE).asString(Reuse.LABEL_FLOW.word())).orElseThrow(),
                Isolation.of(stored.path(ISOLATION).asString(Isolation.NAMESPACES.word()))
                        .orElseThrow(),
                stored.path(FUNCTION_ID).asString(""),
                retry);
    }

    private static Principal principal(String text) {
        return Component.parse(text).allOf().getFirst().anyOf().getFirst();
    }

    private static GateContent.Redirect redirect(StoredRedirect stored) {
        return new GateContent.Redirect(
                policy(stored.privilege(), stored.clearance(), stored.declassify(), stored.maxSecrecy()),
                Component.parse(stored.enter()),
                ObjectId.parse(stored.target()).orElseThrow(),
                Optional.ofNullable(stored.pin()).map(Digest::new));
    }

    private static GatePolicy policy(String privilege, String clearance, String declassify, String maxSecrecy) {
        return new GatePolicy(
                Component.parse(privilege),
                Component.parse(clearance),
                Component.parse(declassify),
                Component.parse(maxSecrecy));
    }
}
