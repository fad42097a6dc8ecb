package dev.sluice.authn;

import dev.sluice.org.Organizations;
import java.util.Optional;

/// Decides who is calling, by the `Authorization` header, and which organization he means, by `X-Dispatch-Org`.
///
/// A credential that is presented and does not prove anything is refused, never taken for none. Thread-safe.
public final class Authenticator {
    private static final String SCHEME = "bearer";

    private final Organizations organizations;
    private final Bearers bearers;
    private final Delegations delegations;
    private final Lending lending = new Lending();

    public Authenticator(Organizations organizations, Bearers bearers, Delegations delegations) {
        this.organizations = organizations;
        this.bearers = bearers;
        this.delegations = delegations;
    }

    /// @param authorization the header, if there is one
    /// @param organization  the header; empty and absent both mean the caller's own
    ///     organization. Without meaning for a delegate, who has no business but by path
    public Caller authenticate(Optional<String> authorization, Optional<String> organization) {
        if (authorization.isEmpty()) {
            return new Caller.Anonymous();
        }
        Optional<String> token = token(authorization.get());
        Optional<Identity> bearer = token.flatMap(
                text -> bearers.bearer(text).or(() -> delegations.issued().identity(text)));
        if (bearer.isEmpty()) {
            return token.flatMap(delegations::grant)
                    .<Caller>map(Caller.Delegate::new)
                    .orElse(Caller.Rejected.UNAUTHENTICATED);
        }
        Identity known = bearer.get();
        Optional<Organizations.Tenant> requested = organization
                .filter(name -> !name.isEmpty())
                .map(organizations::tenant)
                .orElse(Optional.of(known.home()));
        return requested
                .map(Organizations.Tenant::organization)
                .filter(wanted -> known.home().policies().admits(known.subjects(), wanted))
                .<Caller>map(wanted -> new Caller.Known(lending, known, wanted))
                .orElseGet(() -> new Caller.Rejected(
                        Caller.Reason.FORBIDDEN, known.home().organization().token()));
    }

    /// A token of the server's own for a service account; empty for everybody else.
    public Optional<IssuedToken> issue(Caller.Known account) {
        return delegations.issued().issue(account);
    }

    /// What stands after the scheme word, whose case does not matter.
    private static Optional<String> token(String authorization) {
        int space = authorization.indexOf(' ');
        return space == SCHEME.length() && authorization.regionMatches(true, 0, SCHEME, 0, space)
                ? Optional.of(authorization.substring(space + 1).strip())
                : Optional.empty();
    }
}
