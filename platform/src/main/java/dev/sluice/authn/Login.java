package dev.sluice.authn;

import dev.sluice.org.Organizations;
import dev.sluice.store.Store;
import java.security.SecureRandom;
import java.time.Clock;

/// All that logging in consists of.
public record Login(IdentityProviders providers, Logins logins, DeviceLogins devices, Sessions sessions, Users users) {
    public static Login of(
            IdentityProviders providers, Store store, Organizations organizations, SecureRandom random, Clock clock) {
        var sessions = new Sessions(store, clock, random);
        var logins = new Logins(providers, random, clock);
        return new Login(
                providers,
                logins,
                new DeviceLogins(logins, random, clock),
                sessions,
                new Users(sessions, providers, organizations));
    }
}
