package dev.sluice.api;

import static dev.sluice.api.ApiServer.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import dev.sluice.http.RawClient;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who one is, and what one can give to others.
final class AccessRoutesTest extends ApiTest {
    private static final String ME = "dispatch/serviceaccount/admin";
    private static final String UNIFORM =
            "{\"code\":404,\"message\":\"not found or not allowed\",\"error\":\"not found or not allowed\"}";

    /// S36.
    @Test
    void aDelegate_readsHisPart_notMore_andIsReadByWhoGaveIt() {
        Asker app = delegate(root, ME + "/app");
        assertThat(api.get(app, "/me").body()).isEqualTo("{\"login\":\"" + ME + "/app\"}");
        api.put(root, fs("~:own"), "secret");
        String own = fs("home:<" + ME + "," + ME + ">:own");
        assertThat(api.get(root, own).body()).isEqualTo("secret");
        assertThat(api.get(app, own).body()).isEqualTo(UNIFORM);
        assertThat(api.put(app, own, "changed").body()).isEqualTo(UNIFORM);
        assertThat(mint(app, ME).status()).isEqualTo(406);
        assertThat(mint(app, ME).body()).isEmpty();

        assertThat(api.put(app, fs("~:its"), "result").status()).isEqualTo(201);
        assertThat(api.get(root, fs("home:<" + ME + "/app," + ME + "/app>:its")).body())
                .isEqualTo("result");
        Asker view = delegate(app, ME + "/app/view");
        assertThat(api.get(view, fs("home:<" + ME + "/app," + ME + "/app>:its")).body())
                .isEqualTo(UNIFORM);
    }

    @Test
    void noPolicy_speaksOfADelegate() {
        Asker same = delegate(root, ME);
        for (String target : List.of("/v1/function", "/v1/runs", "/home")) {
            assertThat(api.get(root, target).status()).isEqualTo(200);
            assertThat(api.get(same, target).status()).isEqualTo(403);
        }
        assertThat(api.post(same, "/v1/function", ApiServer.python("planted", "x"))
                        .status())
                .isEqualTo(403);
        assertThat(api.post(same, "/faasten/revoke", "").status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F", "dispatch", "bob", "dispatch/function", "dispatch/serviceaccount/other"})
    void whatOneIsNot_isNotGiven(String component) {
        Answer answer = mint(root, component);
        assertThat(answer.status()).isEqualTo(406);
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "{}",
                "{\"component\":1}",
                "{\"component\":\"a,b\"}",
                "{\"component\":\"a&\"}",
                "{\"component\":\"T\",\"component\":\"F\"}"
            })
    void aWrongRequest_isRefused(String body) {
        assertThat(api.post(root, "/faasten/delegate", body).status()).isIn(400, 422);
    }

    @Test
    void nobody_isNobody_andABadTokenIsNobodyNeither() {
        for (Asker asker : List.of(NOBODY, new Asker("garbage", ""))) {
            assertThat(api.get(asker, "/me").status()).isEqualTo(401);
            assertThat(mint(asker, "T").status()).isEqualTo(401);
            assertThat(api.post(asker, "/faasten/revoke", "").status()).isEqualTo(401);
        }
        assertThat(api.post(new Asker("garbage", ""), "/faasten/invoke/x", "1").status())
                .isEqualTo(401);
    }

    /// Which of the two would count differs from one reader to the next.
    @Test
    void twoCredentials_areABadRequest() throws Exception {
        String good = "Authorization: Bearer " + root.token();
        assertThat(RawClient.status(RawClient.request(api.port(), "GET", "/me", good)))
                .isEqualTo(200);
        for (String[] two :
                new String[][] {{good, good}, {good, "authorization: Bearer x"}, {"Authorization:", good}}) {
            assertThat(RawClient.status(RawClient.request(api.port(), "GET", "/me", two)))
                    .isEqualTo(400);
        }
        for (String empty : List.of("Authorization:", "Authorization: Bearer", "Authorization: Bearer ")) {
            assertThat(RawClient.status(RawClient.request(api.port(), "GET", "/faasten/ping", empty)))
                    .as("ping asks nobody")
                    .isEqualTo(200);
            assertThat(RawClient.status(RawClient.request(api.port(), "GET", "/me", empty)))
                    .isEqualTo(401);
        }
    }

    @Test
    void anAccount_getsATokenOfTheServers_thatIsGoodForItsPolicies_untilItRevokes() {
        Asker dev = api.developer("violet", "runs");
        Answer answer = api.post(dev, "/v1/iam/token", "");
        assertThat(answer.status()).isEqualTo(200);
        long seconds =
                answer.json().path("expiresTime").asLong(0) - Instant.now().getEpochSecond();
        assertThat(seconds).isBetween(1L, 600L);
        Asker issued = new Asker(answer.text("token"), "");
        assertThat(api.get(issued, "/me").body()).isEqualTo("{\"login\":\"violet/serviceaccount/dev\"}");
        assertThat(api.get(issued, "/v1/runs").status()).isEqualTo(200);
        assertThat(api.get(issued, "/v1/function").status()).isEqualTo(403);
        Asker part = delegate(issued, "violet/serviceaccount/dev/app");
        assertThat(api.post(part, "/v1/iam/token", "").status()).isEqualTo(403);
        assertThat(api.post(NOBODY, "/v1/iam/token", "").status()).isEqualTo(401);
        assertThat(api.post(new Asker("garbage", ""), "/v1/iam/token", "").status())
                .isEqualTo(401);
        assertThat(api.post(dev, "/faasten/revoke", "").status()).isEqualTo(204);
        assertThat(api.get(issued, "/me").status()).isEqualTo(401);
        assertThat(api.get(part, "/me").status()).isEqualTo(401);
        assertThat(api.get(dev, "/me").status()).isEqualTo(200);
    }

    @Test
    void revoking_endsWhatWasGiven() {
        Asker dev = api.developer("red", "runs");
        Asker given = delegate(dev, "red/serviceaccount/dev/app");
        Asker others = delegate(root, ME + "/app");
        assertThat(api.get(given, "/me").status()).isEqualTo(200);
        assertThat(api.post(dev, "/faasten/revoke", "").status()).isEqualTo(204);
        assertThat(api.get(given, "/me").status()).isEqualTo(401);
        assertThat(api.get(others, "/me").status()).isEqualTo(200);
        assertThat(api.get(dev, "/me").status()).isEqualTo(200);
        assertThat(api.get(delegate(dev, "red/serviceaccount/dev/app"), "/me").status())
                .isEqualTo(200);
    }

    @Test
    void pages_ofAnyOrigin_mayAsk() throws Exception {
        String preflight = RawClient.request(api.port(), "OPTIONS", "/whatever/there:is", "Origin: http://x");
        assertThat(RawClient.status(preflight)).isEqualTo(204);
        assertThat(preflight)
                .contains("Access-Control-Allow-Headers: Authorization, Content-type,X-Faasten-Label")
                .contains("Access-Control-Allow-Methods: *")
                .contains("Access-Control-Allow-Origin: *");
        for (String target : List.of("/faasten/ping", "/me", "/nope", "/v1/version")) {
            assertThat(RawClient.request(api.port(), "GET", target)).contains("Access-Control-Allow-Origin: *");
        }
        assertThat(api.send(root, "PUT", fs("~:large"), Bytes.takeOver(new byte[5 << 20]))
                        .headers())
                .containsKey("access-control-allow-origin");
    }

    @Test
    void theScheduler_isThere() {
        Answer answer = api.get(NOBODY, "/faasten/ping/scheduler");
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(api.get(NOBODY, "/faasten/ping").body()).isEqualTo("Pong.");
    }

    private Asker delegate(Asker by, String component) {
        Answer answer = mint(by, component);
        assertThat(answer.status()).isEqualTo(200);
        return new Asker(answer.body(), "");
    }

    private Answer mint(Asker by, String component) {
        return api.post(
                by,
                "/faasten/delegate",
                "{\"component\":\"" + component + "\",\"bootstrap\":false,\"clearance\":null}");
    }

    private static String fs(String path) {
        return "/faasten/fs/" + URLEncoder.encode(path, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
