package dev.sluice.authn;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A small OpenID Connect provider on loopback, which logs in whomever it is told to, at once, and can lie in every
/// way.
public final class TestProvider implements AutoCloseable {
    /// How an ID token is signed.
    public enum Signature {
        RIGHT,
        NONE,
        HMAC_WITH_THE_PUBLIC_KEY,
        ANOTHER_KEY_OF_THAT_NAME
    }

    private final HttpServer server;
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();
    public final AtomicInteger keyFetches = new AtomicInteger();
    public volatile String mail = "jon@example.com";
    public volatile List<String> groups = List.of();
    public volatile Signature signature = Signature.RIGHT;
    public volatile UnaryOperator<JWTClaimsSet.Builder> twist = claims -> claims;
    public volatile boolean isDown;
    public final AtomicInteger deviceBegins = new AtomicInteger();
    public final AtomicInteger deviceAsks = new AtomicInteger();

    /// How often a code was to be exchanged.
    public final AtomicInteger tokenAsks = new AtomicInteger();

    /// Makes a lie of what the provider says of itself.
    public volatile UnaryOperator<String> metadataTwist = told -> told;

    /// The error that a terminal's login gets; empty once the user has approved it.
    public volatile String device = "authorization_pending";

    /// Makes a lie of what a terminal's login is begun with; `null` for a provider that has no such logins.
    public volatile @Nullable UnaryOperator<String> deviceTwist = begun -> begun;

    private volatile RSAKey key;

    public TestProvider() throws IOException, JOSEException {
        this(newKey());
    }

    /// For tests that begin many, of which none trusts two: making a key takes long.
    TestProvider(RSAKey first) throws IOException {
        key = first;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/.well-known/openid-configuration", exchange -> {
            answer(exchange, metadataTwist.apply(metadata()));
        });
        server.createContext("/keys", exchange -> {
            keyFetches.incrementAndGet();
            answer(exchange, new JWKSet(key).toString());
        });
        server.createContext("/authorize", this::authorize);
        server.createContext("/token", this::token);
        server.createContext("/device", this::device);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    static RSAKey newKey() throws JOSEException {
        return new RSAKeyGenerator(2048).keyID("k1").generate();
    }

    public String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// From now on it signs with another key and publishes that one only.
    public void rotate(String name) throws JOSEException {
        rotate(name, 2048);
    }

    /// As [#rotate(String)], with a key of that size.
    public void rotate(String name, int bits) throws JOSEException {
        key = new RSAKeyGenerator(bits, true).keyID(name).generate();
    }

    /// One provider's description for [IdentityProviders].
    public String description(String name, String organization) {
        return "{\"name\":\"" + name + "\",\"organization\":\"" + organization + "\",\"issuer\":\"" + issuer()
                + "\",\"clientId\":\"sluice\",\"clientSecret\":\"s3cret\",\"groupsClaim\":\"groups\","
                + "\"allowLoopbackHttp\":true}";
    }

    public static IdentityProviders write(Path data, String... descriptions) throws IOException {
        Path file = data.resolve(IdentityProviders.FILE);
        Files.writeString(file, "{\"providers\":[" + String.join(",", descriptions) + "]}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return IdentityProviders.at(data);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    /// What the browser does at the provider: follows the address and is sent back with a code.
    public static Map<String, String> logIn(URI authorization) throws IOException {
        var connection = (java.net.HttpURLConnection) authorization.toURL().openConnection();
        connection.setInstanceFollowRedirects(false);
        return parameters(URI.create(connection.getHeaderField("Location")).getRawQuery());
    }

    private String metadata() {
        return "{\"issuer\":\"" + issuer() + "\",\"authorization_endpoint\":\"" + issuer() + "/authorize\","
                + (deviceTwist == null ? "" : "\"device_authorization_endpoint\":\"" + issuer() + "/device\",")
                + "\"token_endpoint\":\"" + issuer() + "/token\",\"jwks_uri\":\"" + issuer() + "/keys\","
                + "\"response_types_supported\":[\"code\"],\"subject_types_supported\":[\"public\"],"
                + "\"id_token_signing_alg_values_supported\":[\"RS256\"]}";
    }

    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> asked = parameters(exchange.getRequestURI().getRawQuery());
        String code = UUID.randomUUID().toString();
        codes.put(code, asked);
        exchange.getResponseHeaders()
                .set(
                        "Location",
                        asked.getOrDefault("redirect_uri", "") + "?code=" + code + "&state="
                                + asked.getOrDefault("state", ""));
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private void token(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> sent = parameters(body);
        if (sent.containsKey("device_code")) {
            askedByDevice(exchange, sent);
            return;
        }
        tokenAsks.incrementAndGet();
        String code = sent.getOrDefault("code", "");
        Map<String, String> asked = codes.getOrDefault(code, Map.of());
        codes.remove(code);
        boolean isGood = !asked.isEmpty()
                && isOurClient(exchange)
                && asked.getOrDefault("redirect_uri", "").equals(sent.getOrDefault("redirect_uri", ""))
                && "S256".equals(asked.get("code_challenge_method"))
                && asked.getOrDefault("code_challenge", "").equals(challenge(sent.getOrDefault("code_verifier", "")));
        if (isGood) {
            answer(exchange, tokens(asked.getOrDefault("nonce", "")));
        } else {
            refuse(exchange, "invalid_grant");
        }
    }

    private static boolean isOurClient(HttpExchange exchange) {
        String basic = "Basic " + Base64.getEncoder().encodeToString("sluice:s3cret".getBytes(StandardCharsets.UTF_8));
        return basic.equals(exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private static void refuse(HttpExchange exchange, String error) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        byte[] refusal = ("{\"error\":\"" + error + "\"}").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(400, refusal.length);
        exchange.getResponseBody().write(refusal);
        exchange.close();
    }

    private String tokens(String nonce) throws IOException {
        try {
            return "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"id_token\":\""
                    + idToken(nonce).serialize() + "\"}";
        } catch (JOSEException impossible) {
            throw new IOException(impossible);
        }
    }

    /// A terminal begins a login.
    private void device(HttpExchange exchange) throws IOException {
        deviceBegins.incrementAndGet();
        UnaryOperator<String> lie = deviceTwist;
        boolean hasAsked = parameters(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8))
                .getOrDefault("scope", "")
                .contains("openid");
        if (lie == null || !hasAsked || !isOurClient(exchange)) {
            refuse(exchange, "unauthorized_client");
            return;
        }
        answer(
                exchange,
                lie.apply("{\"device_code\":\"the-providers-code\",\"user_code\":\"ABCD-EFGH\","
                        + "\"verification_uri\":\"" + issuer() + "/activate\",\"verification_uri_complete\":\""
                        + issuer() + "/activate?user_code=ABCD-EFGH\",\"expires_in\":300,\"interval\":2}"));
    }

    private void askedByDevice(HttpExchange exchange, Map<String, String> sent) throws IOException {
        deviceAsks.incrementAndGet();
        boolean isGood = isOurClient(exchange)
                && "the-providers-code".equals(sent.get("device_code"))
                && "urn:ietf:params:oauth:grant-type:device_code".equals(sent.get("grant_type"));
        String error = isGood ? device : "invalid_grant";
        if (error.isEmpty()) {
            answer(exchange, tokens(""));
        } else {
            refuse(exchange, error);
        }
    }

    private static String challenge(String verifier) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Digest.sha256().digest(verifier.getBytes(StandardCharsets.UTF_8)));
    }

    private JWT idToken(String nonce) throws JOSEException {
        Instant now = Instant.now();
        var claims = twist.apply(new JWTClaimsSet.Builder()
                        .issuer(issuer())
                        .audience("sluice")
                        .subject("1")
                        .claim("nonce", nonce)
                        .claim("email", mail)
                        .claim("email_verified", true)
                        .claim("groups", groups)
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plusSeconds(60))))
                .build();
        return signed(claims);
    }

    /// A token that lets its bearer in where it is for, with a lie in it.
    public String accessToken(String audience, String scope, UnaryOperator<JWTClaimsSet.Builder> lie)
            throws JOSEException {
        Instant now = Instant.now();
        var claims = new JWTClaimsSet.Builder()
                .issuer(issuer())
                .audience(audience)
                .subject("jon")
                .claim("scope", scope)
                .claim("email", mail)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)));
        return signed(lie.apply(claims).build()).serialize();
    }

    private JWT signed(JWTClaimsSet claims) throws JOSEException {
        return switch (signature) {
            case NONE -> new PlainJWT(claims);
            case RIGHT -> signed(key, claims);
            case ANOTHER_KEY_OF_THAT_NAME ->
                signed(new RSAKeyGenerator(2048).keyID(key.getKeyID()).generate(), claims);
            case HMAC_WITH_THE_PUBLIC_KEY -> {
                var jwt = new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.HS256)
                                .keyID(key.getKeyID())
                                .build(),
                        claims);
                jwt.sign(new MACSigner(key.toRSAPublicKey().getEncoded()));
                yield jwt;
            }
        };
    }

    private static SignedJWT signed(RSAKey with, JWTClaimsSet claims) throws JOSEException {
        var jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(with.getKeyID()).build(), claims);
        jwt.sign(new RSASSASigner(with.toPrivateKey(), Set.of(AllowWeakRSAKey.getInstance())));
        return jwt;
    }

    private void answer(HttpExchange exchange, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(isDown ? 503 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static Map<String, String> parameters(String query) {
        var parameters = new HashMap<String, String>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            parameters.put(
                    URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                    URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return parameters;
    }
}
