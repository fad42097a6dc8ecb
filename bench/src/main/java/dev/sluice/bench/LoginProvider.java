package dev.sluice.bench;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/// A small OpenID Connect provider on loopback, which logs everybody in as one person, at once.
final class LoginProvider implements AutoCloseable {
    static final String MAIL = "jon@example.com";
    private static final String CLIENT = "sluice";

    private final HttpServer server;
    private final RSAKey key;
    private final Map<String, String> nonces = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();

    LoginProvider() throws IOException {
        try {
            key = new RSAKeyGenerator(2048).keyID("k1").generate();
        } catch (JOSEException impossible) {
            throw new IOException(impossible);
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/.well-known/openid-configuration", exchange -> answer(exchange, metadata()));
        server.createContext("/keys", exchange -> answer(exchange, new JWKSet(key).toString()));
        server.createContext("/authorize", this::authorize);
        server.createContext("/token", this::token);
        server.start();
    }

    /// How many requests it had, of browsers and of servers.
    int asked() {
        return asked.get();
    }

    /// Lets the server of a data directory send people here.
    void listIn(Path data) throws IOException {
        Files.createDirectories(data);
        Path file = data.resolve("identity-providers.json");
        Files.writeString(
                file,
                "{\"providers\":[{\"name\":\"bench\",\"organization\":\"dispatch\",\"issuer\":\"" + issuer()
                        + "\",\"clientId\":\"" + CLIENT + "\",\"clientSecret\":\"s3cret\","
                        + "\"allowLoopbackHttp\":true}]}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private String metadata() {
        return "{\"issuer\":\"" + issuer() + "\",\"authorization_endpoint\":\"" + issuer() + "/authorize\","
                + "\"token_endpoint\":\"" + issuer() + "/token\",\"jwks_uri\":\"" + issuer() + "/keys\","
                + "\"response_types_supported\":[\"code\"],\"subject_types_supported\":[\"public\"],"
                + "\"id_token_signing_alg_values_supported\":[\"RS256\"]}";
    }

    private void authorize(HttpExchange exchange) throws IOException {
        asked.incrementAndGet();
        Map<String, String> parameters = parameters(exchange.getRequestURI().getRawQuery());
        String code = UUID.randomUUID().toString();
        nonces.put(code, parameters.getOrDefault("nonce", ""));
        String back = parameters.getOrDefault("redirect_uri", "") + "?code=" + code + "&state="
                + parameters.getOrDefault("state", "");
        exchange.getResponseHeaders().set("Location", back);
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private void token(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String code = parameters(body).getOrDefault("code", "");
        String nonce = nonces.getOrDefault(code, "");
        nonces.remove(code);
        answer(exchange, "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"id_token\":\"" + idToken(nonce) + "\"}");
    }

    private String idToken(String nonce) throws IOException {
        Instant now = Instant.now();
        var claims = new JWTClaimsSet.Builder()
                .issuer(issuer())
                .audience(CLIENT)
                .subject("1")
                .claim("nonce", nonce)
                .claim("email", MAIL)
                .claim("email_verified", true)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(60)))
                .build();
        var jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").build(), claims);
        try {
            jwt.sign(new RSASSASigner(key));
        } catch (JOSEException impossible) {
            throw new IOException(impossible);
        }
        return jwt.serialize();
    }

    private void answer(HttpExchange exchange, String json) throws IOException {
        asked.incrementAndGet();
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static Map<String, String> parameters(String query) {
        return Arrays.stream(query.split("&", -1))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(
                        pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8), (a, _) -> a));
    }
}
