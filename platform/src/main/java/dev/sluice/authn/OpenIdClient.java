package dev.sluice.authn;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import dev.sluice.authn.LoginRefused.Why;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Talks to one identity provider: discovery, its keys, its tokens. Thread-safe.
///
/// What it publishes is remembered for a while. A token that names a key which is not known fetches the keys again,
/// but not often, as anybody can make up names of keys.
final class OpenIdClient {
    static final Duration PUBLISHED_GOOD = Duration.ofMinutes(15);
    static final Duration KEYS_APART = Duration.ofSeconds(10);
    static final Duration FAILURES_APART = Duration.ofSeconds(2);
    private static final int SKEW_SECONDS = 60;
    private static final int RSA_BITS_MIN = 2048;
    private static final int SERVER_ERROR = 500;
    static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256);

    private final OpenIdProvider provider;
    private final ProviderHttp http;
    private final Clock clock;
    private volatile @Nullable Published published; // changed by one at a time
    private Instant notBefore = Instant.MIN;

    /// What a provider says of itself.
    private record Published(OIDCProviderMetadata metadata, JWKSet keys, Instant metadataAt, Instant keysAt) {}

    OpenIdClient(OpenIdProvider provider, ProviderHttp http, Clock clock) {
        this.provider = provider;
        this.http = http;
        this.clock = clock;
    }

    /// Where the browser logs in.
    URI authorization(LoginState login) throws LoginRefused {
        URI endpoint = reachable(published(Optional.empty()).metadata().getAuthorizationEndpointURI());
        return new AuthenticationRequest.Builder(ResponseType.CODE, scope(), clientId(), URI.create(login.redirect()))
                .endpointURI(endpoint)
                .state(new State(login.state()))
                .nonce(new Nonce(login.nonce()))
                .codeChallenge(new CodeVerifier(login.verifier()), CodeChallengeMethod.S256)
                .build()
                .toURI();
    }

    /// Who stands behind an authorization code.
    ///
    /// @param issuer who says that he answers, where he says it
    User user(LoginState login, String code, Optional<String> issuer) throws LoginRefused {
        OIDCProviderMetadata metadata = published(Optional.empty()).metadata();
        boolean isOfIssuer =
                issuer.map(provider.issuer()::equals).orElse(!metadata.supportsAuthorizationResponseIssuerParam());
        if (!isOfIssuer) {
            throw new LoginRefused(Why.NOT_PROVEN);
        }
        var grant = new AuthorizationCodeGrant(
                new AuthorizationCode(code), URI.create(login.redirect()), new CodeVerifier(login.verifier()));
        return user(token(grant), Optional.of(new Nonce(login.nonce())));
    }

    /// Where logins for terminals are begun, if the provider has them.
    Optional<URI> deviceAuthorization() throws LoginRefused {
        URI endpoint = published(Optional.empty()).metadata().getDeviceAuthorizationEndpointURI();
        return Optional.ofNullable(endpoint);
    }

    /// What the provider answers to a grant.
    TokenResponse token(AuthorizationGrant grant) throws LoginRefused {
        URI endpoint = named(published(Optional.empty()).metadata().getTokenEndpointURI());
        TokenRequest request = authentication()
                .map(secret -> new TokenRequest.Builder(endpoint, secret, grant))
                .orElseGet(() -> new TokenRequest.Builder(endpoint, clientId(), grant))
                .build();
        try {
            return OIDCTokenResponseParser.parse(send(request.toHTTPRequest()));
        } catch (ParseException malformed) {
            throw new LoginRefused(Why.NOT_PROVEN, malformed);
        }
    }

    /// An answer of a provider that is not in trouble.
    HTTPResponse send(HTTPRequest message) throws LoginRefused {
        HTTPResponse answer = http.exchange(provider, message);
        if (answer.getStatusCode() >= SERVER_ERROR) {
            throw new LoginRefused(Why.UNREACHABLE);
        }
        return answer;
    }

    String provider() {
        return provider.name();
    }

    String issuer() {
        return provider.issuer();
    }

    /// The keys that it signs with, if it can be one of that name among them.
    JWKSet keys(Optional<String> key) throws LoginRefused {
        Published known = published;
        if (known != null
                && clock.instant().isBefore(known.metadataAt().plus(PUBLISHED_GOOD))
                && (key.isEmpty() || known.keys().getKeyByKeyId(key.get()) != null)) {
            return known.keys(); // who shows a good token waits for no made-up name
        }
        return published(key).keys();
    }

    ClientID clientId() {
        return new ClientID(provider.clientId());
    }

    /// How we prove who we are; a public client does not.
    Optional<ClientAuthentication> authentication() {
        return provider.clientSecret().map(secret -> new ClientSecretBasic(clientId(), new Secret(secret)));
    }

    Scope scope() {
        return new Scope(provider.scopes().toArray(String[]::new));
    }

    /// Whom the tokens vouch for.
    ///
    /// @param nonce of this login, where it has one
    User user(TokenResponse answer, Optional<Nonce> nonce) throws LoginRefused {
        try {
            JWT token = answer.indicatesSuccess()
                    ? answer.toSuccessResponse().getTokens().toOIDCTokens().getIDToken()
                    : null;
            if (token == null) {
                throw new LoginRefused(Why.TURNED_DOWN);
            }
            return vouched(validated(token, nonce));
        } catch (ClassCastException malformed) {
            throw new LoginRefused(Why.NOT_PROVEN, malformed);
        }
    }

    private IDTokenClaimsSet validated(JWT token, Optional<Nonce> nonce) throws LoginRefused {
        if (!(token instanceof SignedJWT signed)) {
            throw new LoginRefused(Why.NOT_PROVEN);
        }
        var keys = new ImmutableJWKSet<SecurityContext>(
                published(Optional.ofNullable(signed.getHeader().getKeyID())).keys());
        var validator = new IDTokenValidator(
                new Issuer(provider.issuer()), clientId(), new JWSVerificationKeySelector<>(ALGORITHMS, keys), null);
        validator.setMaxClockSkew(SKEW_SECONDS);
        try {
            IDTokenClaimsSet claims = validator.validate(signed, nonce.orElse(null));
            requireForUs(claims);
            return claims;
        } catch (BadJOSEException | JOSEException bad) {
            throw new LoginRefused(Why.NOT_PROVEN, bad);
        }
    }

    /// A token that names several parties says which of them asked for it.
    private void requireForUs(IDTokenClaimsSet claims) throws LoginRefused {
        Object party = claims.getClaim("azp");
        boolean isOurs = party == null
                ? claims.getAudience().size() == 1
                : provider.clientId().equals(party);
        if (!isOurs) {
            throw new LoginRefused(Why.NOT_PROVEN);
        }
    }

    private User vouched(IDTokenClaimsSet claims) throws LoginRefused {
        Optional<String> mail =
                Optional.ofNullable(claims.getStringClaim("email")).flatMap(User::mail);
        if (mail.isEmpty() || !Boolean.TRUE.equals(claims.getClaim("email_verified"))) {
            throw new LoginRefused(Why.NOT_VERIFIED);
        }
        Set<String> groups = Set.of();
        if (provider.groupsClaim().isPresent()) {
            List<String> told = claims.getStringListClaim(provider.groupsClaim().get());
            groups = told == null ? Set.of() : Set.copyOf(told);
        }
        if (groups.size() > User.GROUPS_MAX || !groups.stream().allMatch(User::isGroup)) {
            throw new LoginRefused(Why.NOT_PROVEN);
        }
        return new User(provider.name(), provider.issuer(), mail.get(), groups);
    }

    /// @param key the name of a key that should be among the keys
    private synchronized Published published(Optional<String> key) throws LoginRefused {
        Instant now = clock.instant();
        Published known = published;
        if (known == null || !now.isBefore(known.metadataAt().plus(PUBLISHED_GOOD))) {
            if (now.isBefore(notBefore)) {
                throw new LoginRefused(Why.UNREACHABLE);
            }
            notBefore = now.plus(FAILURES_APART); // whoever waits for a dead provider does not make others wait, too
            OIDCProviderMetadata metadata = metadata();
            known = new Published(metadata, keys(metadata), now, now);
            published = known;
        }
        boolean isMissing = key.isPresent() && known.keys().getKeyByKeyId(key.get()) == null;
        if (isMissing && !now.isBefore(known.keysAt().plus(KEYS_APART))) {
            published = new Published(known.metadata(), known.keys(), known.metadataAt(), now); // also if it fails
            known = new Published(known.metadata(), keys(known.metadata()), known.metadataAt(), now);
            published = known;
        }
        return known;
    }

    private OIDCProviderMetadata metadata() throws LoginRefused {
        String base = provider.issuer().endsWith("/")
                ? provider.issuer().substring(0, provider.issuer().length() - 1)
                : provider.issuer();
        String text = http.fetch(provider, URI.create(base + "/.well-known/openid-configuration"));
        try {
            OIDCProviderMetadata metadata = OIDCProviderMetadata.parse(text);
            if (metadata.getIssuer().getValue().equals(provider.issuer())) {
                return metadata;
            }
        } catch (ParseException malformed) {
            throw new LoginRefused(Why.UNREACHABLE, malformed);
        }
        throw new LoginRefused(Why.UNREACHABLE);
    }

    private JWKSet keys(OIDCProviderMetadata metadata) throws LoginRefused {
        try {
            JWKSet told = JWKSet.parse(http.fetch(provider, named(metadata.getJWKSetURI())));
            return new JWKSet(
                    told.getKeys().stream().filter(OpenIdClient::isTrusted).toList());
        } catch (java.text.ParseException malformed) {
            throw new LoginRefused(Why.UNREACHABLE, malformed);
        }
    }

    private static boolean isTrusted(JWK key) {
        return switch (key) {
            case RSAKey rsa -> rsa.size() >= RSA_BITS_MIN;
            case ECKey ec -> Curve.P_256.equals(ec.getCurve());
            default -> false;
        };
    }

    /// An address that somebody is sent to: what we ask ourselves, [ProviderHttp] looks at.
    URI reachable(@Nullable URI address) throws LoginRefused {
        if (!provider.mayReach(named(address))) {
            throw new LoginRefused(Why.UNREACHABLE);
        }
        return named(address);
    }

    private static URI named(@Nullable URI endpoint) throws LoginRefused {
        if (endpoint == null) {
            throw new LoginRefused(Why.UNREACHABLE);
        }
        return endpoint;
    }
}
