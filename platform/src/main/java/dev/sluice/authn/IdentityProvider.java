package dev.sluice.authn;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/// An OpenID Connect provider as its operator described it.
///
/// @param organization whose it is: the operator's own vouch for users of every organization, others for theirs only
/// @param clientSecret absent for a public client, which PKCE protects all the same
/// @param groupsClaim the claim that lists the user's groups
/// @param isLoopbackAllowed whether it may be reached by plain HTTP on this machine: for tests
record IdentityProvider(
        String name,
        String organization,
        String issuer,
        String clientId,
        Optional<String> clientSecret,
        List<String> scopes,
        Optional<String> groupsClaim,
        boolean isLoopbackAllowed) {
    IdentityProvider {
        scopes = List.copyOf(scopes);
    }

    /// Whether it may be asked at that address.
    boolean mayReach(URI uri) {
        String host = uri.getHost();
        if (host == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            return false;
        }
        return "https".equals(uri.getScheme())
                || (isLoopbackAllowed
                        && "http".equals(uri.getScheme())
                        && (host.equals("127.0.0.1") || host.equals("localhost")));
    }

    /// Without the secret.
    @Override
    public String toString() {
        return "IdentityProvider[" + name + "]";
    }
}
