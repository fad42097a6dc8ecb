package dev.sluice.secret;

import dev.sluice.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// An instance of a service that the built-in broker provides: what its author gave it, and with it whoever is bound
/// to it. It is kept as a secret is ([Secrets#serviceInstances]). No text of it shows a value.
///
/// @param parameters    one object, or null
/// @param binding       what its author gave to whoever is bound
/// @param credentials   what code that is bound gets, one object
/// @param createdMillis since the epoch
public record ServiceInstance(
        String serviceClass,
        String servicePlan,
        JsonNode parameters,
        List<String> secretParameters,
        Binding binding,
        ObjectNode credentials,
        long createdMillis) {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String KEY = "instance";

    /// The secrets' values were read when it was made, and are in the credentials only.
    ///
    /// @param parameters    one object, or null
    /// @param bindingSecret is said again and means nothing: no cluster keeps a secret of that name
    public record Binding(JsonNode parameters, List<String> secretParameters, String bindingSecret) {
        public Binding {
            secretParameters = List.copyOf(secretParameters);
        }

        @Override
        public String toString() {
            return "Binding";
        }
    }

    public ServiceInstance {
        secretParameters = List.copyOf(secretParameters);
    }

    /// What is stored of it.
    public Map<String, String> values() {
        return Map.of(KEY, JSON.writeValueAsString(this));
    }

    /// @param stored by [Secrets#serviceInstances]
    public static ServiceInstance of(Secret stored) {
        return JSON.readValue(stored.values().getOrDefault(KEY, "null"), ServiceInstance.class);
    }

    public Bytes credentialsJson() {
        return Bytes.takeOver(JSON.writeValueAsBytes(credentials));
    }

    /// Every value in the credentials, however deep, as text: what no log shows.
    public List<String> texts() {
        List<String> texts = new ArrayList<>();
        addTexts(credentials, texts);
        return texts;
    }

    private static void addTexts(JsonNode node, List<String> texts) {
        if (node.isContainer()) {
            node.forEach(child -> addTexts(child, texts));
        } else if (node.isString() || node.isNumber()) {
            texts.add(node.asString());
        }
    }

    @Override
    public String toString() {
        return "ServiceInstance";
    }
}
