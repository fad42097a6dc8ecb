package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Organization;
import dev.sluice.secret.Secret;
import dev.sluice.secret.Secrets;
import java.util.Optional;

/// What a driver is given of its organization's secrets: those that its author named, who may read them himself.
record DriverSecrets(Secrets secrets, Organization organization) {
    /// A secret as it is now; nothing for one that is not there, or does not open.
    Optional<Secret> find(String name) {
        try {
            return Optional.of(
                    Upkeep.guarding(organization, name).run(() -> secrets.read(organization.principal(), name)));
        } catch (Refused notThere) {
            return Optional.empty();
        }
    }
}
