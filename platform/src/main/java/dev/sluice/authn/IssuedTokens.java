package dev.sluice.authn;

import com.nimbusds.jose.JOSEObjectType;
import dev.sluice.org.Organizations;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/// Makes and verifies the server's own tokens for service accounts that have shown who they are: for a few
/// minutes, so that the account's key need not be used at each request.
///
/// Such a token stands for all that the account is (`sub`, `ORGANIZATION/NAME`), and policies speak of its bearer.
/// See [AccountTokens] for when it ends. Thread-safe.
final class IssuedTokens {
    static final Duration LIFETIME = TokenKey.LIFETIME_MAX;

    private static final AccountTokens.Kind<Boolean> KIND =
            new AccountTokens.Kind<>(new JOSEObjectType("account+jwt"), LIFETIME, "sub", _ -> true);

    private final Organizations organizations;
    private final AccountTokens<Boolean> tokens;

    IssuedTokens(Organizations organizations, TokenKey key, Clock clock) {
        this.organizations = organizations;
        this.tokens = new AccountTokens<>(KIND, organizations, key, clock);
    }

    /// A token for all that the caller is; empty if he is no service account.
    Optional<IssuedToken> issue(Caller.Known by) {
        Delegations.Grant parent = by.grant();
        boolean isAccount = organizations
                .account(parent.home().organization(), parent.name())
                .filter(account ->
                        account.keys().stream().anyMatch(one -> one.epoch().equals(parent.epoch())))
                .isPresent();
        return isAccount ? Optional.of(tokens.make(parent, JsonNodeFactory.instance.objectNode())) : Optional.empty();
    }

    /// Whose a good token is; empty for every other text.
    Optional<Identity> identity(String token) {
        return tokens.verify(token).map(AccountTokens.Given::by);
    }
}
