package dev.sluice.gateway;

import dev.sluice.authn.AccessTokens;
import dev.sluice.authn.AccessTokens.Finding;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.kernel.Task;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Asks for an access token of an identity provider (RFC 6750), in the header only: an address is logged, and a form is
/// the function's.
///
/// @param wanted    which tokens count
/// @param scopes    all of which a token must have
/// @param told      the claims that the function is told of, beside who it is
/// @param authority what a run of somebody known may do
public record TokenAccess(
        AccessTokens tokens,
        AccessTokens.Wanted wanted,
        List<String> scopes,
        List<String> told,
        Supplier<Task> authority)
        implements Access {
    private static final String SCHEME = "Bearer";
    private static final List<String> ALWAYS_TOLD = List.of("sub", "iss", "client_id");
    private static final Duration UNREACHABLE_WAIT = Duration.ofSeconds(5);

    public TokenAccess {
        scopes = List.copyOf(scopes);
        told = List.copyOf(told);
    }

    @Override
    public Verdict judge(Request request, String realm) {
        Optional<String> token = Authorization.said(request, SCHEME);
        String challenge = SCHEME + " realm=\"" + realm + "\"";
        if (token.isEmpty()) {
            return Turned.unauthorized(challenge, "this API asks for an access token (Authorization: Bearer)");
        }
        return switch (tokens.verify(wanted, token.get())) {
            case Finding.Good(var claims) when claims.scopes().containsAll(scopes) -> entered(claims);
            case Finding.Good(var _) ->
                new Turned(Response.error(403, 403, "the access token has not the scopes that this API asks for")
                        .with(
                                "WWW-Authenticate",
                                challenge + ", error=\"insufficient_scope\", scope=\"" + String.join(" ", scopes)
                                        + "\""));
            case Finding.Bad() ->
                Turned.unauthorized(
                        challenge + ", error=\"invalid_token\"", "the access token does not count for this API");
            case Finding.Unreachable() ->
                Turned.later(503, UNREACHABLE_WAIT, "access tokens cannot be checked at the moment: try again");
        };
    }

    private Entered entered(AccessTokens.Claims claims) {
        ObjectNode shown = JsonMapper.shared().createObjectNode();
        shown.put("authentication", "oauth2").put("scope", String.join(" ", claims.scopes()));
        ALWAYS_TOLD.forEach(name -> copy(claims.claims(), name, shown));
        told.forEach(name -> copy(claims.claims(), name, shown));
        return new Entered(authority, Optional.of(shown), Set.of(Authorization.HEADER));
    }

    private static void copy(JsonNode from, String name, ObjectNode to) {
        if (from.has(name) && !to.has(name)) {
            to.set(name, from.get(name));
        }
    }
}
