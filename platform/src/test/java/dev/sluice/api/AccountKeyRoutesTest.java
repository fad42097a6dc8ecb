package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.org.PublicKeyText;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AccountKeyRoutesTest extends ApiTest {

    @Test
    void aKey_isExchanged_whileBothWork() throws Exception {
        Asker admin = api.developer("k1", "*");
        Asker ci = api.addAccount(api.home("k1"), "ci", "function");
        String keys = "/v1/iam/serviceaccount/ci/key";
        String old = api.get(admin, keys).json().get(0).path("id").asString();
        Answer added = api.post(admin, keys, body(pair()));
        assertThat(added.status()).isEqualTo(201);
        assertThat(added.text("kind")).isEqualTo("ServiceAccountKey");
        assertThat(api.get(admin, keys).json().size()).isEqualTo(2);
        assertThat(api.get(ci, "/v1/function").status()).isEqualTo(200);
        assertThat(api.delete(admin, keys + "/" + old).status()).isEqualTo(200);
        assertThat(api.get(ci, "/v1/function").status())
                .as("signed with the old one")
                .isEqualTo(401);
        assertThat(api.delete(admin, keys + "/" + added.text("id")).body())
                .isEqualTo("{\"code\":400,\"message\":\"bad request when processing service account ci: it is the last"
                        + " key that works: give the account another one first (sluice iam create key), or delete the"
                        + " account\"}");
        assertThat(api.delete(admin, keys + "/" + old).status()).isEqualTo(404);
    }

    /// Rotation without an outage: nothing that another key has proved ends.
    @Test
    void whatAKeyHasGiven_endsWithIt_andTheOthersGoOn() throws Exception {
        Asker admin = api.developer("k6", "*");
        Asker old = api.addAccount(api.home("k6"), "ci", "function");
        String keys = "/v1/iam/serviceaccount/ci/key";
        String oldId = api.get(admin, keys).json().get(0).path("id").asString();
        Asker givenByOld = issued(old);
        KeyPair pair = pair();
        String freshId = api.post(admin, keys, body(pair)).text("id");
        Asker fresh = signed("k6/ci", pair);
        Asker givenByFresh = issued(fresh);
        for (Asker one : List.of(old, givenByOld, fresh, givenByFresh)) {
            assertThat(api.get(one, "/v1/function").status()).isEqualTo(200);
        }
        assertThat(api.delete(admin, keys + "/" + oldId).status()).isEqualTo(200);
        for (Asker one : List.of(old, givenByOld)) {
            assertThat(api.get(one, "/v1/function").status()).isEqualTo(401);
        }
        for (Asker one : List.of(fresh, givenByFresh)) {
            assertThat(api.get(one, "/v1/function").status()).isEqualTo(200);
        }
        assertThat(api.post(admin, keys, body(pair())).status()).isEqualTo(201);
        assertThat(api.delete(admin, keys + "/" + freshId).status()).isEqualTo(200);
        for (Asker one : List.of(fresh, givenByFresh)) {
            assertThat(api.get(one, "/v1/function").status()).isEqualTo(401);
        }
    }

    @Test
    void aKey_provesNothing_onceItHasEnded_norDoesWhatItGave() throws Exception {
        Asker admin = api.developer("k7", "*");
        KeyPair pair = pair();
        String keys = "/v1/iam/serviceaccount/dev/key";
        long end = Instant.now().getEpochSecond() + 3;
        String body = body(pair).replace("}", ",\"expiresTime\":" + end + "}");
        assertThat(api.post(admin, keys, body).status()).isEqualTo(201);
        Asker fresh = signed("k7/dev", pair);
        Asker given = issued(fresh);
        assertThat(api.get(given, "/v1/function").status()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> api.get(fresh, "/v1/function").status() == 401
                        && api.get(given, "/v1/function").status() == 401);
        assertThat(Instant.now().getEpochSecond()).isGreaterThanOrEqualTo(end);
        assertThat(api.get(admin, "/v1/function").status()).isEqualTo(200);
    }

    @Test
    void aKey_hasAnEnd_inTheFuture() throws Exception {
        Asker admin = api.developer("k2", "*");
        String keys = "/v1/iam/serviceaccount/dev/key";
        long end = Instant.now().getEpochSecond() + 100;
        Answer added = api.post(admin, keys, body(pair()).replace("}", ",\"expiresTime\":" + end + "}"));
        assertThat(added.json().path("expiresTime").asLong()).isEqualTo(end);
        assertThat(api.post(admin, keys, body(pair()).replace("}", ",\"expiresTime\":1}"))
                        .status())
                .isEqualTo(422);
        assertThat(api.get(admin, keys).json().size()).isEqualTo(2);
    }

    /// A key of somebody's is all that he is.
    @Test
    void nobody_addsAKey_toWhoMayMoreThanHe() throws Exception {
        Asker admin = api.developer("k3", "*");
        Asker clerk = api.addAccount(api.home("k3"), "clerk", "iam");
        String body = body(pair());
        assertThat(api.post(clerk, "/v1/iam/serviceaccount/dev/key", body).body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.post(clerk, "/v1/iam/serviceaccount/clerk/key", body).status())
                .isEqualTo(201);
        Asker dev = api.addAccount(api.home("k3"), "eve", "function");
        assertThat(api.get(dev, "/v1/iam/serviceaccount/eve/key").body()).isEqualTo(FORBIDDEN);
        assertThat(api.post(dev, "/v1/iam/serviceaccount/eve/key", body).body()).isEqualTo(FORBIDDEN);
        assertThat(api.delete(dev, "/v1/iam/serviceaccount/eve/key/x").body()).isEqualTo(FORBIDDEN);
        Asker other = api.developer("k4", "*");
        assertThat(api.get(other, "/v1/iam/serviceaccount/clerk/key").status()).isEqualTo(404);
        assertThat(api.get(admin, "/v1/iam/serviceaccount/nobody/key").status()).isEqualTo(404);
    }

    @Test
    void whatIsNoKey_orThereTwice_isRefused() throws Exception {
        Asker admin = api.developer("k5", "*");
        String keys = "/v1/iam/serviceaccount/dev/key";
        assertThat(api.post(admin, keys, "{}").status()).isEqualTo(422);
        assertThat(api.post(admin, keys, "{\"publicKey\":\"%\"}").status()).isEqualTo(400);
        String body = body(pair());
        String id = api.post(admin, keys, body).text("id");
        assertThat(id).isNotEmpty();
        assertThat(api.post(admin, keys, body).body())
                .isEqualTo("{\"code\":409,\"message\":\"service account dev has this key already: " + id + "\"}");
    }

    private Asker issued(Asker by) {
        Answer answer = api.post(by, "/v1/iam/token", "");
        assertThat(answer.status()).isEqualTo(200);
        return new Asker(answer.text("token"), "");
    }

    private static Asker signed(String account, KeyPair pair) throws Exception {
        var claims = new JWTClaimsSet.Builder()
                .issuer(account)
                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                .build();
        var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
        jwt.sign(new RSASSASigner(pair.getPrivate()));
        return new Asker(jwt.serialize(), "");
    }

    private static KeyPair pair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static String body(KeyPair pair) {
        return "{\"publicKey\":\"" + PublicKeyText.print(pair.getPublic()) + "\"}";
    }
}
