package dev.sluice.api;

import dev.sluice.api.FunctionEntity.Tag;
import dev.sluice.bytes.Bytes;
import dev.sluice.secret.Secret;
import dev.sluice.secret.ServiceInstance;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/// A service instance as Dispatch's clients send and see it (contracts/dispatch.md 2.11).
record ServiceInstanceBody(
        String name,
        String serviceClass,
        String servicePlan,
        JsonNode parameters,
        List<String> secretParameters,
        ServiceInstance.Binding binding,
        List<Tag> tags) {
    /// What is kept, with every character escaped, and something for the other fields.
    static final int BYTES_MAX = SecretBody.BYTES_MAX;

    /// Whoever looks right after it was made sees that it is under way.
    private static final long LOOKED_AT_MILLIS = BaseImageEntity.LOOKED_AT.toMillis();

    private static final Bytes EMPTY = Bytes.utf8("{}");

    /// @throws Rejection 400, 422
    static ServiceInstanceBody parse(Bytes sent) {
        JsonBody body = JsonBody.parse(sent);
        String name = body.requiredName();
        String serviceClass = body.requiredText("serviceClass");
        String servicePlan = body.requiredText("servicePlan");
        body.requireStatus();
        JsonBody binding = body.field("binding")
                .map(JsonBody::ofObject)
                .orElseGet(() -> new JsonBody(JsonBody.JSON.createObjectNode()));
        var parsed = new ServiceInstanceBody(
                name,
                serviceClass,
                servicePlan,
                parameters(body),
                body.texts("secretParameters"),
                new ServiceInstance.Binding(
                        parameters(binding),
                        binding.texts("secretParameters"),
                        binding.text("bindingSecret").orElse("")),
                Tags.of(body));
        parsed.requireOffered();
        return parsed;
    }

    private static JsonNode parameters(JsonBody body) {
        return body.field("parameters")
                .map(given -> {
                    if (!given.isObject()) {
                        throw JsonBody.wrongType("parameters", "object", given);
                    }
                    return given;
                })
                .orElse(NullNode.getInstance());
    }

    private void requireOffered() {
        ServiceClass offered = ServiceClass.of(serviceClass)
                .orElseThrow(() -> Rejection.of(400, "Service class " + serviceClass + " does not exist"));
        if (!servicePlan.equals(ServiceClass.PLAN)) {
            throw Rejection.of(
                    400,
                    "Service plan " + servicePlan + " does not exist: service class " + serviceClass + " has "
                            + ServiceClass.PLAN);
        }
        requireSound(offered, "parameters", parameters);
        requireSound(offered, "binding.parameters", binding.parameters());
    }

    private void requireSound(ServiceClass offered, String field, JsonNode given) {
        Bytes json = given.isNull() ? EMPTY : Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(given));
        offered.faultOf(json).ifPresent(why -> {
            throw Rejection.of(
                    400,
                    "bad request when processing service instance " + name + ": " + field
                            + " invalid against the schema of its class: " + why);
        });
    }

    /// Of all secrets that give parameters, in order.
    Stream<String> secrets() {
        return Stream.concat(secretParameters.stream(), binding.secretParameters().stream());
    }

    /// What is kept of it.
    ///
    /// @param values of a secret, by its name
    Secret.Content content(Function<String, Map<String, String>> values, long createdMillis) {
        ObjectNode credentials = JsonBody.JSON.createObjectNode();
        add(credentials, parameters, secretParameters, values);
        add(credentials, binding.parameters(), binding.secretParameters(), values);
        var instance = new ServiceInstance(
                serviceClass, servicePlan, parameters, secretParameters, binding, credentials, createdMillis);
        Map<String, String> tagged = new TreeMap<>();
        tags.forEach(tag -> tagged.put(tag.key(), tag.value()));
        return new Secret.Content(instance.values(), tagged);
    }

    private static void add(
            ObjectNode credentials,
            JsonNode parameters,
            List<String> secrets,
            Function<String, Map<String, String>> values) {
        parameters.properties().forEach(one -> credentials.set(one.getKey(), one.getValue()));
        secrets.forEach(secret -> values.apply(secret).forEach(credentials::put));
    }

    /// How far it has got: there is nothing to make, so the time tells.
    static String status(ServiceInstance instance, long nowMillis) {
        long age = nowMillis - instance.createdMillis();
        return age >= 0 && age < LOOKED_AT_MILLIS ? "CREATING" : "READY";
    }

    static void write(Secret stored, String status, JsonWriter out) {
        ServiceInstance instance = ServiceInstance.of(stored);
        long created = Math.floorDiv(instance.createdMillis(), 1000L);
        out.beginObject().field("id", stored.id()).field("name", stored.name()).field("kind", "ServiceInstance");
        out.field("serviceClass", instance.serviceClass()).field("servicePlan", instance.servicePlan());
        writeParameters(instance.parameters(), instance.secretParameters(), out);
        out.name("binding").beginObject().field("status", status);
        writeParameters(instance.binding().parameters(), instance.binding().secretParameters(), out);
        out.field("bindingSecret", instance.binding().bindingSecret())
                .name("reason")
                .raw("null");
        out.field("createdTime", created).endObject();
        out.field("status", status).name("reason").raw("null").field("createdTime", created);
        Tag.write(SecretBody.tags(stored), out);
        out.endObject();
    }

    private static void writeParameters(JsonNode parameters, List<String> secrets, JsonWriter out) {
        out.name("parameters").raw(Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(parameters)));
        out.fieldOrNull("secretParameters", secrets);
    }
}
