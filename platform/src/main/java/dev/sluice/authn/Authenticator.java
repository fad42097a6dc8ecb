package dev.sluice.authn;

import dev.sluice.org.Organizations;
import java.util.Optional;

/// Decides who is calling, by the `Authorization` header, and which organization he means, by `X-Dispatch-Org`.
///
/// A credential that is presented and does not prove anything is refused, never taken for none. Thread-safe.
public final class Authenticator {
    private static final String SCHEME = "bearer";
    private static final Caller UNAUTHENTICATED = new Caller.Rejected(Caller.Reason.UNAUTHENTICATED);
    private static final Caller FORBIDDEN = new Caller.Rejected(Caller.Reason.FORBIDDEN);

    private final Organizations organizations;
    private final Bearers bearers;
    private final Lending lending = new Lending();

    public Authenticator(Organizations organizations, Bearers bearers) {
        this.organizations = organizations;
        this.bearers = bearers;
    }

    /// @param authorization the header, if there is one
    /// @param organization  the header; empty and absent both mean the caller's own organization
    public Caller authenticate(Optional<String> authorization, Optional<String> organization) {
        if (authorization.isEmpty()) {
            return new Caller.Anonymous();
        }
        Optional<Bearers.Bearer> bearer = token(authorization.get()).flatMap(bearers::bearer);
        if (bearer.isEmpty()) {
            return UNAUTHENTICATED;
        }
        Bearers.Bearer known = bearer.get();
        Optional<Organizations.Tenant> requested = organization
                .filter(name -> !name.isEmpty())
                .map(organizations::tenant)
                .orElse(Optional.of(known.home()));
        return requested
                .map(Organizations.Tenant::organization)
                .filter(wanted -> known.home().policies().admits(known.account().name(), wanted))
                .<Caller>map(wanted -> new Caller.Known(lending, known, wanted))
                .orElse(FORBIDDEN);
    }

    /// What stands after the scheme word, whose case does not matter.
    private static Optional<String> token(String authorization) {
        int space = authorization.indexOf(' ');
        return space == SCHEME.length() && authorization.regionMatches(true, 0, SCHEME, 0, space)
                ? Optional.of(authorization.substring(space + 1).strip())
                : Optional.empty();
    }
}
