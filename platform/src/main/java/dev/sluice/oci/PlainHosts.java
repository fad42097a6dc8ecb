package dev.sluice.oci;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The registries, as `host` or `host:port`, that the operator lets be spoken to without TLS.
public record PlainHosts(Set<String> registries) {
    public static final PlainHosts NONE = new PlainHosts(Set.of());

    public PlainHosts {
        registries = Set.copyOf(registries);
    }

    /// @throws IllegalArgumentException for whoever typed them
    public static PlainHosts of(List<String> stated) {
        return new PlainHosts(stated.stream().map(PlainHosts::checked).collect(Collectors.toSet()));
    }

    private static String checked(String text) {
        try {
            return Reference.registry(text);
        } catch (PullFailed wrong) {
            throw new IllegalArgumentException(wrong.reason(), wrong);
        }
    }
}
