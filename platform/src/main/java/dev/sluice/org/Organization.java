package dev.sluice.org;

import dev.sluice.label.Principal;

/// A tenant.
///
/// @param token the first token of its principal: its name, or `name~2` where an organization of that name was
///     deleted
/// @param createdSeconds since 1970
public record Organization(String id, String name, String token, long createdSeconds) {
    public Principal principal() {
        return Principal.of(token);
    }

    /// The principal of the service account `name` of this organization.
    public Principal serviceAccount(String name) {
        return Principal.of(token, "serviceaccount", name);
    }

    /// The principal of a user of this organization.
    public Principal user(String mail) {
        return Principal.of(token, "user", mail);
    }

    /// The principal of a group of this organization's own identity providers.
    public Principal group(String name) {
        return Principal.of(token, "group", name);
    }
}
