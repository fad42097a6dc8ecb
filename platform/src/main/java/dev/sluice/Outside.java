package dev.sluice;

import dev.sluice.build.Registries;
import dev.sluice.egress.EgressSettings;
import dev.sluice.oci.PlainHosts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the command line says of servers outside.
final class Outside {
    static final String EGRESS_ALLOW = "--egress-allow";
    static final String EGRESS_PERMIT = "--egress-permit";
    static final String EGRESS_CA = "--egress-ca";
    static final String PACKAGE_INDEX = "--package-index";
    static final String PACKAGE_KEYRING = "--package-keyring";
    static final String REGISTRY_HTTP = "--registry-http";

    private Outside() {}

    static EgressSettings egress(Map<String, List<String>> given, Optional<String> authorities) throws Config.Invalid {
        try {
            return EgressSettings.of(
                    given.getOrDefault(EGRESS_ALLOW, List.of()),
                    given.getOrDefault(EGRESS_PERMIT, List.of()),
                    authorities.map(Path::of));
        } catch (IllegalArgumentException wrong) {
            throw new Config.Invalid(
                    "--egress-allow takes a host or *, --egress-permit a host:port: " + wrong.getMessage());
        }
    }

    static Registries registries(List<String> stated, Map<String, String> given) throws Config.Invalid {
        Registries registries;
        try {
            registries = Registries.of(stated);
        } catch (IllegalArgumentException wrong) {
            throw new Config.Invalid(PACKAGE_INDEX + " takes KIND=URL, the index of each first: " + wrong.getMessage());
        }
        try {
            registries = given.containsKey(EGRESS_CA) ? registries.trusting(Config.path(given, EGRESS_CA)) : registries;
        } catch (IllegalArgumentException wrong) {
            throw new Config.Invalid(EGRESS_CA + " takes a file of certificates: " + wrong.getMessage());
        }
        try {
            return given.containsKey(PACKAGE_KEYRING)
                    ? registries.signedBy(Config.path(given, PACKAGE_KEYRING))
                    : registries;
        } catch (IllegalArgumentException wrong) {
            throw new Config.Invalid(PACKAGE_KEYRING + " takes a file of public keys: " + wrong.getMessage());
        }
    }

    static PlainHosts plain(List<String> stated) throws Config.Invalid {
        try {
            return PlainHosts.of(stated);
        } catch (IllegalArgumentException wrong) {
            throw new Config.Invalid(REGISTRY_HTTP + " takes a host or host:port: " + wrong.getMessage());
        }
    }
}
