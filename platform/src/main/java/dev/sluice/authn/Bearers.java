package dev.sluice.authn;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sluice.org.Organizations;
import dev.sluice.org.Organizations.AccountKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;

/// Verifies the tokens that service accounts sign for themselves.
///
/// A token names its account in `iss` as `ORGANIZATION/NAME`, is signed by one of the keys that are stored for that
/// account, and ends soon. See [Signatures] for what may sign.
///
/// A verified token is remembered by its digest until it ends, but only for the keys that verified it: each use asks
/// for the account again. Tokens themselves are not kept. Thread-safe.
public final class Bearers {
    static final Duration SKEW = Duration.ofMinutes(1);
    /// Whom a token is for, where it says so; Dispatch's clients do not.
    static final String AUDIENCE = "sluice";

    private final Organizations organizations;
    private final Rules rules;
    private final Clock clock;
    private final RememberedTokens<Verified> remembered = new RememberedTokens<>();

    /// @param epoch of the key that has signed
    private record Verified(String organization, String account, String epoch, Instant end) {}

    private record Found(Organizations.Tenant home, Organizations.Account account) {}

    /// What the operator decides.
    ///
    /// @param lifetimeMax from when a token was issued to its end; from now on, where it does not say when that was
    /// @param isAudienceDemanded whether a token must say that it is for us
    public record Rules(Duration lifetimeMax, boolean isAudienceDemanded) {
        /// As Dispatch's client does it: its tokens begin a minute ago, end in an hour, and are for anybody.
        public static final Rules DEFAULT = new Rules(Duration.ofMinutes(61), false);
    }

    public Bearers(Organizations organizations, Rules rules, Clock clock) {
        this.organizations = organizations;
        this.rules = rules;
        this.clock = clock;
    }

    /// The bearer of a good token; empty for every other text.
    Optional<Identity> bearer(String token) {
        return remembered.use(token, this::verify, this::stillGood);
    }

    private Optional<Identity> stillGood(Verified known) {
        if (!clock.instant().isBefore(known.end())) {
            return Optional.empty();
        }
        return find(known.organization(), known.account())
                .filter(found -> found.account().keys().stream()
                        .anyMatch(key -> key.epoch().equals(known.epoch())))
                .map(found -> Identity.of(found.home(), found.account(), known.epoch(), known.end()));
    }

    private Optional<Verified> verify(String token) {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            Optional<Instant> end = end(claims);
            String[] issuer = claims.getIssuer() == null
                    ? new String[0]
                    : claims.getIssuer().split("/", -1);
            if (end.isEmpty() || issuer.length != 2 || !isForUs(claims)) {
                return Optional.empty();
            }
            Optional<Found> found = find(issuer[0], issuer[1]);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            Optional<AccountKey> key = signer(jwt, found.get().account());
            if (key.isEmpty()) {
                return Optional.empty();
            }
            Instant last =
                    end.get().isBefore(key.get().end()) ? end.get() : key.get().end();
            return Optional.of(new Verified(issuer[0], issuer[1], key.get().epoch(), last));
        } catch (ParseException | JOSEException | IllegalArgumentException garbage) {
            return Optional.empty();
        }
    }

    private Optional<Found> find(String organization, String account) {
        return organizations
                .tenant(organization)
                .flatMap(home ->
                        organizations.account(home.organization(), account).map(a -> new Found(home, a)));
    }

    /// Which of the account's keys has signed: the one that the token names, or any that fits. No token outlives its
    /// key, so each use looks whether that has ended.
    private Optional<AccountKey> signer(SignedJWT jwt, Organizations.Account account) throws JOSEException {
        if (jwt.getHeader().getCriticalParams() != null) {
            return Optional.empty();
        }
        String named = jwt.getHeader().getKeyID();
        for (AccountKey key : account.keys()) {
            if ((named == null || named.equals(key.id())) && Signatures.isSigned(jwt, key.key())) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    private boolean isForUs(JWTClaimsSet claims) {
        boolean says = claims.getClaims().containsKey("aud");
        return says ? claims.getAudience().contains(AUDIENCE) : !rules.isAudienceDemanded();
    }

    /// When the token ends, if it has begun and is not meant to live too long. Each use looks whether it has ended.
    private Optional<Instant> end(JWTClaimsSet claims) {
        Instant now = clock.instant();
        Date expiration = claims.getExpirationTime();
        Date issued = claims.getIssueTime();
        Date notBefore = claims.getNotBeforeTime();
        if (expiration == null
                || (issued != null && issued.toInstant().isAfter(now.plus(SKEW)))
                || (notBefore != null && notBefore.toInstant().isAfter(now.plus(SKEW)))) {
            return Optional.empty();
        }
        Instant end = expiration.toInstant();
        Instant begin = issued == null ? now : issued.toInstant();
        return end.isAfter(begin.plus(rules.lifetimeMax())) ? Optional.empty() : Optional.of(end);
    }
}
