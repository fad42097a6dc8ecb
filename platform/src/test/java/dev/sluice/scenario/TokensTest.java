package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.sluice.scenario.World.Answer;
import dev.sluice.scenario.World.Who;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tokens, and what may be handed on with them.
final class TokensTest {
    @TempDir
    static Path directory;

    private static World world;
    private static Who alice;

    @BeforeAll
    static void start() throws Exception {
        world = new World(directory);
        alice = world.alice;
        world.file(alice, alice.home() + ":photo", "a photo");
        world.script(alice, alice.open() + ":plain", Map.of());
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    private static Answer delegate(Who who, String component) {
        return world.send(
                who, "POST", "/faasten/delegate", "{\"component\":\"" + component + "\",\"bootstrap\":false}");
    }

    @Test
    void s36_aDelegate_isLessThanWhoMadeIt() {
        String app = alice.principal() + "/app";
        Answer token = delegate(alice, app);
        assertThat(token.status()).isEqualTo(200);
        var delegate = new Who("alice", app, token.body());
        assertThat(world.send(delegate, "GET", "/me", "").text("login")).isEqualTo(app);
        assertThat(world.read(delegate, alice.home() + ":photo").status()).isEqualTo(404);
        assertThat(world.invoke(delegate, alice.open() + ":plain", new Script().readFile(alice.home() + ":photo"))
                        .status())
                .isEqualTo(404);
        assertThat(delegate(delegate, alice.principal()).status()).isEqualTo(406);
        assertThat(delegate(delegate, "T").status()).isEqualTo(200);
        assertThat(delegate(alice, world.bob.principal()).status()).isEqualTo(406);
        assertThat(delegate(alice, "F").status()).isEqualTo(406);
        world.file(delegate, delegate.home() + ":own", "the app's");
        assertThat(world.read(alice, delegate.home() + ":own").body()).isEqualTo("the app's");
        assertThat(world.read(world.bob, delegate.home() + ":own").status()).isEqualTo(404);
        assertThat(world.send(delegate, "GET", "/v1/runs", "").status()).isIn(401, 403);
    }

    @Test
    void s37_aTokenThatProvesNothing_isRefused_andNeverNobody() throws Exception {
        var rsa = world.server().key();
        KeyPairGenerator other = KeyPairGenerator.getInstance("RSA");
        other.initialize(2048);
        var good = claims(600).build();
        var bad = Map.of(
                "expired", signed(claims(-120).build(), new RSASSASigner(rsa.getPrivate())),
                "without an end",
                        signed(
                                new JWTClaimsSet.Builder().issuer("alice/me").build(),
                                new RSASSASigner(rsa.getPrivate())),
                "for another audience",
                        signed(claims(600).audience("elsewhere").build(), new RSASSASigner(rsa.getPrivate())),
                "by another key",
                        signed(good, new RSASSASigner(other.generateKeyPair().getPrivate())),
                "by nobody", new PlainJWT(good).serialize(),
                "by the public key", hmac(good, rsa.getPublic().getEncoded()),
                "garbage", "garbage",
                "cut", alice.token().substring(0, alice.token().length() - 4),
                "delegated and changed",
                        altered(delegate(alice, alice.principal() + "/x").body()),
                "of an unknown account",
                        signed(claims(600).issuer("alice/nobody").build(), new RSASSASigner(rsa.getPrivate())));
        bad.forEach((what, token) -> {
            Who who = alice.as(token);
            assertThat(world.send(who, "GET", "/me", "").status()).as(what).isEqualTo(401);
            assertThat(world.invoke(who, alice.open() + ":plain", new Script()).status())
                    .as(what)
                    .isEqualTo(401);
            assertThat(world.read(who, alice.open()).status()).as(what).isEqualTo(401);
        });
        assertThat(world.invoke(World.ANON, alice.open() + ":plain", new Script())
                        .status())
                .isEqualTo(200);
    }

    private static JWTClaimsSet.Builder claims(int seconds) {
        return new JWTClaimsSet.Builder()
                .issuer("alice/me")
                .expirationTime(Date.from(Instant.now().plusSeconds(seconds)));
    }

    private static String signed(JWTClaimsSet claims, RSASSASigner signer) throws Exception {
        var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
        jwt.sign(signer);
        return jwt.serialize();
    }

    private static String hmac(JWTClaimsSet claims, byte[] publicKey) throws Exception {
        var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
        jwt.sign(new MACSigner(publicKey));
        return jwt.serialize();
    }

    /// The same token with another character in the middle of its signature.
    private static String altered(String token) {
        int at = token.length() - 20;
        char other = token.charAt(at) == 'A' ? 'B' : 'A';
        return token.substring(0, at) + other + token.substring(at + 1);
    }
}
