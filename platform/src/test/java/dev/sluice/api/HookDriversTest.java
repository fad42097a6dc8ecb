package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import dev.sluice.source.Webhook;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Webhooks that are sent to the gateway become runs, if they are signed. Real guests.
final class HookDriversTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String DRIVERS = "/v1/event/drivers";
    private static final String SECRET = "It's a Secret to Everybody";
    private static final String STANDARD = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String ECHO = """
            def handle(context, payload):
                return {'payload': payload, 'event': context['event']}
            """;

    /// After GitHub's published example of a push.
    private static final String PUSH = """
            {"ref":"refs/heads/main","before":"6113728f27ae82c7b1a177c8d03f9e96e0adf246",\
            "after":"NUMBER","repository":{"id":186853002,"name":"Hello-World",\
            "full_name":"Codertocat/Hello-World","owner":{"login":"Codertocat"}},\
            "pusher":{"name":"Codertocat"},"commits":[],"head_commit":null}""";

    private final HttpClient client = HttpClient.newHttpClient();
    private Asker dev;

    @BeforeAll
    void start() {
        dev = api.developer("acme", "*");
        assertThat(api.post(dev, "/v1/secret", "{\"name\":\"hook\",\"secrets\":{\"secret\":\"" + SECRET + "\"}}")
                        .status())
                .isEqualTo(201);
        api.post(dev, "/v1/secret", "{\"name\":\"whsec\",\"secrets\":{\"key\":\"whsec_" + STANDARD + "\"}}");
        for (String type : new String[] {"github", "webhook"}) {
            api.post(
                    dev,
                    "/v1/event/drivertypes",
                    "{\"name\":\"" + type + "\",\"image\":\"sluice/" + type + ":1\",\"expose\":true}");
        }
    }

    @AfterAll
    void stop() {
        client.close();
    }

    private void function(String name, String type) {
        function(name, type, "");
    }

    private void function(String name, String type, String more) {
        assertThat(api.post(dev, "/v1/function", ApiServer.python(name, ECHO)).status())
                .isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() -> api.get(dev, "/v1/function/" + name).text("status").equals("READY"));
        assertThat(api.post(
                                dev,
                                "/v1/event/subscriptions",
                                "{\"name\":\"" + name + "\",\"eventType\":\"" + type + "\",\"function\":\"" + name
                                        + "\"" + more + "}")
                        .status())
                .isEqualTo(201);
    }

    private static String body(String name, String type, String secret, String... config) {
        var settings = new StringBuilder();
        for (int i = 0; i < config.length; i += 2) {
            settings.append(i > 0 ? "," : "")
                    .append("{\"key\":\"" + config[i] + "\",\"value\":\"" + config[i + 1] + "\"}");
        }
        return "{\"name\":\"" + name + "\",\"type\":\"" + type + "\",\"config\":[" + settings + "],\"secrets\":["
                + (secret.isEmpty() ? "" : "\"" + secret + "\"") + "]}";
    }

    /// @return where it is asked
    private String driver(String name, String type, String secret, String... config) {
        Answer made = api.post(dev, DRIVERS, body(name, type, secret, config));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() -> api.get(dev, DRIVERS + "/" + name).text("status").equals("READY"));
        return URI.create(api.get(dev, DRIVERS + "/" + name).text("url")).getPath();
    }

    private static byte[] hmac(String algorithm, byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String signed(String secret, String body) {
        return "sha256=" + HexFormat.of().formatHex(hmac("HmacSHA256", secret.getBytes(StandardCharsets.UTF_8), body));
    }

    private int send(String path, String body, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.gateway.port() + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private int deliver(String path, String event, String id, String signature, String body)
            throws IOException, InterruptedException {
        return send(path, body, "X-GitHub-Event", event, "X-GitHub-Delivery", id, "X-Hub-Signature-256", signature);
    }

    /// The newest run of a function, once so many have ended, and no more.
    private JsonNode run(String function, int count) {
        return await().atMost(PATIENCE)
                .until(
                        () -> api.get(dev, "/v1/runs?functionName=" + function).json(),
                        runs -> runs.size() == count
                                && runs.valueStream()
                                        .allMatch(run ->
                                                run.path("status").asString().equals("READY")))
                .get(0);
    }

    /// Whether or not there is a driver, so that asking too often tells nothing.
    @Test
    void oneClient_asksADriverSoOften_andThenLater() throws Exception {
        String nowhere = "/driver/acme/01234567-89ab-4cde-8f01-23456789abcd";
        assertThat(send(nowhere, "{}")).isEqualTo(404);
        try (var many = Executors.newVirtualThreadPerTaskExecutor()) {
            var tooMany = new AtomicBoolean();
            Callable<Boolean> asking = () -> {
                for (int n = 0; n < 500 && !tooMany.get(); n++) {
                    if (send(nowhere, "{}") == 429) {
                        tooMany.set(true);
                    }
                }
                return tooMany.get();
            };
            assertThat(many.invokeAll(Collections.nCopies(16, asking), 60, TimeUnit.SECONDS))
                    .noneMatch(Future::isCancelled);
            assertThat(tooMany).isTrue();
        }
        assertThat(send("/driver/acme/11234567-89ab-4cde-8f01-23456789abcd", "{}"))
                .isEqualTo(404);
    }

    @Test
    void anOrganizationsDrivers_haveItsRate() throws Exception {
        String path = driver("counted", "github", "hook", "repository", "Codertocat/Counted");
        assertThat(send(path, "{}")).isBetween(400, 401);
        String quota = "/v1/iam/organization/acme/quota";
        assertThat(api.put(root, quota, "{\"gatewayRequestsPerSecond\":1}").status())
                .isEqualTo(200);
        try {
            await().atMost(PATIENCE).until(() -> send(path, "{}") != 429 && send(path, "{}") == 429);
        } finally {
            api.put(root, quota, "{\"gatewayRequestsPerSecond\":null}");
        }
        assertThat(send(path, "{}")).isBetween(400, 401);
        assertThat(send(
                        path,
                        "x".repeat(Webhook.BODY_BYTES_MAX + 1),
                        "X-GitHub-Event",
                        "push",
                        "X-GitHub-Delivery",
                        "b",
                        "X-Hub-Signature-256",
                        signed(SECRET, "{}")))
                .isEqualTo(413);
    }

    /// The seed's example.
    @Test
    void aPush_thatIsSigned_becomesARun_once() throws Exception {
        function("pushed", "github.push");
        String path = driver("repo", "github", "hook", "repository", "Codertocat/Hello-World");
        String push = PUSH.replace("NUMBER", "1");
        assertThat(deliver(path, "ping", "d0", signed(SECRET, "{}"), "{}")).isEqualTo(200);
        assertThat(deliver(path, "push", "d1", signed(SECRET, push), push)).isEqualTo(202);
        JsonNode output = run("pushed", 1).path("output");
        assertThat(output.path("payload").path("event").asString()).isEqualTo("push");
        assertThat(output.path("payload").path("after").asString()).isEqualTo("1");
        JsonNode event = output.path("event");
        assertThat(event.path("eventType").asString()).isEqualTo("github.push");
        assertThat(event.path("eventID").asString()).isEqualTo("d1");
        assertThat(event.path("extensions").path("subject").asString()).isEqualTo("Codertocat/Hello-World");
        assertThat(deliver(path, "push", "d1", signed(SECRET, push), push)).isEqualTo(202);
        assertThat(deliver(path, "push", "d2", signed(SECRET, push), push)).isEqualTo(409);
        assertThat(deliver(path, "push", "d3", signed("guess", push), push)).isEqualTo(401);
        assertThat(deliver(path, "push", "d3", "sha256=1", push)).isEqualTo(400);
        assertThat(send(path, push, "X-GitHub-Event", "push", "X-GitHub-Delivery", "d3"))
                .isEqualTo(401);
        String other = PUSH.replace("NUMBER", "2");
        assertThat(deliver(path, "push", "d3", signed(SECRET, push), other)).isEqualTo(401);
        assertThat(deliver(path, "push", "d4", signed(SECRET, other), other)).isEqualTo(202);
        assertThat(run("pushed", 2).path("output").path("payload").path("after").asString())
                .isEqualTo("2");
        String large = " ".repeat(1 << 20) + other;
        assertThat(deliver(path, "push", "d5", signed(SECRET, large), large)).isEqualTo(413);
    }

    /// As a sender of CloudEvents asks before it sends; what is not signed counts no more for it.
    @Test
    void whoAsksWhetherHeMaySend_isAllowedTo() throws Exception {
        String path = driver("asked", "webhook", "whsec", "type", "asked.about");
        assertThat(options(path, "WebHook-Request-Origin", "events.example.org", "WebHook-Request-Rate", "120"))
                .isEqualTo("200 * * POST");
        assertThat(options(path, "X-Other", "1")).isEqualTo("405 - - POST");
        assertThat(send(path, "{}", "WebHook-Request-Origin", "events.example.org"))
                .isEqualTo(401);
    }

    private String options(String path, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.gateway.port() + path))
                .headers(headers)
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody());
        var answer = client.send(request.build(), HttpResponse.BodyHandlers.discarding());
        return answer.statusCode() + " "
                + String.join(
                        " ",
                        Stream.of("WebHook-Allowed-Origin", "WebHook-Allowed-Rate", "Allow")
                                .map(name -> answer.headers().firstValue(name).orElse("-"))
                                .toList());
    }

    @Test
    void aMessageOfStandardWebhooks_becomesARun_once_whileItIsNew() throws Exception {
        function("paid", "payment.received");
        String path = driver("payments", "webhook", "whsec", "type", "payment.received");
        long now = Instant.now().getEpochSecond();
        assertThat(sendStandard(path, "m1", now, "{\"n\":1}")).isEqualTo(202);
        assertThat(run("paid", 1).path("output").path("payload").path("n").asInt())
                .isEqualTo(1);
        assertThat(sendStandard(path, "m1", now + 1, "{\"n\":1}")).isEqualTo(202);
        assertThat(sendStandard(path, "m2", now - 400, "{\"n\":2}")).isEqualTo(401);
        assertThat(sendStandard(path, "m2", now, "{\"n\":")).isEqualTo(400);
        assertThat(sendStandard(path, "m3", now, "{\"n\":1}")).isEqualTo(202);
        run("paid", 2);
    }

    private int sendStandard(String path, String id, long seconds, String body)
            throws IOException, InterruptedException {
        byte[] hash = hmac("HmacSHA256", Base64.getDecoder().decode(STANDARD), id + "." + seconds + "." + body);
        return send(
                path,
                body,
                "webhook-id",
                id,
                "webhook-timestamp",
                Long.toString(seconds),
                "webhook-signature",
                "v1," + Base64.getEncoder().encodeToString(hash));
    }

    /// The driver says whom what is sent is for, and a subscription that it is for them: nobody else hears of it.
    @Test
    void whatIsLabeled_firesOnlyWhatMayKnowIt_andTheRunIsAsSecret() throws Exception {
        function("quiet", "alice.*");
        function("known", "alice.*", ",\"label\":\"acme/user/alice,T\"");
        String path = driver("alice", "webhook", "whsec", "type", "alice.wrote", "label", "acme/user/alice,T");
        assertThat(sendStandard(path, "m1", Instant.now().getEpochSecond(), "{\"n\":1}"))
                .isEqualTo(202);
        await().atMost(PATIENCE)
                .until(
                        () -> asOrganization("known"),
                        runs -> runs.size() == 1
                                && runs.get(0).path("status").asString().equals("READY"));
        assertThat(api.get(dev, "/v1/runs?functionName=known").json()).isEmpty();
        assertThat(asOrganization("quiet")).isEmpty();
        for (String wrong : new String[] {"alice", "alice,alice", ","}) {
            String wish = "{\"name\":\"x\",\"eventType\":\"a\",\"function\":\"known\",\"label\":\"" + wrong + "\"}";
            assertThat(api.post(dev, "/v1/event/subscriptions", wish).status()).isEqualTo(400);
        }
    }

    private JsonNode asOrganization(String function) {
        return api.send(dev, "GET", "/v1/runs?functionName=" + function, Bytes.EMPTY, "X-Sluice-As-Org", "true")
                .json();
    }

    /// A hook without a secret is none, and one whose secret went away lets nobody in.
    @Test
    void withoutASecret_nothingIsTaken() throws Exception {
        assertThat(api.post(dev, DRIVERS, body("open", "github", "", "repository", "a/b"))
                        .status())
                .isEqualTo(400);
        api.post(dev, "/v1/secret", "{\"name\":\"brief\",\"secrets\":{\"a\":\"x\"}}");
        String path = driver("brief", "webhook", "brief", "scheme", "hmac", "prefix", "sha256=");
        assertThat(send(path, "{}", "X-Signature", signed("x", "{}"))).isEqualTo(202);
        api.put(dev, "/v1/secret/brief", "{\"name\":\"brief\",\"secrets\":{\"a\":\"x\",\"b\":\"y\"}}");
        assertThat(send(path, "{}", "X-Signature", signed("x", "{}"))).isEqualTo(401);
        assertThat(api.delete(dev, "/v1/secret/brief").status()).isLessThan(300);
        for (String key : new String[] {"x", "null", "secret"}) {
            assertThat(send(path, "{}", "X-Signature", signed(key, "{}"))).isEqualTo(401);
        }
    }

    @Test
    void whoMayNotReadTheSecret_makesNoHookOfIt() {
        Asker guesser = api.addAccount(api.home("acme"), "guesser", "event");
        for (String secret : new String[] {"hook", "none"}) {
            assertThat(api.post(guesser, DRIVERS, body("x", "github", secret, "repository", "a/b"))
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void aHook_isWhereItIs_untilItIsGone() throws Exception {
        String path = driver("gone", "github", "hook", "repository", "a/b");
        assertThat(deliver(path, "ping", "d", signed(SECRET, "{}"), "{}")).isEqualTo(200);
        api.developer("blue", "*");
        assertThat(deliver(path.replace("/acme/", "/blue/"), "ping", "d", signed(SECRET, "{}"), "{}"))
                .isEqualTo(404);
        Asker namesake = api.developer("driver", "*");
        api.post(namesake, "/v1/api", "{\"name\":\"a\",\"function\":\"f\",\"enabled\":true,\"uris\":[\"/acme\"]}");
        assertThat(deliver(path, "ping", "d", signed(SECRET, "{}"), "{}")).isEqualTo(200);
        assertThat(api.delete(dev, DRIVERS + "/gone").status()).isEqualTo(200);
        assertThat(deliver(path, "ping", "d", signed(SECRET, "{}"), "{}")).isEqualTo(404);
    }

    @Test
    void settingsThatMeanNothing_areRefused_withWhatToSet() {
        Answer none = api.post(dev, DRIVERS, body("x", "github", "hook"));
        assertThat(none.status()).isEqualTo(400);
        assertThat(none.body()).contains("repository=octocat/hello-world");
        assertThat(api.post(dev, DRIVERS, body("x", "webhook", "hook", "sceme", "hmac"))
                        .body())
                .contains("its settings are");
    }
}
