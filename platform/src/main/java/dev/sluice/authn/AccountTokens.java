package dev.sluice.authn;

import com.nimbusds.jose.JOSEObjectType;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.kernel.Refused;
import dev.sluice.label.LabelInvalid;
import dev.sluice.org.Organizations;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// One kind of the tokens that the server itself gives out in a service account's name.
///
/// Each says whose it is, and an epoch: it is worth nothing once the account is gone, has no more the key that proved
/// who asked, or has revoked what it gave ([Organizations#renew]). It never lives longer than what it was asked for
/// with. Verified tokens are remembered by digest and looked at again at each use. Thread-safe.
final class AccountTokens<C> {
    private static final String ISSUER = "sluice";
    private static final int EPOCH_CHARS = 16;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Kind<C> kind;
    private final Organizations organizations;
    private final TokenKey key;
    private final Clock clock;
    private final RememberedTokens<Claims<C>> remembered = new RememberedTokens<>();

    /// @param type one kind is never taken for another
    /// @param account the claim that says whose a token is, as `ORGANIZATION/NAME`
    /// @param content reads what else a token of this kind says; may throw [LabelInvalid] and [Refused] for garbage
    record Kind<C>(JOSEObjectType type, Duration lifetime, String account, Function<JsonNode, C> content) {}

    private record Claims<C>(String organization, String account, String epoch, Instant end, C content) {}

    /// What a good token stands for: this account, until the token ends.
    record Given<C>(Identity by, C content) {}

    AccountTokens(Kind<C> kind, Organizations organizations, TokenKey key, Clock clock) {
        this.kind = kind;
        this.organizations = organizations;
        this.key = key;
        this.clock = clock;
    }

    /// @param more what the token says besides
    IssuedToken make(Delegations.Grant parent, ObjectNode more) {
        Instant now = clock.instant();
        Instant last = now.plus(kind.lifetime());
        Instant end = Instant.ofEpochSecond((last.isBefore(parent.end()) ? last : parent.end()).getEpochSecond());
        ObjectNode claims = JSON.createObjectNode()
                .put("iss", ISSUER)
                .put("aud", Bearers.AUDIENCE)
                .put(kind.account(), parent.home().organization().name() + "/" + parent.name())
                .put("epoch", digest(parent.epoch()))
                .put("iat", now.getEpochSecond())
                .put("nbf", now.getEpochSecond())
                .put("exp", end.getEpochSecond())
                .put("jti", UUID.randomUUID().toString());
        claims.setAll(more);
        return new IssuedToken(key.sign(kind.type(), claims), end);
    }

    /// Empty for every text that is no good token of this kind.
    Optional<Given<C>> verify(String token) {
        return remembered.use(token, this::read, this::stillGood);
    }

    private Optional<Given<C>> stillGood(Claims<C> claims) {
        if (!clock.instant().isBefore(claims.end())) {
            return Optional.empty();
        }
        return organizations
                .tenant(claims.organization())
                .flatMap(home -> organizations
                        .account(home.organization(), claims.account())
                        .flatMap(account -> identity(home, account, claims)))
                .map(by -> new Given<>(by, claims.content()));
    }

    /// The account, if it still has the key that its token was asked for with.
    private Optional<Identity> identity(Organizations.Tenant home, Organizations.Account account, Claims<C> claims) {
        return account.keys().stream()
                .map(Organizations.AccountKey::epoch)
                .filter(epoch -> digest(epoch).equals(claims.epoch()))
                .findFirst()
                .map(epoch -> Identity.of(home, account, epoch, claims.end()));
    }

    private Optional<Claims<C>> read(String token) {
        try {
            return key.claims(kind.type(), token).flatMap(this::claims);
        } catch (LabelInvalid | Refused garbage) {
            return Optional.empty();
        }
    }

    private Optional<Claims<C>> claims(JsonNode json) {
        Instant begin = Instant.ofEpochSecond(json.path("nbf").asLong(0));
        Instant end = Instant.ofEpochSecond(json.path("exp").asLong(0));
        String[] account = json.path(kind.account()).asString("").split("/", -1);
        boolean isGood = json.path("iss").asString("").equals(ISSUER)
                && json.path("aud").asString("").equals(Bearers.AUDIENCE)
                && !json.path("jti").asString("").isEmpty()
                && !begin.isAfter(clock.instant())
                && !end.isAfter(begin.plus(kind.lifetime()))
                && account.length == 2;
        return isGood
                ? Optional.of(new Claims<>(
                        account[0],
                        account[1],
                        json.path("epoch").asString(""),
                        end,
                        kind.content().apply(json)))
                : Optional.empty();
    }

    /// What a token says of an epoch.
    private static String digest(String epoch) {
        return Digest.of(Bytes.utf8(epoch)).hex().substring(0, EPOCH_CHARS);
    }
}
