package dev.sluice.authn;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.sluice.org.Founding;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Verifies the access tokens that OpenID Connect providers sign for others than this server: JWTs as RFC 9068 has
/// them, or nearly. Thread-safe.
///
/// What may sign is what may sign ID tokens ([OpenIdClient]). An ID token is none, which tells a client who logged in
/// and lets nobody in anywhere. Verified tokens are remembered by digest for a while, and not the tokens themselves.
public final class AccessTokens {
    private static final int SKEW_SECONDS = 60;
    private static final Duration VERIFIED_AGAIN_AFTER = Duration.ofMinutes(5);

    /// What only ID tokens say.
    private static final Set<String> OF_ID_TOKENS = Set.of("nonce", "at_hash", "c_hash");

    private static final Set<String> SCOPES = Set.of("scope", "scp");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final IdentityProviders providers;
    private final Logins logins;
    private final Clock clock;
    private final RememberedTokens<Verified> remembered = new RememberedTokens<>();

    /// Which tokens count somewhere.
    ///
    /// @param organization whose door it is, by its token: others' own providers vouch for nobody there
    /// @param audience whom a token must be for
    public record Wanted(String organization, String provider, String audience) {}

    /// What a good token says.
    ///
    /// @param claims all of them, as JSON
    public record Claims(JsonNode claims) {
        public Set<String> scopes() {
            var scopes = new LinkedHashSet<String>();
            for (String name : SCOPES) {
                JsonNode told = claims.path(name);
                List<JsonNode> texts = told.isArray() ? told.valueStream().toList() : List.of(told);
                for (JsonNode text : texts) {
                    var words = new StringTokenizer(text.asString(""), " ");
                    while (words.hasMoreTokens()) {
                        scopes.add(words.nextToken());
                    }
                }
            }
            return scopes;
        }

        /// Without what they say.
        @Override
        public String toString() {
            return "Claims";
        }
    }

    /// What there is to say of a token.
    public sealed interface Finding {
        record Good(Claims claims) implements Finding {}

        record Bad() implements Finding {}

        /// The provider's keys are not to be had now.
        record Unreachable() implements Finding {}
    }

    private record Verified(Wanted wanted, JsonNode claims, Instant end) {}

    public AccessTokens(IdentityProviders providers, Logins logins, Clock clock) {
        this.providers = providers;
        this.logins = logins;
        this.clock = clock;
    }

    /// Whether a provider of that name signs tokens that count for an organization.
    public boolean isServing(String organization, String provider) {
        return providers
                .named(provider)
                .filter(OpenIdProvider.class::isInstance)
                .map(IdentityProvider::organization)
                .filter(owner -> owner.equals(Founding.ORGANIZATION) || owner.equals(organization))
                .isPresent();
    }

    /// @param token any text
    public Finding verify(Wanted wanted, String token) {
        if (!isServing(wanted.organization(), wanted.provider())) {
            return new Finding.Bad();
        }
        var isUnreachable = new AtomicBoolean();
        Optional<JsonNode> claims = remembered.use(
                token,
                text -> verified(wanted, text, isUnreachable),
                known -> known.wanted().equals(wanted) && clock.instant().isBefore(known.end())
                        ? Optional.of(known.claims())
                        : Optional.empty());
        if (isUnreachable.get()) {
            return new Finding.Unreachable();
        }
        return claims.<Finding>map(told -> new Finding.Good(new Claims(told))).orElseGet(Finding.Bad::new);
    }

    private Optional<Verified> verified(Wanted wanted, String token, AtomicBoolean isUnreachable) {
        try {
            OpenIdClient client = logins.client(wanted.provider());
            SignedJWT jwt = SignedJWT.parse(token);
            JWTClaimsSet claims = processor(client, jwt, wanted).process(jwt, null);
            if (isOfAnotherKind(claims)) {
                return Optional.empty();
            }
            Instant now = clock.instant();
            Instant end = claims.getExpirationTime().toInstant().plusSeconds(SKEW_SECONDS);
            Instant again = now.plus(VERIFIED_AGAIN_AFTER);
            return Optional.of(
                    new Verified(wanted, JSON.readTree(claims.toString()), end.isBefore(again) ? end : again));
        } catch (LoginRefused refused) {
            isUnreachable.set(true);
            return Optional.empty();
        } catch (ParseException | BadJOSEException | JOSEException | IllegalArgumentException bad) {
            return Optional.empty();
        }
    }

    private DefaultJWTProcessor<SecurityContext> processor(OpenIdClient client, SignedJWT jwt, Wanted wanted)
            throws LoginRefused {
        var keys = new ImmutableJWKSet<SecurityContext>(
                client.keys(Optional.ofNullable(jwt.getHeader().getKeyID())));
        var expected = new JWTClaimsSet.Builder().issuer(client.issuer()).build();
        var claims =
                new DefaultJWTClaimsVerifier<SecurityContext>(
                        Set.of(wanted.audience()), expected, Set.of("exp", "sub"), OF_ID_TOKENS) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(clock.instant());
                    }
                };
        claims.setMaxClockSkew(SKEW_SECONDS);
        var processor = new DefaultJWTProcessor<SecurityContext>();
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(
                new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt"), JOSEObjectType.JWT, null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(OpenIdClient.ALGORITHMS, keys));
        processor.setJWTClaimsSetVerifier(claims);
        return processor;
    }

    /// Some providers say in a claim what kind of token one is: of the tokens that they sign, one kind lets in.
    private static boolean isOfAnotherKind(JWTClaimsSet claims) {
        Object kind = claims.getClaim("typ");
        return kind != null && !(kind instanceof String text && text.equalsIgnoreCase("Bearer"));
    }
}
