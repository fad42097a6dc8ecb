package dev.sluice.cli.command;

import java.util.List;
import java.util.Map;

/// What things go by beside their names, behind `create`, `get`, `update` and `delete` alike: in the plural, and in the
/// spelling of Dispatch's client where it writes two words as one.
final class Plurals {
    private static final Map<String, List<String>> OF = Map.ofEntries(
            Map.entry("api", List.of("apis")),
            Map.entry("application", List.of("applications")),
            Map.entry("base-image", List.of("base-images", "baseimage", "baseimages")),
            Map.entry("deadletter", List.of("deadletters", "dead-letter", "dead-letters")),
            Map.entry("event-driver", List.of("event-drivers", "eventdriver", "eventdrivers")),
            Map.entry("event-driver-type", List.of("event-driver-types", "eventdrivertype", "eventdrivertypes")),
            Map.entry("function", List.of("functions")),
            Map.entry("host", List.of("hosts")),
            Map.entry("image", List.of("images")),
            Map.entry("instance", List.of("instances")),
            Map.entry("key", List.of("keys")),
            Map.entry("organization", List.of("organizations")),
            Map.entry("policy", List.of("policies")),
            Map.entry("quota", List.of("quotas")),
            Map.entry("registry", List.of("registries")),
            Map.entry("role", List.of("roles")),
            Map.entry("run", List.of("runs")),
            Map.entry("secret", List.of("secrets")),
            Map.entry("serviceaccount", List.of("serviceaccounts", "service-account", "service-accounts")),
            Map.entry("serviceclass", List.of("serviceclasses", "service-class", "service-classes")),
            Map.entry("serviceinstance", List.of("serviceinstances", "service-instance", "service-instances")),
            Map.entry("subscription", List.of("subscriptions")),
            Map.entry("version", List.of("versions")),
            Map.entry("worker", List.of("workers")));

    private Plurals() {}

    /// The same words, which go by these names too.
    static List<Word> with(List<Word> words) {
        for (Word word : words) {
            OF.getOrDefault(word.name(), List.of()).forEach(word::alias);
        }
        return words;
    }
}
