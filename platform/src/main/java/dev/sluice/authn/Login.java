package dev.sluice.authn;

import dev.sluice.kernel.Witness;
import dev.sluice.org.Organizations;
import dev.sluice.store.Store;
import java.security.SecureRandom;
import java.time.Clock;

/// All that logging in consists of.
public record Login(
        IdentityProviders providers,
        Logins logins,
        DeviceLogins devices,
        Sessions sessions,
        SessionActs acts,
        Users users) {
    /// @param witness is told who logs in and out
    public static Login of(
            IdentityProviders providers,
            Store store,
            Organizations organizations,
            Witness witness,
            SecureRandom random,
            Clock clock) {
        var sessions = new Sessions(store, clock, random);
        var logins = new Logins(providers, random, clock);
        return new Login(
                providers,
                logins,
                new DeviceLogins(logins, random, clock),
                sessions,
                new SessionActs(sessions, providers, organizations, witness),
                new Users(sessions, providers, organizations));
    }
}
