package dev.sluice.authn;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// An OpenID Connect provider as its operator described it.
///
/// @param organization whose it is: the operator's own vouch for users of every organization, others for theirs only
/// @param clientSecret absent for a public client, which PKCE protects all the same
/// @param groupsClaim the claim that lists the user's groups
/// @param isLoopbackAllowed whether it may be reached by plain HTTP on this machine: for tests
record OpenIdProvider(
        String name,
        String organization,
        String issuer,
        String clientId,
        Optional<String> clientSecret,
        List<String> scopes,
        Optional<String> groupsClaim,
        boolean isLoopbackAllowed)
        implements IdentityProvider {
    OpenIdProvider {
        scopes = List.copyOf(scopes);
    }

    private static final Set<String> FIELDS = Set.of(
            "name",
            "kind",
            "organization",
            "issuer",
            "clientId",
            "clientSecret",
            "scopes",
            "groupsClaim",
            "allowLoopbackHttp");

    static OpenIdProvider of(Description told, String name, String organization) {
        told.requireKnown(FIELDS);
        var provider = new OpenIdProvider(
                name,
                organization,
                told.required("issuer"),
                told.required("clientId"),
                told.text("clientSecret"),
                scopes(told),
                told.text("groupsClaim"),
                told.flag("allowLoopbackHttp"));
        URI issuer = Description.uri(provider.issuer());
        told.require(
                provider.mayReach(issuer) && issuer.getRawQuery() == null,
                "issuer must be an https address (http://127.0.0.1 only with allowLoopbackHttp)");
        return provider;
    }

    private static List<String> scopes(Description told) {
        List<String> scopes = told.words("scopes").orElse(List.of("openid", "email"));
        told.require(scopes.contains("openid"), "scopes must contain openid");
        return scopes;
    }

    /// Whether it may be asked at that address.
    boolean mayReach(URI uri) {
        String host = uri.getHost();
        if (host == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            return false;
        }
        return "https".equals(uri.getScheme())
                || (isLoopbackAllowed && "http".equals(uri.getScheme()) && host.equals("127.0.0.1"));
    }

    /// Without the secret.
    @Override
    public String toString() {
        return "OpenIdProvider[" + name + "]";
    }
}
