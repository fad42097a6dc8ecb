package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A server that is stopped, and one that is killed with -9: the same idempotency key is the same run, whose effects
/// happen once; tries go on where they were; dead letters stay, and are run anew once.
final class RunKillTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int KEYS = 6;

    /// Leaves a file for each time that it is run, in a place of its name. Told to count, says how many there are.
    private static final String EFFECTS = """
            import time
            def handle(event, cloudcall):
                place = 'home:<dispatch/runs,T>:' + event['place'] + '.'
                made = 0
                while cloudcall.fs_read(place + str(made)) is not None:
                    made += 1
                if event.get('count'):
                    return made
                if not cloudcall.fs_createfile(place + str(made), 'dispatch/runs,T'):
                    raise ValueError('no file')
                time.sleep(event.get('sleeps', 0))
                if event.get('fails'):
                    raise RuntimeError('on purpose')
                return made
            """;

    @Test
    void theSameKey_isTheSameRun_andItsEffectsHappenOnce_whateverEndsTheServer(@TempDir Path directory)
            throws Exception {
        try (var server = new KilledServer(directory)) {
            create(server, "once", "");
            Map<String, String> runs = new TreeMap<>();
            for (int i = 0; i < KEYS; i++) {
                String key = "k" + i;
                runs.put(key, accepted(server, "once", event(key, ""), key));
            }
            String answered = server.run("once", blocking("waited"), "w").body();
            for (int i = 0; i < KEYS; i++) {
                String key = "k" + i;
                await().atMost(PATIENCE)
                        .until(() -> status(server, runs.getOrDefault(key, "")).equals("READY"));
            }
            String late = accepted(server, "once", event("late", ",\"sleeps\":3"), "late");
            server.stopAndRestart();
            requireSame(server, runs, answered);
            assertThat(accepted(server, "once", event("late", ",\"sleeps\":3"), "late"))
                    .isEqualTo(late);
            String killed = accepted(server, "once", event("killed", ",\"sleeps\":3"), "killed");
            server.killAndRestart();
            requireSame(server, runs, answered);
            assertThat(accepted(server, "once", event("killed", ",\"sleeps\":3"), "killed"))
                    .isEqualTo(killed);
            for (String run : new String[] {late, killed}) {
                await().atMost(PATIENCE).until(() -> status(server, run).matches("READY|ERROR"));
            }
            assertThat(count(server, "late")).isLessThanOrEqualTo(1);
            assertThat(count(server, "killed")).isLessThanOrEqualTo(1);
        }
    }

    private static void requireSame(KilledServer server, Map<String, String> runs, String answered) throws Exception {
        for (var run : runs.entrySet()) {
            assertThat(accepted(server, "once", event(run.getKey(), ""), run.getKey()))
                    .isEqualTo(run.getValue());
            assertThat(count(server, run.getKey())).isEqualTo(1);
        }
        assertThat(server.run("once", blocking("waited"), "w").body()).isEqualTo(answered);
        assertThat(count(server, "waited")).isEqualTo(1);
        assertThat(server.run("once", event("another", ""), "k0").status()).isEqualTo(400);
    }

    @Test
    void tries_goOnWhereTheyWere_andADeadLetterStays_untilItIsRunAnewOnce(@TempDir Path directory) throws Exception {
        try (var server = new KilledServer(directory)) {
            create(
                    server,
                    "tries",
                    ",\"retry\":{\"attempts\":3,\"backoffMillis\":1500,\"maxBackoffMillis\":1500,"
                            + "\"functionErrors\":true}");
            String fails = accepted(server, "tries", event("fails", ",\"fails\":true"), "f");
            String sleeps = accepted(server, "tries", event("sleeps", ",\"sleeps\":1"), "s");
            await().atMost(PATIENCE)
                    .until(() -> run(server, fails).path("attempts").asInt() >= 1);
            server.killAndRestart();
            int before = run(server, fails).path("attempts").asInt();
            assertThat(before).as("what was counted is on disk").isGreaterThanOrEqualTo(1);
            await().atMost(PATIENCE).until(() -> letter(server, fails) == 200);
            assertThat(run(server, fails).path("attempts").asInt()).isEqualTo(3);
            assertThat(count(server, "fails")).isBetween(2, 3);
            await().atMost(PATIENCE).until(() -> status(server, sleeps).equals("READY"));
            assertThat(letter(server, sleeps)).isEqualTo(404);

            // An end of a run is durable with what is acknowledged after it.
            String fence = "{\"name\":\"fence\",\"secrets\":{\"a\":\"b\"}}";
            assertThat(server.post("/v1/secret", fence).status()).isEqualTo(201);
            server.killAndRestart();
            assertThat(letter(server, fails)).isEqualTo(200);
            String redrive = "/v1/deadletters/" + fails + "/redrive";
            String anew = server.post(redrive, "").json().path("name").asString();
            server.killAndRestart();
            assertThat(letter(server, fails)).isEqualTo(404);
            assertThat(server.post(redrive, "").json().path("name").asString()).isEqualTo(anew);
            assertThat(status(server, anew)).isNotEqualTo("NONE");
            await().atMost(PATIENCE).until(() -> letter(server, anew) == 200);
            server.killAndRestart();
            assertThat(server.send("DELETE", "/v1/deadletters/" + anew, "").status())
                    .isEqualTo(200);
            server.killAndRestart();
            assertThat(server.get("/v1/deadletters").body()).isEqualTo("[]");
            assertThat(status(server, anew)).isEqualTo("ERROR");
        }
    }

    private static void create(KilledServer server, String name, String more) throws Exception {
        String body = ApiServer.function(name, "python3", name + ".py", EFFECTS, ",\"convention\":\"faasten\"" + more);
        assertThat(server.post("/v1/function", body).status()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() -> server.get("/v1/function/" + name)
                        .json()
                        .path("status")
                        .asString()
                        .equals("READY"));
    }

    private static String accepted(KilledServer server, String function, String body, String key)
            throws IOException, InterruptedException {
        KilledServer.Answer answer = server.run(function, body, key);
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        return answer.json().path("name").asString();
    }

    private static String event(String place, String more) {
        return "{\"input\":{\"place\":\"" + place + "\"" + more + "}}";
    }

    private static String blocking(String place) {
        return "{\"blocking\":true,\"input\":{\"place\":\"" + place + "\"}}";
    }

    private static int count(KilledServer server, String place) throws IOException, InterruptedException {
        String function = server.get("/v1/function/tries").status() == 200 ? "tries" : "once";
        String body = "{\"blocking\":true,\"input\":{\"place\":\"" + place + "\",\"count\":true}}";
        KilledServer.Answer answer = server.post("/v1/runs?functionName=" + function, body);
        return answer.json().path("output").asInt(-1);
    }

    private static JsonNode run(KilledServer server, String id) throws IOException, InterruptedException {
        return server.get("/v1/runs/" + id).json();
    }

    private static String status(KilledServer server, String id) throws IOException, InterruptedException {
        return run(server, id).path("status").asString("NONE");
    }

    private static int letter(KilledServer server, String id) throws IOException, InterruptedException {
        return server.get("/v1/deadletters/" + id).status();
    }
}
