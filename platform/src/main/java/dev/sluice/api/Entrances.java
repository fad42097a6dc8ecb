package dev.sluice.api;

import dev.sluice.authn.AccessTokens;
import dev.sluice.authn.ClientCertificates;
import dev.sluice.authn.Doorkeeper;
import dev.sluice.authn.Doorkeeper.Ring;
import dev.sluice.authn.Login;
import dev.sluice.authn.SharedKeys;
import dev.sluice.authn.Upkeep;
import dev.sluice.gateway.Access;
import dev.sluice.gateway.CertificateAccess;
import dev.sluice.gateway.KeyAccess;
import dev.sluice.gateway.PasswordAccess;
import dev.sluice.gateway.SignedAccess;
import dev.sluice.gateway.TokenAccess;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.org.Organization;
import dev.sluice.secret.Secret;
import dev.sluice.secret.Secrets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;

/// How the callers of APIs show who they are. What is kept of their passwords and keys is in a secret, which is read
/// anew for each request that shows one: a change counts at once, and without the secret nobody enters. Thread-safe.
final class Entrances {
    private final Secrets secrets;
    private final Doorkeeper keeper;
    private final SharedKeys shared;
    private final AccessTokens tokens;
    private final ClientCertificates clients = new ClientCertificates();
    private final Clock clock;

    Entrances(Secrets secrets, Login login, Clock clock) {
        this.secrets = secrets;
        this.keeper = new Doorkeeper(new SecureRandom(), clock);
        this.shared = new SharedKeys(new SecureRandom(), clock);
        this.tokens = new AccessTokens(login.providers(), login.logins(), clock);
        this.clock = clock;
    }

    Access access(Organization organization, ApiWish api) {
        String door = organization.token() + "/" + api.name();
        ApiAccess said = api.terms().access();
        Supplier<Task> authority = () -> Upkeep.admitted(organization, api.name());
        Supplier<Optional<Ring>> rings = () -> ring(organization, said.secret());
        return switch (api.authentication()) {
            case "", ApiAccess.PUBLIC -> Access.EVERYBODY;
            case ApiAccess.BASIC -> new PasswordAccess(keeper, door, rings, authority);
            case ApiAccess.APIKEY -> new KeyAccess(keeper, door, rings, authority);
            case ApiAccess.HMAC -> new SignedAccess(shared, door, rings, clock, authority);
            case ApiAccess.MTLS -> new CertificateAccess(clients, rings, clock, authority);
            case ApiAccess.OAUTH2 ->
                new TokenAccess(tokens, wanted(organization, said), said.scopes(), said.claims(), authority);
            default -> throw new IllegalStateException("an authentication that no API has");
        };
    }

    private static AccessTokens.Wanted wanted(Organization organization, ApiAccess said) {
        return new AccessTokens.Wanted(organization.token(), said.provider(), said.audience());
    }

    /// Refuses an API that nobody could enter. Its author may read the secret, so he is told what is wrong with it.
    ///
    /// @throws Rejection 400
    void requireUsable(Organization organization, ApiWish api) {
        if (!api.enabled() || !api.isGuarded()) {
            return;
        }
        ApiAccess said = api.terms().access();
        if (api.authentication().equals(ApiAccess.OAUTH2)) {
            if (!tokens.isServing(organization.token(), said.provider())) {
                throw api.unserved("your organization has no OpenID Connect provider of that name: access.provider is"
                        + " one that your users log in at, and the operator lists them");
            }
            return;
        }
        Ring ring = ring(organization, said.secret())
                .orElseThrow(() -> api.unserved("there is no secret " + said.secret() + ": create it first"));
        if (api.authentication().equals(ApiAccess.MTLS)) {
            if (!ClientCertificates.isUsable(ring)) {
                throw api.unserved("the secret " + said.secret() + " has no certificates of authorities in PEM under "
                        + ClientCertificates.LISTED);
            }
            return;
        }
        long useless = useless(api.authentication(), ring);
        if (useless > 0 || ring.entries().isEmpty()) {
            throw api.unserved("of the " + ring.entries().size() + " entries of the secret " + said.secret() + ", "
                    + useless + " are no " + remedy(api.authentication()));
        }
    }

    private static long useless(String authentication, Ring ring) {
        return switch (authentication) {
            case ApiAccess.BASIC -> ring.withoutPassword();
            case ApiAccess.APIKEY -> ring.withoutKey();
            default -> SharedKeys.unusable(ring);
        };
    }

    private static String remedy(String authentication) {
        return switch (authentication) {
            case ApiAccess.BASIC -> "password's hash: `sluice hash password` and `htpasswd -B` make one for a user";
            case ApiAccess.APIKEY -> "key's digest: `sluice hash key` makes a key and its digest";
            default -> "key of 32 bytes or more in base64: `openssl rand -base64 32` makes one";
        };
    }

    /// Absent where the secret is not there or does not open.
    private Optional<Ring> ring(Organization organization, String name) {
        try {
            Secret secret = Upkeep.guarding(organization, name).run(() -> secrets.read(organization.principal(), name));
            return Optional.of(new Ring(secret.id() + "/" + secret.version(), secret.values()));
        } catch (Refused none) {
            return Optional.empty();
        }
    }
}
