package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.oci.Login;
import dev.sluice.oci.PullFailed;
import dev.sluice.oci.Reference;
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
    /// @param registry as [Reference#registry()] says it, with its port
    /// @throws Refused `UNAVAILABLE` if what is stored does not open
    Optional<Login> of(Organization organization, String registry) {
        return Upkeep.of(organization, Resource.REGISTRY)
                .run(() -> registries.list(organization.principal(), _ -> true).stream()
                        .filter(stored -> RegistryBody.host(stored).equals(registry))
                        .findFirst()
                        .map(RegistryBody::login));
    }

    /// The organization's login at a reference's registry.
    ///
    /// @throws PullFailed if there is one that does not open: who is not logged in may get another image, so nobody
    ///     is asked
    Optional<Login> at(Organization organization, Reference reference) throws PullFailed {
        try {
            return of(organization, reference.registry());
        } catch (Refused refused) {
            if (refused.refusal() == Refusal.UNAVAILABLE) {
                throw new PullFailed("a login that your organization has for a registry cannot be opened: delete it"
                        + " and create it anew");
            }
            throw refused;
        }
    }
}
