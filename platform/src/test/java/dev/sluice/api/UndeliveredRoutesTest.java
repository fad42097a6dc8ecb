package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.org.Organization;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Events that were given up, and events that are delivered again, over HTTP.
final class UndeliveredRoutesTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String S = "/v1/event/subscriptions/s";
    private static final String LETTERS = S + "/undelivered";

    @Test
    void whatWasGivenUp_isSeen_redriven_andDiscarded_byWhoMay() {
        Asker dev = api.developer("un1", "*");
        Asker reader = reader("un1");
        Asker other = api.developer("un2", "*");
        subscribe(dev);
        emit(dev, "1", "{\"n\":1}");
        emit(dev, "2", "{\"n\":2}");
        JsonNode letters =
                await().atMost(PATIENCE).until(() -> api.get(dev, LETTERS).json(), all -> all.size() == 2);
        JsonNode one = byId(letters, "1");
        assertThat(one.path("reason").asString()).isEqualTo("function echo not found");
        assertThat(one.path("event").path("eventType").asString()).isEqualTo("a.b");
        assertThat(one.path("data").path("n").asInt()).isEqualTo(1);
        assertThat(Instant.parse(one.path("time").asString())).isBefore(Instant.now());
        String id = one.path("id").asString();

        assertThat(api.get(reader, LETTERS).json()).isEqualTo(letters);
        assertThat(api.get(reader, LETTERS + "/" + id).json()).isEqualTo(one);
        assertThat(api.post(reader, LETTERS + "/" + id + "/redrive", "{}").status())
                .isEqualTo(403);
        assertThat(api.delete(reader, LETTERS + "/" + id).status()).isEqualTo(403);
        assertThat(api.get(other, LETTERS).status()).isEqualTo(404);
        assertThat(api.post(other, LETTERS + "/" + id + "/redrive", "{}").status())
                .isEqualTo(404);

        Answer still = api.post(dev, LETTERS + "/" + id + "/redrive", "{}");
        assertThat(still.status()).isEqualTo(409);
        assertThat(still.body()).contains("is kept: function echo not found");
        function(dev);
        assertThat(api.post(dev, LETTERS + "/" + id + "/redrive", "{}").status())
                .isEqualTo(200);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                runs(dev).path(0).path("input").path("n").asInt())
                        .isEqualTo(1));
        assertThat(runs(dev)).hasSize(1);
        assertThat(api.get(dev, LETTERS + "/" + id).status()).isEqualTo(404);
        String last = byId(letters, "2").path("id").asString();
        assertThat(api.delete(dev, LETTERS + "/" + last).status()).isEqualTo(200);
        assertThat(api.get(dev, LETTERS).body()).isEqualTo("[]");
        assertThat(api.delete(dev, LETTERS + "/" + last).status()).isEqualTo(404);
    }

    @Test
    void aReplay_makesNewRuns_ofWhatCameSince() {
        Asker dev = api.developer("un3", "*");
        function(dev);
        subscribe(dev);
        String begun = Instant.now().toString();
        emit(dev, "1", "1");
        await().atMost(PATIENCE).until(() -> runs(dev).size() == 1);
        Asker reader = reader("un3");
        String from = "{\"from\":\"" + begun + "\"}";
        assertThat(api.post(reader, S + "/replay", from).status()).isEqualTo(403);
        assertThat(api.post(api.developer("un4", "*"), S + "/replay", from).status())
                .isEqualTo(404);
        assertThat(api.post(dev, S + "/replay", from).status()).isEqualTo(204);
        await().atMost(PATIENCE).until(() -> runs(dev).size() == 2);
        String until = "{\"from\":\"" + begun + "\",\"to\":\"";
        assertThat(api.post(dev, S + "/replay", until + begun + "\"}").status()).isEqualTo(422);
        assertThat(api.post(dev, S + "/replay", until + Instant.now().plusSeconds(9) + "\"}")
                        .status())
                .isEqualTo(204);
        await().atMost(PATIENCE).until(() -> runs(dev).size() == 3);
        api.delete(dev, "/v1/function/echo");
        api.post(dev, S + "/replay", until + Instant.now().plusSeconds(9) + "\"}");
        Answer again = api.post(dev, S + "/replay", until + Instant.now().plusSeconds(9) + "\"}");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.body()).contains("has not got to the end of its last replay yet");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"from\":7}",
                "{\"from\":\"2026-01-31T10:00:00Z\",\"to\":7}",
                "{\"from\":\"2026-01-31T10:00:00Z\",\"to\":\"later\"}",
                "{\"from\":\"2026-01-31T10:00:00Z\",\"to\":\"2026-01-31T09:00:00Z\"}",
                "{\"from\":\"yesterday\"}",
                "{\"from\":\"-1000000000-01-01T00:00:00Z\"}"
            })
    void whatIsNoTime_isRefused(String body) {
        Asker dev = api.developer("un5", "*");
        assertThat(api.post(dev, S + "/replay", body).status()).isEqualTo(422);
    }

    private Asker reader(String organization) {
        return api.addAccount(
                new Organization("i", organization, organization, 0), "reader", List.of("get"), List.of("*"));
    }

    /// An event that knows more than what is emitted is shown to who may know that.
    @Test
    void whatAnEventKnows_whoMayNotKnow_isNotToldThatItWasGivenUp() throws Exception {
        Asker dev = api.developer("un6", "*");
        var tenant = new Organization("i", "un6", "un6", 0);
        Asker eventsOnly = api.addAccount(tenant, "events", List.of("*"), List.of("event"));
        api.post(dev, "/v1/secret", "{\"name\":\"hook\",\"secrets\":{\"secret\":\"key\"}}");
        api.post(dev, "/v1/event/drivertypes", "{\"name\":\"hook\",\"image\":\"sluice/webhook\",\"expose\":true}");
        Answer made = api.post(
                dev,
                "/v1/event/drivers",
                "{\"name\":\"hook\",\"type\":\"hook\",\"secrets\":[\"hook\"],\"config\":["
                        + "{\"key\":\"scheme\",\"value\":\"hmac\"},{\"key\":\"type\",\"value\":\"a.b\"},"
                        + "{\"key\":\"label\",\"value\":\"un6/runs,T\"}]}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(dev, "/v1/event/drivers/hook").text("status").equals("READY"));
        subscribe(dev);
        String path =
                URI.create(api.get(dev, "/v1/event/drivers/hook").text("url")).getPath();
        send(path, "{}");
        JsonNode letters =
                await().atMost(PATIENCE).until(() -> api.get(dev, LETTERS).json(), all -> all.size() == 1);
        String letter = LETTERS + "/" + letters.get(0).path("id").asString();
        assertThat(api.get(eventsOnly, LETTERS).body()).isEqualTo("[]");
        assertThat(api.get(eventsOnly, letter).status()).isEqualTo(404);
        assertThat(api.post(eventsOnly, letter + "/redrive", "{}").status()).isEqualTo(404);
        assertThat(api.delete(eventsOnly, letter).status()).isEqualTo(404);
        assertThat(api.get(dev, letter).status()).isEqualTo(200);
    }

    private void send(String path, String body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("key".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String signature = HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.gateway.port() + path))
                    .header("X-Signature", signature)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body));
            assertThat(client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(202);
        }
    }

    private static JsonNode byId(JsonNode letters, String event) {
        for (JsonNode letter : letters) {
            if (letter.path("event").path("eventID").asString().equals(event)) {
                return letter;
            }
        }
        throw new AssertionError("no letter of event " + event + " in " + letters);
    }

    private void subscribe(Asker asker) {
        Answer made = api.post(
                asker, "/v1/event/subscriptions", "{\"name\":\"s\",\"eventType\":\"a.b\",\"function\":\"echo\"}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
    }

    private void emit(Asker asker, String id, String data) {
        String event = "{\"eventType\":\"a.b\",\"cloudEventsVersion\":\"0.1\",\"source\":\"x\",\"eventID\":\"" + id
                + "\",\"data\":" + data + "}";
        assertThat(api.post(asker, "/v1/event", event).status()).isEqualTo(200);
    }

    private void function(Asker asker) {
        String source = "def handle(context, payload):\n    return payload\n";
        assertThat(api.post(asker, "/v1/function", ApiServer.python("echo", source))
                        .status())
                .isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() -> api.get(asker, "/v1/function/echo").text("status").equals("READY"));
    }

    private JsonNode runs(Asker asker) {
        return api.get(asker, "/v1/runs?functionName=echo").json();
    }
}
