package dev.sluice.authn;

import java.time.Instant;
import java.util.Set;

/// That somebody logged in, as it is stored.
///
/// @param usedSeconds when it last was shown, but for [Sessions#TOUCH]
record Session(String provider, String issuer, String mail, Set<String> groups, long begunSeconds, long usedSeconds) {
    Session {
        groups = Set.copyOf(groups);
    }

    static Session of(User user, Instant now) {
        return new Session(
                user.provider(), user.issuer(), user.mail(), user.groups(), now.getEpochSecond(), now.getEpochSecond());
    }

    User user() {
        return new User(provider, issuer, mail, groups);
    }

    Session usedAt(Instant now) {
        return new Session(provider, issuer, mail, groups, begunSeconds, now.getEpochSecond());
    }

    /// When it ends, however much it is used.
    Instant end() {
        return Instant.ofEpochSecond(begunSeconds).plus(Sessions.ABSOLUTE_MAX);
    }

    boolean isOver(Instant now) {
        Instant idle = Instant.ofEpochSecond(usedSeconds).plus(Sessions.IDLE_MAX);
        return !now.isBefore(end()) || !now.isBefore(idle);
    }
}
