package dev.sluice.authn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEObjectType;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.org.Organizations;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Makes and verifies the server's own tokens for service accounts that have shown who they are: for a few
/// minutes, so that the account's key need not be used at each request.
///
/// Such a token stands for all that the account is, and policies speak of its bearer. It says whom it is for (`sub`,
/// `ORGANIZATION/NAME`) and that account's epoch: it is worth nothing once the account is gone, has other keys or has
/// revoked what it gave. It never lives longer than the token that it was asked for with.
///
/// Verified tokens are remembered by digest and looked at again at each use, as in [Bearers]. Thread-safe.
public final class IssuedTokens {
    static final Duration LIFETIME = TokenKey.LIFETIME_MAX;

    private static final JOSEObjectType TYPE = new JOSEObjectType("account+jwt");
    private static final int REMEMBERED_MAX = 10_000;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Organizations organizations;
    private final TokenKey key;
    private final Clock clock;
    private final Cache<Bytes, Claims> verified =
            Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).build();

    /// What a good token says.
    private record Claims(String organization, String account, String epoch, Instant end) {}

    /// A token that was made.
    public record Issued(String token, Instant end) {}

    IssuedTokens(Organizations organizations, TokenKey key, Clock clock) {
        this.organizations = organizations;
        this.key = key;
        this.clock = clock;
    }

    /// A token for all that the caller is; empty if he is no service account.
    Optional<Issued> issue(Caller.Known by) {
        Delegations.Grant parent = by.grant();
        boolean isAccount = organizations
                .account(parent.home().organization(), parent.name())
                .filter(account -> account.keyVersion().equals(parent.epoch()))
                .isPresent();
        if (!isAccount) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Instant last = now.plus(LIFETIME).isBefore(parent.end()) ? now.plus(LIFETIME) : parent.end();
        Instant end = Instant.ofEpochSecond(last.getEpochSecond());
        var claims = JSON.createObjectNode()
                .put("iss", Delegations.ISSUER)
                .put("aud", Delegations.AUDIENCE)
                .put("sub", parent.home().organization().name() + "/" + parent.name())
                .put("epoch", Delegations.digest(parent.epoch()))
                .put("iat", now.getEpochSecond())
                .put("exp", end.getEpochSecond())
                .put("jti", UUID.randomUUID().toString());
        return Optional.of(new Issued(key.sign(TYPE, claims), end));
    }

    /// Whose a good token is; empty for every other text.
    Optional<Identity> identity(String token) {
        if (token.isEmpty() || token.length() > Bearers.TOKEN_CHARS_MAX) {
            return Optional.empty();
        }
        Bytes digest = Bytes.takeOver(Digest.sha256().digest(Bytes.utf8(token).readOnlyArray()));
        Claims claims = verified.getIfPresent(digest);
        if (claims == null) {
            Optional<Claims> fresh = key.claims(TYPE, token).flatMap(this::claims);
            if (fresh.isEmpty()) {
                return Optional.empty();
            }
            claims = fresh.get();
            verified.put(digest, claims);
        }
        return stillGood(claims);
    }

    private Optional<Identity> stillGood(Claims claims) {
        if (!clock.instant().isBefore(claims.end())) {
            return Optional.empty();
        }
        return organizations
                .tenant(claims.organization())
                .flatMap(home -> organizations
                        .account(home.organization(), claims.account())
                        .map(account -> Identity.of(home, account, claims.end()))
                        .filter(who -> Delegations.digest(who.epoch()).equals(claims.epoch())));
    }

    private Optional<Claims> claims(JsonNode json) {
        Instant begin = Instant.ofEpochSecond(json.path("iat").asLong(0));
        Instant end = Instant.ofEpochSecond(json.path("exp").asLong(0));
        String[] account = json.path("sub").asString("").split("/", -1);
        boolean isGood = json.path("iss").asString("").equals(Delegations.ISSUER)
                && json.path("aud").asString("").equals(Delegations.AUDIENCE)
                && !json.path("jti").asString("").isEmpty()
                && !begin.isAfter(clock.instant())
                && !end.isAfter(begin.plus(LIFETIME))
                && account.length == 2;
        return isGood
                ? Optional.of(
                        new Claims(account[0], account[1], json.path("epoch").asString(""), end))
                : Optional.empty();
    }
}
