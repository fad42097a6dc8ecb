package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.kernel.Refused;
import dev.sluice.oci.Login;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.secret.Secrets;
import java.util.Optional;

/// Who organizations are at registries. For the platform's own tasks, which pull and push behind the answers: whoever
/// may have an image pulled has it pulled with his organization's login, which he is not told. Thread-safe.
final class RegistryLogins {
    private final Secrets registries;

    RegistryLogins(Secrets secrets) {
        this.registries = secrets.registries();
    }

    /// The login of an organization at exactly one registry; empty if it has none there.
    ///
    /// @param registry as [dev.sluice.oci.Reference#registry()] says it, with its port
    /// @throws Refused `UNAVAILABLE` if what is stored does not open
    Optional<Login> of(Organization organization, String registry) {
        return Upkeep.of(organization, Resource.REGISTRY)
                .run(() -> registries.list(organization.principal(), _ -> true).stream()
                        .filter(stored -> RegistryBody.host(stored).equals(registry))
                        .findFirst()
                        .map(RegistryBody::login));
    }
}
