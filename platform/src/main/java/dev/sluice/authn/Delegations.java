package dev.sluice.authn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEObjectType;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.LabelInvalid;
import dev.sluice.org.Organizations;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Makes and verifies delegated tokens: a part of somebody's authority, for a few minutes, as an ES256 JWT.
///
/// A token says what it stands for (`sub`, the component in JSON), whose authority it is a part of (`act`, a
/// service account), and that account's epoch (`epoch`): it is worth nothing once the account is gone, has another
/// key or has revoked what it gave ([Organizations#renew]). It derives from the identity alone: nothing that a
/// policy lends is in it. It never stands for more than the one that it was asked for with, and never lives
/// longer.
///
/// Verified tokens are remembered by digest and looked at again at each use, as in [Bearers]. Thread-safe.
/// Source: contracts/faasten.md 3.6 `[R]`; design/labels.md section 2.
public final class Delegations {
    static final Duration LIFETIME = Duration.ofMinutes(10);
    static final String ISSUER = "sluice";
    static final String AUDIENCE = "sluice";

    private static final JOSEObjectType TYPE = new JOSEObjectType("delegation+jwt");
    private static final int REMEMBERED_MAX = 10_000;
    private static final int EPOCH_CHARS = 16;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Organizations organizations;
    private final TokenKey key;
    private final Clock clock;
    private final IssuedTokens issued;
    private final Cache<Bytes, Claims> verified =
            Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).build();

    /// What a good token says.
    private record Claims(Component component, String organization, String account, String epoch, Instant end) {}

    /// A part of somebody's authority.
    ///
    /// @param name, epoch see [Identity]
    /// @param end when the credential that proved it ends
    record Grant(Organizations.Tenant home, String name, String epoch, Component component, Instant end) {}

    public Delegations(Organizations organizations, TokenKey key, Clock clock) {
        this.organizations = organizations;
        this.key = key;
        this.clock = clock;
        this.issued = new IssuedTokens(organizations, key, clock);
    }

    /// The tokens for all that an account is, which the same key signs.
    IssuedTokens issued() {
        return issued;
    }

    /// A token that stands for `less`.
    ///
    /// @return empty if `by` does not hold that, if it is too large for a token, and for a user: nothing here could
    ///     find out later that his session has ended
    public Optional<String> mint(Caller.Proven by, Component less) {
        if (by instanceof Caller.Known known && known.user().isPresent()) {
            return Optional.empty();
        }
        if (!by.component().implies(less)) {
            return Optional.empty();
        }
        String token = sign(by.grant(), less);
        return token.length() > Bearers.TOKEN_CHARS_MAX ? Optional.empty() : Optional.of(token);
    }

    private String sign(Grant parent, Component less) {
        Instant now = clock.instant();
        Instant end = now.plus(LIFETIME).isBefore(parent.end()) ? now.plus(LIFETIME) : parent.end();
        var claims = JSON.createObjectNode()
                .put("iss", ISSUER)
                .put("aud", AUDIENCE)
                .put("act", parent.home().organization().name() + "/" + parent.name())
                .put("epoch", digest(parent.epoch()))
                .put("iat", now.getEpochSecond())
                .put("nbf", now.getEpochSecond())
                .put("exp", end.getEpochSecond())
                .put("jti", UUID.randomUUID().toString());
        claims.set("sub", ComponentJson.print(less));
        return key.sign(TYPE, claims);
    }

    /// What a good token stands for; empty for every other text.
    Optional<Grant> grant(String token) {
        if (token.isEmpty() || token.length() > Bearers.TOKEN_CHARS_MAX) {
            return Optional.empty();
        }
        Bytes digest = Bytes.takeOver(Digest.sha256().digest(token.getBytes(StandardCharsets.UTF_8)));
        Claims claims = verified.getIfPresent(digest);
        if (claims == null) {
            Optional<Claims> fresh = verify(token);
            if (fresh.isEmpty()) {
                return Optional.empty();
            }
            claims = fresh.get();
            verified.put(digest, claims);
        }
        return stillGood(claims);
    }

    private Optional<Grant> stillGood(Claims claims) {
        if (!clock.instant().isBefore(claims.end())) {
            return Optional.empty();
        }
        return organizations
                .tenant(claims.organization())
                .flatMap(home -> organizations
                        .account(home.organization(), claims.account())
                        .map(account -> Identity.of(home, account, claims.end()))
                        .filter(who -> digest(who.epoch()).equals(claims.epoch()))
                        .map(who -> new Grant(home, who.name(), who.epoch(), claims.component(), claims.end())));
    }

    private Optional<Claims> verify(String token) {
        try {
            return key.claims(TYPE, token).flatMap(this::claims);
        } catch (LabelInvalid | Refused garbage) {
            return Optional.empty();
        }
    }

    private Optional<Claims> claims(JsonNode json) {
        Instant now = clock.instant();
        Instant begin = Instant.ofEpochSecond(json.path("nbf").asLong(0));
        Instant end = Instant.ofEpochSecond(json.path("exp").asLong(0));
        String[] account = json.path("act").asString("").split("/", -1);
        boolean isGood = json.path("iss").asString("").equals(ISSUER)
                && json.path("aud").asString("").equals(AUDIENCE)
                && !json.path("jti").asString("").isEmpty()
                && !begin.isAfter(now)
                && !end.isAfter(begin.plus(LIFETIME))
                && account.length == 2;
        return isGood
                ? Optional.of(new Claims(
                        ComponentJson.parse(json.path("sub")),
                        account[0],
                        account[1],
                        json.path("epoch").asString(""),
                        end))
                : Optional.empty();
    }

    /// What a token says of an epoch.
    static String digest(String epoch) {
        return Digest.of(Bytes.utf8(epoch)).hex().substring(0, EPOCH_CHARS);
    }
}
