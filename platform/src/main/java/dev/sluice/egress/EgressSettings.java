package dev.sluice.egress;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What the operator lets out.
///
/// @param allowed     hosts that external gates may name; `*` is every host
/// @param permitted   `host:port` that may be reached though its address is not public
/// @param authorities a PEM file of certificates that are trusted beside the JDK's
public record EgressSettings(Set<String> allowed, Set<String> permitted, Optional<Path> authorities) {
    /// Nothing leaves.
    public static final EgressSettings NONE = new EgressSettings(Set.of(), Set.of(), Optional.empty());

    private static final String EVERY_HOST = "*";
    private static final Pattern PERMIT = Pattern.compile("(.+):([0-9]{1,5})");

    public EgressSettings {
        allowed = Set.copyOf(allowed);
        permitted = Set.copyOf(permitted);
    }

    /// @throws IllegalArgumentException for whoever typed them
    public static EgressSettings of(List<String> allowed, List<String> permitted, Optional<Path> authorities) {
        for (String host : allowed) {
            if (!host.equals(EVERY_HOST)) {
                var _ = new Origin("https", host, 1);
            }
        }
        for (String text : permitted) {
            var parts = PERMIT.matcher(text);
            if (!parts.matches()) {
                throw new IllegalArgumentException("write host:port");
            }
            var _ = new Origin("https", parts.group(1), Integer.parseInt(parts.group(2)));
        }
        return new EgressSettings(Set.copyOf(allowed), Set.copyOf(permitted), authorities);
    }

    boolean allows(Origin origin) {
        return allowed.contains(EVERY_HOST) || allowed.contains(origin.host());
    }

    boolean permits(String host, int port) {
        return permitted.contains(host + ":" + port);
    }
}
