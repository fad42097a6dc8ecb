package dev.sluice.authn;

import com.nimbusds.jose.JOSEObjectType;
import dev.sluice.label.Component;
import dev.sluice.org.Organizations;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/// Makes and verifies delegated tokens: a part of somebody's authority, for a few minutes, as an ES256 JWT.
///
/// A token says what it stands for (`sub`, the component in JSON) and whose authority it is a part of (`act`, a
/// service account). It derives from the identity alone: nothing that a policy lends is in it. It never stands for
/// more than the one that it was asked for with; see [AccountTokens] for when it ends. Thread-safe.
/// Source: contracts/faasten.md 3.6 `[R]`; design/labels.md section 2.
public final class Delegations {
    static final Duration LIFETIME = Duration.ofMinutes(10);

    private static final AccountTokens.Kind<Component> KIND = new AccountTokens.Kind<>(
            new JOSEObjectType("delegation+jwt"), LIFETIME, "act", json -> ComponentJson.parse(json.path("sub")));

    private final AccountTokens<Component> tokens;
    private final IssuedTokens issued;

    /// A part of somebody's authority.
    ///
    /// @param name, epoch see [Identity]
    /// @param end when the credential that proved it ends
    record Grant(Organizations.Tenant home, String name, String epoch, Component component, Instant end) {}

    public Delegations(Organizations organizations, TokenKey key, Clock clock) {
        this.tokens = new AccountTokens<>(KIND, organizations, key, clock);
        this.issued = new IssuedTokens(organizations, key, clock);
    }

    /// The tokens for all that an account is, which the same key signs.
    IssuedTokens issued() {
        return issued;
    }

    /// A token that stands for `less`.
    ///
    /// @return empty if `by` does not hold that, if it is too large for a token, and for a user: nothing here could
    ///     find out later that his session has ended
    public Optional<String> mint(Caller.Proven by, Component less) {
        if (by instanceof Caller.Known known && known.user().isPresent()) {
            return Optional.empty();
        }
        if (!by.component().implies(less)) {
            return Optional.empty();
        }
        var sub = JsonNodeFactory.instance.objectNode();
        sub.set("sub", ComponentJson.print(less));
        String token = tokens.make(by.grant(), sub).token();
        return token.length() > RememberedTokens.TOKEN_CHARS_MAX ? Optional.empty() : Optional.of(token);
    }

    /// What a good token stands for; empty for every other text.
    Optional<Grant> grant(String token) {
        return tokens.verify(token).map(given -> {
            Identity by = given.by();
            return new Grant(by.home(), by.name(), by.epoch(), given.content(), by.end());
        });
    }
}
