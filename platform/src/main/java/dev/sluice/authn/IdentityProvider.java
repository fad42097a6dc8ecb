package dev.sluice.authn;

/// Who vouches for users, as its operator described it.
sealed interface IdentityProvider permits OpenIdProvider, LdapProvider {
    String name();

    /// Whose it is: the operator's own vouch for users of every organization, others for theirs only.
    String organization();

    /// Who stands behind it: a session is worth nothing once that is another.
    String issuer();
}
