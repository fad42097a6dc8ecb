package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.authn.TestProvider;
import dev.sluice.authn.TestProvider.Signature;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Endpoints that ask their callers who they are, asked over HTTP.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GatewayAccessTest {
    private static final String ECHO = """
            def handle(context, payload):
                return {"claims": context.get("claims"), "http": context.get("httpContext")}
            """;

    /// Of `open sesame`: quickly checked, and slowly.
    private static final String QUICK = "$2y$05$4sC2./HmAIwpKuN/ef66.OhxThCvywe2M3ptRCz5amsbdKsvM031.";

    private static final String SLOW = "$2y$12$MDGZY7sjBNQTzTOaf51lpe7fNap7cqYsg7vkbinR.Lh3uaha/T14.";
    private static final String KEY = "sluice_0123456789abcdefghijklmnopq";
    private static final String AUDIENCE = "https://orders.example.com";
    private static final UnaryOperator<JWTClaimsSet.Builder> NO_LIE = UnaryOperator.identity();

    private final HttpClient client = HttpClient.newHttpClient();
    private ApiServer api;
    private TestProvider provider;
    private Asker boss;

    @BeforeAll
    void serve(@TempDir Path directory) throws Exception {
        provider = new TestProvider();
        TestProvider.write(directory, provider.description("sso", "acme"), provider.description("theirs", "other"));
        api = new ApiServer(directory);
        boss = api.developer("acme", "*");
        assertThat(api.post(boss, "/v1/function", ApiServer.python("echo", ECHO))
                        .status())
                .isEqualTo(201);
        await().untilAsserted(() ->
                assertThat(api.get(boss, "/v1/function/echo").text("status")).isEqualTo("READY"));
        secret("users", "jon", QUICK);
    }

    @AfterAll
    void end() {
        client.close();
        api.close();
        provider.close();
    }

    @AfterEach
    void honest() {
        provider.signature = Signature.RIGHT;
        provider.isDown = false;
    }

    private void secret(String name, String key, String value) {
        assertThat(api.post(boss, "/v1/secret", secretBody(name, key, value)).status())
                .isEqualTo(201);
    }

    private static String secretBody(String name, String key, String value) {
        return "{\"name\":\"" + name + "\",\"secrets\":{\"" + key + "\":\"" + value + "\"}}";
    }

    private static String body(String name, String authentication, String access, String more) {
        return "{\"name\":\"" + name + "\",\"function\":\"echo\",\"enabled\":true,\"uris\":[\"/" + name
                + "\"],\"authentication\":\"" + authentication + "\",\"access\":{" + access + "}" + more + "}";
    }

    private void api(String name, String authentication, String access, String more) {
        Answer made = api.post(boss, "/v1/api", body(name, authentication, access, more));
        assertThat(made.status()).as(made.body()).isEqualTo(200);
    }

    private void basic(String name, String secret) {
        api(name, "basic", "\"secret\":\"" + secret + "\"", "");
    }

    private record Said(int status, String body, Map<String, List<String>> headers) {
        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }

        String header(String name) {
            return String.join("|", headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()));
        }
    }

    private Said ask(String path, String... headers) throws IOException, InterruptedException {
        return send("GET", path, headers);
    }

    private Said send(String method, String path, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.gateway.port() + "/acme/" + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Said(answer.statusCode(), answer.body(), answer.headers().map());
    }

    private Said logIn(String path, String user, String password) throws IOException, InterruptedException {
        return ask(path, "Authorization", "Basic " + base64(user + ":" + password));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private long runs() {
        return api.get(boss, "/v1/runs?functionName=echo").json().size();
    }

    @Test
    void whoKnowsAPassword_enters_andTheFunctionIsToldWhoHeIs_andNotHow() throws Exception {
        basic("basic", "users");
        Said said = ask("basic", "Authorization", "basic " + base64("jon:open sesame"), "Claims", "{\"sub\":\"root\"}");
        assertThat(said.status()).as(said.body()).isEqualTo(200);
        assertThat(said.json().path("claims").toString()).isEqualTo("{\"authentication\":\"basic\",\"sub\":\"jon\"}");
        assertThat(said.body().toLowerCase(Locale.ROOT)).doesNotContain("authorization", "sesame", base64("jon:"));
        api("open", "public", "", "");
        assertThat(ask("open", "Claims", "{\"sub\":\"root\"}")
                        .json()
                        .path("claims")
                        .isNull())
                .as("what a caller says of himself")
                .isTrue();
        assertThat(logIn("basic", "jon", "open sesame").status())
                .as("remembered")
                .isEqualTo(200);
    }

    @Test
    void whoDoesNot_hasNothingRun_andAllAreToldTheSame() throws Exception {
        basic("closed", "users");
        long before = runs();
        Said none = ask("closed");
        assertThat(none.status()).isEqualTo(401);
        assertThat(none.header("WWW-Authenticate")).isEqualTo("Basic realm=\"/acme/closed\", charset=\"UTF-8\"");
        for (String header : List.of(
                "Basic " + base64("jon:wrong"),
                "Basic " + base64("eve:open sesame"),
                "Basic " + base64("jon"),
                "Basic " + base64("jon:"),
                "Basic ***",
                "Basic",
                "Basic /w==",
                "Bearer " + base64("jon:open sesame"),
                "Basic " + base64("jon:" + "x".repeat(600)))) {
            Said said = ask("closed/below", "Authorization", header);
            assertThat(said.status()).as(header).isEqualTo(401);
            assertThat(said.body()).isEqualTo(none.body());
            assertThat(said.header("WWW-Authenticate")).isEqualTo(none.header("WWW-Authenticate"));
        }
        assertThat(ask("closed", "Authorization", "Basic " + base64("jon:open sesame"), "Authorization", "Basic x")
                        .status())
                .as("which of the two?")
                .isEqualTo(400);
        assertThat(send("POST", "closed", "x-dispatch-blocking", "false").status())
                .isEqualTo(401);
        assertThat(runs()).isEqualTo(before);
    }

    @Test
    void whoIsNotListed_waitsAsLongAsWhoIs() throws Exception {
        secret("slow", "jon", SLOW);
        basic("slow", "slow");
        long listed = Long.MAX_VALUE;
        long unlisted = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long begun = System.nanoTime();
            assertThat(logIn("slow", "jon", "wrong" + i).status()).isEqualTo(401);
            long then = System.nanoTime();
            assertThat(logIn("slow", "nobody", "wrong" + i).status()).isEqualTo(401);
            listed = Math.min(listed, then - begun);
            unlisted = Math.min(unlisted, System.nanoTime() - then);
        }
        assertThat(listed).isGreaterThan(Duration.ofMillis(50).toNanos());
        assertThat(unlisted).isBetween(listed / 2, listed * 2);
    }

    @Test
    void whoGuesses_isStopped_andNobodyElse() throws Exception {
        secret("guessed", "jon", QUICK);
        basic("guessed", "guessed");
        assertThat(logIn("guessed", "jon", "open sesame").status()).isEqualTo(200);
        for (int i = 0; i < 10; i++) {
            assertThat(logIn("guessed", "jon", "guess" + i).status()).isEqualTo(401);
        }
        Said stopped = logIn("guessed", "jon", "guess");
        assertThat(stopped.status()).isEqualTo(429);
        assertThat(stopped.header("Retry-After")).isEqualTo("900");
        assertThat(logIn("guessed", "jon", "open sesame").status())
                .as("who was let in before")
                .isEqualTo(200);
        assertThat(logIn("guessed", "eve", "guess").status()).as("another user").isEqualTo(401);
        basic("guessed2", "guessed");
        assertThat(logIn("guessed2", "jon", "open sesame").status())
                .as("another endpoint")
                .isEqualTo(200);
    }

    @Test
    void aSecretThatChanges_orIsGone_counts_atOnce() throws Exception {
        secret("changing", "jon", QUICK);
        basic("changing", "changing");
        assertThat(logIn("changing", "jon", "open sesame").status()).isEqualTo(200);
        String next = secretBody("changing", "eve", QUICK);
        assertThat(api.put(boss, "/v1/secret/changing", next).status()).isEqualTo(201);
        assertThat(logIn("changing", "jon", "open sesame").status()).isEqualTo(401);
        assertThat(logIn("changing", "eve", "open sesame").status()).isEqualTo(200);
        assertThat(api.delete(boss, "/v1/secret/changing").status()).isEqualTo(204);
        assertThat(logIn("changing", "eve", "open sesame").status()).isEqualTo(401);
        api.recover();
        assertThat(logIn("changing", "eve", "open sesame").status()).isEqualTo(401);
        secret("changing", "eve", "plain text");
        assertThat(logIn("changing", "eve", "plain text").status())
                .as("a password is never kept as it is")
                .isEqualTo(401);
    }

    @Test
    void whoHasAKey_enters_andItReachesNoFunction() throws Exception {
        secret("keys", "shop", "sha256:" + Digest.of(Bytes.utf8(KEY)).hex());
        api("keyed", "apikey", "\"secret\":\"keys\"", "");
        for (String[] header :
                List.of(new String[] {"X-API-Key", KEY}, new String[] {"Authorization", "ApiKey " + KEY})) {
            Said said = ask("keyed", header);
            assertThat(said.status()).as(said.body()).isEqualTo(200);
            assertThat(said.json().path("claims").toString())
                    .isEqualTo("{\"authentication\":\"apikey\",\"sub\":\"shop\"}");
            assertThat(said.body()).doesNotContain(KEY);
        }
        Said none = ask("keyed");
        assertThat(none.status()).isEqualTo(401);
        assertThat(none.header("WWW-Authenticate")).isEqualTo("ApiKey realm=\"/acme/keyed\"");
        assertThat(ask("keyed", "X-API-Key", KEY + "x").body()).isEqualTo(none.body());
        assertThat(ask("keyed", "X-API-Key", KEY, "Authorization", "ApiKey " + KEY)
                        .status())
                .isEqualTo(401);
        assertThat(ask("keyed", "Authorization", "Bearer " + KEY).status()).isEqualTo(401);
        for (int i = 0; i < 9; i++) {
            assertThat(ask("keyed", "X-API-Key", KEY + i).status()).isEqualTo(401);
        }
        assertThat(ask("keyed", "X-API-Key", KEY + "y").status()).isEqualTo(429);
        assertThat(ask("keyed", "X-API-Key", KEY).status()).as("known before").isEqualTo(200);
        assertThat(api.delete(boss, "/v1/secret/keys").status()).isEqualTo(204);
        assertThat(ask("keyed", "X-API-Key", KEY).status()).isEqualTo(401);
    }

    private static final byte[] SHARED = "a shared key of thirty-two bytes!".getBytes(StandardCharsets.UTF_8);

    /// A request that says it was signed at that moment, with that key, and the digest of a body.
    ///
    /// @param skipped what the signature does not cover
    private HttpRequest signedRequest(
            String method, String path, String body, String digested, long created, byte[] key, String skipped)
            throws Exception {
        String host = "127.0.0.1:" + api.gateway.port();
        byte[] sha = Digest.sha256().digest(digested.getBytes(StandardCharsets.UTF_8));
        String digest = "sha-256=:" + Base64.getEncoder().encodeToString(sha) + ":";
        int mark = path.indexOf('?');
        var values = new LinkedHashMap<String, String>();
        values.put("@method", method);
        values.put("@authority", host);
        values.put("@path", "/acme/" + (mark < 0 ? path : path.substring(0, mark)));
        values.put("@query", mark < 0 ? "?" : path.substring(mark));
        values.put("content-digest", digest);
        values.remove(skipped);
        String parameters = values.keySet().stream().collect(Collectors.joining("\" \"", "(\"", "\")")) + ";created="
                + created + ";keyid=\"shop\";alg=\"hmac-sha256\"";
        String base = values.entrySet().stream()
                        .map(one -> "\"" + one.getKey() + "\": " + one.getValue() + "\n")
                        .collect(Collectors.joining())
                + "\"@signature-params\": " + parameters;
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        String signature = Base64.getEncoder().encodeToString(mac.doFinal(base.getBytes(StandardCharsets.UTF_8)));
        return HttpRequest.newBuilder(URI.create("http://" + host + "/acme/" + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .header("Content-Digest", digest)
                .header("Signature-Input", "sig1=" + parameters)
                .header("Signature", "sig1=:" + signature + ":")
                .build();
    }

    private Said send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        return new Said(answer.statusCode(), answer.body(), answer.headers().map());
    }

    /// A body that goes to disk is held to the digest that was signed before anything runs.
    @Test
    void aSignedBody_thatIsTheFunctionsInput_isTheOneThatWasSigned() throws Exception {
        secret("shared2", "shop", Base64.getEncoder().encodeToString(SHARED));
        api("signed-input", "hmac", "\"secret\":\"shared2\"", ",\"bodies\":\"input\"");
        long now = Instant.now().getEpochSecond();
        long before = runs();
        Said other = send(signedRequest("POST", "signed-input?a=1", "[]", "{}", now, SHARED, ""));
        assertThat(other.status()).as(other.body()).isEqualTo(400);
        assertThat(runs()).isEqualTo(before);
        Said said = send(signedRequest("POST", "signed-input?a=2", "{}", "{}", now, SHARED, ""));
        assertThat(said.status()).as(said.body()).isEqualTo(200);
    }

    @Test
    void aSignedRequest_counts_once_now_andAsItIs() throws Exception {
        secret("shared", "shop", Base64.getEncoder().encodeToString(SHARED));
        api("signed", "hmac", "\"secret\":\"shared\"", "");
        long now = Instant.now().getEpochSecond();
        HttpRequest request = signedRequest("POST", "signed?a=1", "{}", "{}", now, SHARED, "");
        Said said = send(request);
        assertThat(said.status()).as(said.body()).isEqualTo(200);
        assertThat(said.json().path("claims").toString()).isEqualTo("{\"authentication\":\"hmac\",\"sub\":\"shop\"}");
        assertThat(said.json().path("http").has("signature")).isFalse();
        Said again = send(request);
        assertThat(again.status()).as("the same once more").isEqualTo(401);
        assertThat(again.header("WWW-Authenticate")).isEqualTo("Signature realm=\"/acme/signed\"");
        assertThat(send(signedRequest("GET", "signed?a=1", "", "", now, SHARED, "content-digest"))
                        .status())
                .as("without a body")
                .isEqualTo(200);
        long before = runs();
        List<HttpRequest> wrong = List.of(
                signedRequest("POST", "signed?b=1", "{}", "{}", now - 400, SHARED, ""),
                signedRequest("POST", "signed?b=2", "{}", "{}", now + 120, SHARED, ""),
                signedRequest("POST", "signed?b=3", "{}", "{}", now, new byte[32], ""),
                signedRequest("POST", "signed?b=4", "{}", "{}", now, SHARED, "@query"),
                signedRequest("POST", "signed?b=5", "{}", "{}", now, SHARED, "@path"),
                signedRequest("POST", "signed?b=6", "{}", "{}", now, SHARED, "@method"),
                signedRequest("POST", "signed?b=7", "{}", "{}", now, SHARED, "@authority"),
                signedRequest("POST", "signed?b=8", "{}", "{}", now, SHARED, "content-digest"));
        for (HttpRequest one : wrong) {
            assertThat(send(one).body()).as(one.uri().getQuery()).isEqualTo(again.body());
        }
        HttpRequest other = signedRequest("POST", "signed?c=1", "{}", "{}", now, SHARED, "");
        assertThat(send(HttpRequest.newBuilder(other, (_, _) -> true)
                                .uri(URI.create(other.uri().toString().replace("c=1", "c=2")))
                                .build())
                        .status())
                .as("another query")
                .isEqualTo(401);
        assertThat(send(signedRequest("POST", "signed?d=1", "[]", "{}", now, SHARED, ""))
                        .status())
                .as("another body")
                .isEqualTo(400);
        assertThat(ask("signed").status()).isEqualTo(401);
        assertThat(runs()).isEqualTo(before);
    }

    @Test
    void aTokenOfTheOrganizationsProvider_letsIn_withItsScopes() throws Exception {
        api(
                "tokens",
                "oauth2",
                "\"provider\":\"sso\",\"audience\":\"" + AUDIENCE
                        + "\",\"scopes\":[\"read\",\"write\"],\"claims\":[\"email\",\"authentication\"]",
                "");
        String token = provider.accessToken(AUDIENCE, "write read more", NO_LIE);
        Said said = ask("tokens", "Authorization", "Bearer " + token);
        assertThat(said.status()).as(said.body()).isEqualTo(200);
        JsonNode claims = said.json().path("claims");
        assertThat(claims.path("authentication").asString()).isEqualTo("oauth2");
        assertThat(claims.path("sub").asString()).isEqualTo("jon");
        assertThat(claims.path("iss").asString()).isEqualTo(provider.issuer());
        assertThat(claims.path("email").asString()).isEqualTo("jon@example.com");
        assertThat(claims.path("scope").asString()).isEqualTo("write read more");
        assertThat(said.body()).doesNotContain(token);

        Said none = ask("tokens");
        assertThat(none.status()).isEqualTo(401);
        assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"/acme/tokens\"");
        Said few = ask("tokens", "Authorization", "Bearer " + provider.accessToken(AUDIENCE, "read", NO_LIE));
        assertThat(few.status()).isEqualTo(403);
        assertThat(few.header("WWW-Authenticate"))
                .isEqualTo("Bearer realm=\"/acme/tokens\", error=\"insufficient_scope\", scope=\"read write\"");
        assertThat(ask("tokens?access_token=" + token).status()).isEqualTo(401);
    }

    @Test
    void aTokenThatIsNotSo_letsNobodyIn() throws Exception {
        api("forged", "oauth2", "\"provider\":\"sso\",\"audience\":\"" + AUDIENCE + "\"", "");
        Date past = Date.from(Instant.now().minusSeconds(120));
        Date future = Date.from(Instant.now().plusSeconds(120));
        List<UnaryOperator<JWTClaimsSet.Builder>> lies = List.of(
                claims -> claims.audience("https://other.example.com"),
                claims -> claims.issuer("https://other.example.com"),
                claims -> claims.expirationTime(past),
                claims -> claims.expirationTime(null),
                claims -> claims.notBeforeTime(future),
                claims -> claims.subject(null),
                claims -> claims.claim("nonce", "of an ID token"),
                claims -> claims.claim("typ", "Refresh"));
        for (int i = 0; i < lies.size(); i++) {
            String token = provider.accessToken(AUDIENCE, "", lies.get(i));
            Said said = ask("forged", "Authorization", "Bearer " + token);
            assertThat(said.status()).as("lie " + i).isEqualTo(401);
            assertThat(said.header("WWW-Authenticate"))
                    .isEqualTo("Bearer realm=\"/acme/forged\", error=\"invalid_token\"");
        }
        for (Signature signature : Signature.values()) {
            provider.signature = signature;
            String token = provider.accessToken(AUDIENCE, "", NO_LIE);
            assertThat(ask("forged", "Authorization", "Bearer " + token).status())
                    .as(signature.name())
                    .isEqualTo(signature == Signature.RIGHT ? 200 : 401);
        }
        for (String garbage : List.of("x", "a.b.c", "..", boss.token())) {
            assertThat(ask("forged", "Authorization", "Bearer " + garbage).status())
                    .isEqualTo(401);
        }
    }

    @Test
    void aTokenForOneEndpoint_isNoneForAnother_thoughItIsRemembered() throws Exception {
        api("one", "oauth2", "\"provider\":\"sso\",\"audience\":\"" + AUDIENCE + "\"", "");
        api("two", "oauth2", "\"provider\":\"sso\",\"audience\":\"https://two.example.com\"", "");
        String token = provider.accessToken(AUDIENCE, "", NO_LIE);
        for (int i = 0; i < 2; i++) {
            assertThat(ask("one", "Authorization", "Bearer " + token).status()).isEqualTo(200);
            assertThat(ask("two", "Authorization", "Bearer " + token).status()).isEqualTo(401);
        }
    }

    /// Flow 5 of the design of labels: nobody goes around an endpoint, by the gate that it leads through.
    @Test
    void theGate_isForThoseOnlyWhomTheEndpointLetsIn() throws Exception {
        api("around", "public", "", "");
        assertThat(ask("around").status()).isEqualTo(200);
        assertThat(call("T", "around").status()).as("everybody's gate").isEqualTo(200);
        String guarded = body("around", "basic", "\"secret\":\"users\"", "");
        assertThat(api.put(boss, "/v1/api/around", guarded).status()).isEqualTo(200);
        Answer missing = call("T", "no-such-api");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(call("T", "around").body()).isEqualTo(missing.body());
        assertThat(call("acme/api/around", "around").body()).isEqualTo(missing.body());
        assertThat(ask("around").status()).isEqualTo(401);
        assertThat(logIn("around", "jon", "open sesame").status()).isEqualTo(200);
        api.recover();
        assertThat(logIn("around", "jon", "open sesame").status()).isEqualTo(200);
        assertThat(api.put(boss, "/v1/api/around", body("around", "public", "", ""))
                        .status())
                .isEqualTo(200);
        assertThat(ask("around").status()).isEqualTo(200);
        assertThat(api.delete(boss, "/v1/api/around").status()).isEqualTo(200);
        assertThat(call("T", "around").body()).isEqualTo(missing.body());
    }

    private Answer call(String secrecy, String name) {
        String path = "home:<" + secrecy + ",acme/api>:" + name;
        return api.post(
                ApiServer.NOBODY,
                "/faasten/invoke/"
                        + URLEncoder.encode(path, StandardCharsets.UTF_8).replace("+", "%20"),
                "{}");
    }

    @Test
    void aRunOfSomebodyKnown_isForThoseWhoMaySeeTheApi_alsoIfNobodyWaits() throws Exception {
        basic("labeled", "users");
        Asker clerk = api.addAccount(api.home("acme"), "runner", List.of("*"), List.of("runs"));
        long seen = api.get(clerk, "/v1/runs?functionName=echo").json().size();
        long before = runs();
        assertThat(logIn("labeled", "jon", "open sesame").status()).isEqualTo(200);
        Said later = send(
                "POST",
                "labeled",
                "Authorization",
                "Basic " + base64("jon:open sesame"),
                "x-dispatch-blocking",
                "false");
        assertThat(later.status()).isEqualTo(202);
        await().untilAsserted(() -> {
            JsonNode all = api.get(boss, "/v1/runs?functionName=echo").json();
            assertThat(all.size()).isEqualTo((int) before + 2);
            all.forEach(run -> assertThat(run.path("status").asString()).isEqualTo("READY"));
        });
        assertThat(api.get(clerk, "/v1/runs?functionName=echo").json().size()).isEqualTo((int) seen);
    }

    @Test
    void beforeAnybodyIsAsked_comesTls_andAPreflightAsksNobody() throws Exception {
        api("order", "basic", "\"secret\":\"users\"", ",\"protocols\":[\"https\"],\"cors\":true");
        assertThat(logIn("order", "jon", "open sesame").status()).isEqualTo(426);
        api("cors", "basic", "\"secret\":\"users\"", ",\"cors\":true");
        assertThat(send("OPTIONS", "cors", "Access-Control-Request-Method", "GET")
                        .status())
                .isEqualTo(204);
        Said refused = ask("cors");
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("Access-Control-Allow-Origin")).isEqualTo("*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "basic  | ^^                                         | 400 | needs access.secret",
                "apikey | ^^                                         | 400 | needs access.secret",
                "basic  | \"secret\":\"no-such\"                     | 400 | create it first",
                "basic  | \"secret\":\"plain\"                       | 400 | of the 1 entries of the secret plain, 1 are no pass",
                "apikey | \"secret\":\"users\"                       | 400 | `sluice hash key` makes",
                "basic  | \"secret\":\"users\",\"scopes\":[\"x\"]    | 400 | are for authentication oauth2",
                "oauth2 | \"provider\":\"sso\"                       | 400 | access.audience",
                "oauth2 | \"audience\":\"x\"                         | 400 | access.provider",
                "oauth2 | \"provider\":\"theirs\",\"audience\":\"x\" | 400 | no OpenID Connect provider",
                "oauth2 | \"provider\":\"no\",\"audience\":\"x\"     | 400 | no OpenID Connect provider",
                "public | \"secret\":\"users\"                       | 400 | say authentication, too",
                "basic  | \"secret\":\"users\",\"password\":\"x\"    | 422 | no fields but",
                "hmac   | \"secret\":\"users\"                       | 400 | `openssl rand -base64 32` makes",
                "digest | ^^                                         | 422 | one of [public basic oauth2 apikey hmac mtls]",
            })
    void whatNobodyCouldEnter_orIsNotEnforced_isRefused(
            String authentication, String access, int status, String message) {
        if (access.contains("plain")) {
            secret("plain", "jon", "open sesame");
        }
        Answer refused = api.post(boss, "/v1/api", body("unfit", authentication, access, ""));
        assertThat(refused.status()).as(refused.body()).isEqualTo(status);
        assertThat(refused.text("message")).contains(message).doesNotContain("open sesame");
        assertThat(api.get(boss, "/v1/api/unfit").status()).isEqualTo(404);
    }

    @Test
    void whoMayNotReadASecret_letsNobodyInByIt() {
        Asker clerk = api.addAccount(api.home("acme"), "doorman", List.of("*"), List.of("api", "runs", "function"));
        Answer refused = api.post(clerk, "/v1/api", body("clerks", "basic", "\"secret\":\"users\"", ""));
        Answer none = api.post(clerk, "/v1/api", body("clerks", "basic", "\"secret\":\"no-such\"", ""));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(none.body()).as("whether or not it is there").isEqualTo(refused.body());
        assertThat(api.get(boss, "/v1/api/clerks").status()).isEqualTo(404);
    }

    @Test
    void whatAnApiSays_isShown_andSentBack() {
        basic("shown", "users");
        JsonNode shown = api.get(boss, "/v1/api/shown").json();
        assertThat(shown.path("access").toString()).isEqualTo("{\"secret\":\"users\"}");
        assertThat(api.put(boss, "/v1/api/shown", shown.toString()).status()).isEqualTo(200);
        assertThat(api.get(boss, "/v1/api/shown").json().path("authentication").asString())
                .isEqualTo("basic");
    }
}
