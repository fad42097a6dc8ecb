package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Events that are emitted over HTTP become runs of what has subscribed to them. Real guests.
final class EventDeliveryTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SUBSCRIPTIONS = "/v1/event/subscriptions";
    private static final String ECHO = """
            def handle(context, payload):
                return {'payload': payload, 'event': context['event'], 'secrets': context['secrets']}
            """;

    @Test
    void anEvent_becomesARun_ofEachThatHasSubscribed_withTheEventInItsContext() {
        Asker dev = api.developer("ev1", "*");
        function(dev, "echo", ECHO);
        subscribe(dev, "one", "a.b", "echo", "");
        subscribe(dev, "other", "a.c", "echo", "");
        assertThat(emit(dev, "a.b", "1", ",\"eventTypeVersion\":\"2\",\"data\":{\"n\":7}"))
                .isEqualTo(200);
        JsonNode run = run(dev, "echo", 1);
        assertThat(run.path("output").path("payload").path("n").asInt()).isEqualTo(7);
        assertThat(run.path("input").path("n").asInt()).isEqualTo(7);
        assertThat(run.path("blocking").asBoolean()).isFalse();
        assertThat(run.path("output").path("event").toString())
                .isEqualTo("{\"eventType\":\"a.b\",\"eventTypeVersion\":\"2\",\"cloudEventsVersion\":\"0.1\","
                        + "\"source\":\"dispatch\",\"eventID\":\"1\",\"eventTime\":\"\",\"schemaURL\":\"\","
                        + "\"contentType\":\"\",\"extensions\":null,\"data\":null}");
    }

    /// Emitting again, as who got no answer does, runs nothing twice.
    @Test
    void anEvent_thatIsEmittedAgain_runsOnce() {
        Asker dev = api.developer("ev2", "*");
        function(dev, "echo", ECHO);
        subscribe(dev, "one", "a.b", "echo", "");
        for (String id : List.of("1", "1", "2", "1")) {
            assertThat(emit(dev, "a.b", id, "")).isEqualTo(200);
        }
        run(dev, "echo", 2);
        assertThat(emit(dev, "a.b", "3", "")).isEqualTo(200);
        run(dev, "echo", 3);
    }

    @Test
    void aSubscription_waitsForItsFunction_followsItsChanges_andOutlivesIt() {
        Asker dev = api.developer("ev3", "*");
        subscribe(dev, "early", "a.b", "late", "");
        emit(dev, "a.b", "1", "");
        function(dev, "late", "def handle(context, payload):\n    return 'one'\n");
        assertThat(run(dev, "late", 1).path("output").asString()).isEqualTo("one");
        Answer changed =
                api.put(dev, "/v1/function/late", body("late", "def handle(context, payload):\n    return 'two'\n"));
        assertThat(changed.status()).as(changed.body()).isEqualTo(200);
        ready(dev, "late");
        emit(dev, "a.b", "2", "");
        assertThat(run(dev, "late", 2).path("output").asString()).isEqualTo("two");
        assertThat(api.delete(dev, "/v1/function/late").status()).isEqualTo(200);
        function(dev, "late", "def handle(context, payload):\n    return 'three'\n");
        emit(dev, "a.b", "3", "");
        assertThat(run(dev, "late", 1).path("output").asString()).isEqualTo("three");
    }

    @Test
    void aSubscription_thatIsChangedOrDeleted_getsNothingOfItsOldType() {
        Asker dev = api.developer("ev4", "*");
        function(dev, "f", ECHO);
        function(dev, "g", ECHO);
        subscribe(dev, "s", "a.b", "f", "");
        emit(dev, "a.b", "1", "");
        run(dev, "f", 1);
        api.put(dev, SUBSCRIPTIONS + "/s", "{\"name\":\"s\",\"eventType\":\"a.c\",\"function\":\"g\"}");
        emit(dev, "a.b", "2", "");
        emit(dev, "a.c", "3", "");
        assertThat(run(dev, "g", 1).path("output").path("event").path("eventID").asString())
                .isEqualTo("3");
        assertThat(api.delete(dev, SUBSCRIPTIONS + "/s").status()).isEqualTo(200);
        emit(dev, "a.c", "4", "");
        subscribe(dev, "s", "a.d", "f", "");
        emit(dev, "a.d", "5", "");
        run(dev, "f", 2);
        run(dev, "g", 1);
    }

    /// Who made the subscription could read the secret; its run is as secret as that.
    @Test
    void secretsOfASubscription_areThereForTheRun_andKeepItsAnswer() {
        Asker dev = api.developer("ev5", "*");
        assertThat(api.post(dev, "/v1/secret", "{\"name\":\"s1\",\"secrets\":{\"key\":\"value\"}}")
                        .status())
                .isEqualTo(201);
        function(dev, "echo", ECHO);
        subscribe(dev, "s", "a.b", "echo", ",\"secrets\":[\"s1\"]");
        emit(dev, "a.b", "1", "");
        assertThat(run(dev, "echo", 1)
                        .path("output")
                        .path("secrets")
                        .path("key")
                        .asString())
                .isEqualTo("value");
        Asker runner = api.addAccount(api.home("ev5"), "runner", "runs");
        JsonNode seen = api.get(runner, "/v1/runs").json().get(0);
        assertThat(seen.toString()).doesNotContain("value");
        Asker guesser = api.addAccount(api.home("ev5"), "guesser", "event", "runs");
        assertThat(api.post(
                                guesser,
                                SUBSCRIPTIONS,
                                "{\"name\":\"x\",\"eventType\":\"a\",\"function\":\"echo\",\"secrets\":[\"s1\"]}")
                        .status())
                .isEqualTo(403);
    }

    /// A trigger is a gate, and opens to who emits only.
    @Test
    void aTrigger_isNoWayToRunAFunction() {
        Asker dev = api.developer("ev6", "*");
        function(dev, "echo", ECHO);
        subscribe(dev, "s", "a.b", "echo", "");
        emit(dev, "a.b", "1", "");
        run(dev, "echo", 1);
        Asker reader = api.addAccount(api.home("ev6"), "reader", List.of("get"), List.of("*"));
        String trigger = "home:<ev6/event,ev6/event>:s."
                + api.get(dev, "/v1/function/echo").text("id") + ".trigger";
        String wish = "{\"path\":\"" + trigger + "\",\"payload\":\"1\",\"label\":\"T,T\"}";
        for (Asker asker : List.of(dev, reader)) {
            assertThat(api.post(asker, "/invoke", wish).body()).contains("not found or not allowed");
        }
        run(dev, "echo", 1);
    }

    @Test
    void eventsOfOneOrganization_areNoOtherOnes() {
        Asker dev = api.developer("ev7", "*");
        Asker other = api.developer("ev8", "*");
        function(dev, "echo", ECHO);
        function(other, "echo", ECHO);
        subscribe(dev, "s", "a.b", "echo", "");
        subscribe(other, "s", "a.b", "echo", "");
        emit(other, "a.b", "1", "");
        run(other, "echo", 1);
        emit(dev, "a.b", "2", "");
        assertThat(run(dev, "echo", 1)
                        .path("output")
                        .path("event")
                        .path("eventID")
                        .asString())
                .isEqualTo("2");
    }

    @Test
    void eventsOfCloudEvents1_areDelivered_structuredInABatchAndBinary() {
        Asker dev = api.developer("ev9", "*");
        function(dev, "echo", ECHO);
        subscribe(dev, "s", "com.*", "echo", "");
        String one = "{\"specversion\":\"1.0\",\"type\":\"com.a\",\"source\":\"/s\",\"id\":\"ID\",\"data\":{\"n\":ID}}";
        String path = "/v1/event";
        String batch = "[" + one.replace("ID", "2") + "," + one.replace("ID", "3") + "]";
        assertThat(send(dev, one.replace("ID", "1"), "Content-Type", "application/cloudevents+json; charset=UTF-8"))
                .isEqualTo(204);
        run(dev, "echo", 1);
        assertThat(send(dev, batch, "Content-Type", "application/cloudevents-batch+json"))
                .isEqualTo(204);
        run(dev, "echo", 3);
        assertThat(send(
                        dev,
                        "<a/>",
                        "Content-Type",
                        "text/xml",
                        "ce-specversion",
                        "1.0",
                        "ce-type",
                        "com.b",
                        "ce-source",
                        "/s",
                        "ce-id",
                        "4"))
                .isEqualTo(204);
        JsonNode output = run(dev, "echo", 4).path("output");
        assertThat(output.path("payload").asString()).isEqualTo("<a/>");
        assertThat(output.path("event").path("eventType").asString()).isEqualTo("com.b");
        String half = "[" + one.replace("ID", "5") + ",{}]";
        assertThat(send(dev, half, "Content-Type", "application/cloudevents-batch+json"))
                .isEqualTo(400);
        Asker lister = api.addAccount(api.home("ev9"), "lister", List.of("get"), List.of("event"));
        assertThat(send(lister, batch, "Content-Type", "application/cloudevents-batch+json"))
                .isEqualTo(403);
        run(dev, "echo", 4);
        assertThat(api.get(dev, path).status()).isEqualTo(405);
    }

    private int send(Asker asker, String body, String... headers) {
        return api.send(asker, "POST", "/v1/event", Bytes.utf8(body), headers).status();
    }

    @Test
    void aSubscription_hasFilters_andCanBePaused() {
        Asker dev = api.developer("ev10", "*");
        function(dev, "echo", ECHO);
        String filters = ",\"filters\":[{\"prefix\":{\"source\":\"disp\"}},{\"not\":{\"exact\":{\"id\":\"2\"}}}]";
        subscribe(dev, "s", "*", "echo", filters);
        subscribe(dev, "none", "*", "echo", ",\"filters\":[{\"exact\":{\"source\":\"another\"}}]");
        assertThat(api.get(dev, SUBSCRIPTIONS + "/s").body()).contains(filters.substring(1));
        emit(dev, "a", "1", "");
        emit(dev, "a", "2", "");
        run(dev, "echo", 1);
        String body = "{\"name\":\"s\",\"eventType\":\"*\",\"function\":\"echo\"";
        assertThat(api.put(dev, SUBSCRIPTIONS + "/s", body + ",\"paused\":true}")
                        .body())
                .contains("\"paused\":true");
        emit(dev, "a", "3", "");
        emit(dev, "a", "4", "");
        run(dev, "echo", 1);
        api.put(dev, SUBSCRIPTIONS + "/s", body + "}");
        run(dev, "echo", 3);
        assertThat(api.post(dev, SUBSCRIPTIONS, body.replace("\"s\"", "\"x\"") + ",\"filters\":[{\"sql\":\"\"}]}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aTicker_ticks_untilItIsGone() {
        Asker dev = api.developer("ev11", "*");
        function(dev, "echo", ECHO);
        subscribe(dev, "s", "ticker.tick", "echo", "");
        api.post(dev, "/v1/event/drivertypes", "{\"name\":\"ticker\",\"image\":\"kars7e/timer:latest\"}");
        String driver = "{\"name\":\"d\",\"type\":\"ticker\",\"config\":[{\"key\":\"seconds\",\"value\":\"SECONDS\"}]}";
        String drivers = "/v1/event/drivers";
        assertThat(api.post(dev, drivers, driver.replace("SECONDS", "1")).status())
                .isEqualTo(201);
        await().atMost(PATIENCE).until(() -> runs(dev).size() >= 2);
        JsonNode event = runs(dev).get(1).path("output").path("event");
        assertThat(event.path("eventType").asString()).isEqualTo("ticker.tick");
        assertThat(event.path("source").asString()).matches("[0-9a-f-]{36}");
        assertThat(api.put(dev, drivers + "/d", driver.replace("SECONDS", "500"))
                        .status())
                .isEqualTo(200);
        requireQuiet(dev);
        assertThat(api.put(dev, drivers + "/d", driver.replace("SECONDS", "none"))
                        .status())
                .isEqualTo(200);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(api.get(dev, drivers + "/d").body())
                        .contains("\"status\":\"ERROR\"", "DeploymentNotAvailable"));
        api.put(dev, drivers + "/d", driver.replace("SECONDS", "1"));
        int before = runs(dev).size();
        await().atMost(PATIENCE).until(() -> runs(dev).size() > before);
        assertThat(api.delete(dev, drivers + "/d").status()).isEqualTo(200);
        requireQuiet(dev);
    }

    /// What was under way may still come.
    private void requireQuiet(Asker asker) {
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
        int before = runs(asker).size();
        await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
        assertThat(runs(asker).size()).isEqualTo(before);
    }

    private JsonNode runs(Asker asker) {
        return api.get(asker, "/v1/runs?functionName=echo").json();
    }

    private int emit(Asker asker, String type, String id, String more) {
        String event = "{\"eventType\":\"" + type + "\",\"cloudEventsVersion\":\"0.1\",\"source\":\"dispatch\","
                + "\"eventID\":\"" + id + "\"" + more + "}";
        return api.post(asker, "/v1/event", event).status();
    }

    private void subscribe(Asker asker, String name, String type, String function, String more) {
        Answer made = api.post(
                asker,
                SUBSCRIPTIONS,
                "{\"name\":\"" + name + "\",\"eventType\":\"" + type + "\",\"function\":\"" + function + "\"" + more
                        + "}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
    }

    private static String body(String name, String source) {
        return ApiServer.function(name, "python3", name + ".py", source, "");
    }

    private void function(Asker asker, String name, String source) {
        Answer made = api.post(asker, "/v1/function", body(name, source));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        ready(asker, name);
    }

    private void ready(Asker asker, String name) {
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(asker, "/v1/function/" + name).text("status").equals("READY"));
    }

    /// The newest run of a function, once so many have ended, and no more.
    private JsonNode run(Asker asker, String function, int count) {
        return await().atMost(PATIENCE)
                .until(
                        () -> api.get(asker, "/v1/runs?functionName=" + function)
                                .json(),
                        runs -> runs.size() == count
                                && runs.valueStream()
                                        .allMatch(run ->
                                                run.path("status").asString().equals("READY")))
                .get(0);
    }
}
