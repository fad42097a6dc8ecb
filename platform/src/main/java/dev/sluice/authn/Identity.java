package dev.sluice.authn;

import dev.sluice.label.Component;
import dev.sluice.org.Organizations;
import dev.sluice.org.Subjects;
import java.time.Instant;
import java.util.Optional;

/// Who somebody proved to be, as his organization knows him now.
///
/// @param name in his organization: of a service account, or the mail address of a user
/// @param subjects how the policies of `home` may speak of him
/// @param component what he may act for by himself
/// @param epoch changes when whatever was given in his name shall be worth nothing
/// @param end when the credential that proved it ends
/// @param user whom an identity provider vouched for; absent for a service account
record Identity(
        Organizations.Tenant home,
        String name,
        Subjects subjects,
        Component component,
        String epoch,
        Instant end,
        Optional<User> user) {
    /// @param epoch of the key that he proved it with
    static Identity of(Organizations.Tenant home, Organizations.Account account, String epoch, Instant end) {
        return new Identity(
                home,
                account.name(),
                Subjects.ofAccount(home.organization().name(), account.name()),
                Component.of(account.principal()),
                epoch,
                end,
                Optional.empty());
    }
}
