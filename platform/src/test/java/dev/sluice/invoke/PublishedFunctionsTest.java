package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.bytes.Bytes;
import dev.sluice.function.PayloadStyle;
import dev.sluice.run.Run.View;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Functions written for Faasten, in the eras and with the calls that they were published with, in real guests.
final class PublishedFunctionsTest {

    @TempDir
    static Path directory;

    private static Published published;

    @BeforeAll
    static void start() throws InterruptedException {
        published = new Published(directory);
    }

    @AfterAll
    static void stop() {
        published.close();
    }

    @Test
    void pma_makesAThumbnail_onlyWhereItsPrivilegeVouches() throws Exception {
        published.install("pma/thumbnail", "home:<T,alice/pma/thumb>:gate", "alice/pma/thumb");
        published.blob("home:<alice,alice>:photo", "alice,alice", Published.photo(400, 200));
        String payload = "{\"object-path\":\"home:<alice,alice>:photo\",\"input\":{\"thumbnail\":\"%s:small\"}}";

        View made = run("home:<T,alice/pma/thumb>:gate", payload.formatted("home:<alice,alice/pma/thumb>"));
        assertThat(Published.json(made))
                .isEqualTo(Published.json("{\"created\":true,\"written\":true,\"size\":[128,64],\"duration\":%s}"
                        .formatted(Published.json(made).get("duration"))));
        assertThat(made.content().orElseThrow().label().secrecy()).hasToString("alice");
        assertThat(published
                        .read("alice", "home:<alice,alice/pma/thumb>:small")
                        .orElseThrow()
                        .toArray())
                .startsWith(0xff, 0xd8);
        for (String place : new String[] {"home:<T,alice/pma/thumb>", "home:<alice,alice>"}) {
            JsonNode refused = Published.json(run("home:<T,alice/pma/thumb>:gate", payload.formatted(place)));
            assertThat(refused.get("created").asBoolean()).as(place).isFalse();
            assertThat(published.read("alice", place + ":small")).isEmpty();
        }
    }

    @Test
    void pma_indexesByTime_inTheFacetOfTheLabelItStartedWith() throws Exception {
        published.install("pma/timeindexing", "home:<T,alice/pma/time>:gate", "alice/pma/time");
        published.blob("home:<alice,alice>:dated", "alice,alice", Published.photo(4, 2));
        String payload =
                "{\"object-path\":\"home:<alice,alice>:dated\",\"input\":{\"taken\":\"2023-08-17\",\"name\":\"p\"}}";

        View indexed = published.run("alice", "home:<T,alice/pma/time>:gate", payload, "alice,T");
        assertThat(Published.json(indexed).get("made")).hasToString("[true,true,true,true]");
        assertThat(Published.json(indexed).get("linked").asBoolean()).isTrue();
        assertThat(published.read("alice", "home:<alice,alice/pma/time>:by-time:2023:08:17:p"))
                .isPresent();
        View public_ = published.run("alice", "home:<T,alice/pma/time>:gate", payload, "T,T");
        assertThat(Published.json(public_).get("linked").asBoolean()).isFalse();
    }

    @Test
    void social_follow_vouchesForTheFollowerOnly() throws Exception {
        published.install("social/follow", "home:<T,alice/social-app>:gate", "alice/social-app");
        String payload = "{\"follower\":\"alice\",\"user\":\"bob\"}";

        View early = run("home:<T,alice/social-app>:gate", payload);
        assertThat(Published.fault(early).message()).contains("create_file: NOT_FOUND");
        for (String name : new String[] {"following", "followers"}) {
            published.directory("home:<T,alice/social-app>:" + name, "T,alice/social-app");
        }
        JsonNode followed = Published.json(run("home:<T,alice/social-app>:gate", payload));
        assertThat(followed.get("following").asBoolean()
                        && followed.get("followed").asBoolean())
                .isTrue();
        assertThat(published.read("bob", "home:<T,alice/social-app>:following:bob"))
                .contains(Bytes.utf8("bob"));
        View forged = run("home:<T,alice/social-app>:gate", "{\"follower\":\"carol\",\"user\":\"bob\"}");
        assertThat(Published.fault(forged).message()).contains("create_file");
    }

    @Test
    void tutorial_thumbnail_getsItsPayloadWrapped() throws Exception {
        published.install("tutorial/thumbnail", "home:<T,tut>:gate", "tut", "T", PayloadStyle.WRAPPED);
        published.blob("home:<T,tut>:photo", "T,tut", Published.photo(100, 100));

        JsonNode made = Published.json(
                run("home:<T,tut>:gate", "{\"path\":\"home:<T,tut>:photo\",\"dest\":\"home:<T,tut>:small\"}"));
        assertThat(made.get("linked").asBoolean()).isTrue();
        assertThat(made.get("size")).hasToString("[64,64]");
        assertThat(published.read("alice", "home:<T,tut>:small")).isPresent();
    }

    @Test
    void deathStarBench_composesAPost_withSevenFunctions() throws Exception {
        installDsb();
        assertThat(dsb("user-service-setup-post", "{\"user\":\"ann\"}")
                        .get("made")
                        .asBoolean())
                .isTrue();
        JsonNode composed = dsb(
                "compose-post-frontend",
                "{\"user\":\"ann\",\"post_id\":\"p1\",\"text\":\"hi @bob\",\"media\":[\"m\"],\"urls\":[\"u\"],"
                        + "\"user_mentions\":[\"bob\"]}");

        assertThat(composed.get("made")).hasToString("[true,true]");
        assertThat(composed.get("queued")).hasToString("[true,true,true]");
        Map<String, String> parts = Map.of(
                "creator",
                "\"ann\"",
                "media",
                "[\"m\"]",
                "text",
                "\"hi @bob\"",
                "urls",
                "[\"bob\"]",
                "user_mentions",
                "[\"bob\"]");
        parts.forEach((name, content) -> await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(published.read("ann", "home:<T,dsb>:posts-ann:p1:" + name))
                        .contains(Bytes.utf8(content))));
    }

    @Test
    void deathStarBench_followsAndUnfollows() throws Exception {
        installDsb();
        for (String user : new String[] {"fay", "gus"}) {
            JsonNode set = dsb("user-service-setup-follow", "{\"user\":\"%s\"}".formatted(user));
            assertThat(set.get("made").asBoolean() && set.get("followers").asBoolean())
                    .isTrue();
        }
        JsonNode followed = dsb("social-graph-follow", "{\"follower\":\"fay\",\"user\":\"gus\"}");
        assertThat(followed.get("created")).hasToString("[true,true]");
        assertThat(followed.get("written")).hasToString("[true,true]");
        assertThat(published.read("gus", "home:<T,dsb>:follow-gus:followers:<T,dsb/fay>:fay"))
                .contains(Bytes.utf8("fay"));
        JsonNode unfollowed = dsb("social-graph-unfollow", "{\"follower\":\"fay\",\"user\":\"gus\"}");
        assertThat(unfollowed.get("deleted")).hasToString("[true,true]");
        assertThat(published.read("gus", "home:<T,dsb>:follow-fay:following-gus"))
                .isEmpty();
        assertThat(Published.fault(run("home:<T,dsb>:gates:media-front-upload-media", "{\"account\":1}"))
                        .message())
                .startsWith("the function exited");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "create-dir|{\"label\":\"T,T\",\"made\":true}",
                "create-file|{\"done\":[true,true,true],\"read\":\"content\"}",
                "create-faceted|{\"done\":[true,true,true,true],\"read\":\"content\"}",
                "delete|{\"done\":[true,true,false]}",
                "read-write|{\"done\":[true,true],\"read\":\"00ff\"}",
            })
    void deathStarBench_itsOwnTestsPass(String test, String expected) throws Exception {
        published.install("deathstarbench/tests/" + test, "home:<T,dsb>:test-" + test, "dsb");

        assertAnswers("home:<T,dsb>:test-" + test, "{\"name\":\"of-%s\"}".formatted(test), expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "float_operation|{\"n\":1000}|\"total\":",
                "linpack|{\"n\":60}|\"mflops\":",
                "matmul|{\"n\":50}|\"sum\":2500.0",
                "pyaes|{\"length_of_message\":100,\"num_of_iterations\":2}|\"same\":true",
                "chameleon|{\"num_of_rows\":4,\"num_of_cols\":5}|\"cells\":20",
            })
    void functionBench_computes(String function, String payload, String expected) throws Exception {
        published.install("functionbench/" + function, "home:<T,fb>:" + function, "fb");

        assertThat(Published.json(run("home:<T,fb>:" + function, payload)).toString())
                .contains(expected, "\"latency\":", "\"duration\":");
    }

    @Test
    void functionBench_processesAnImage() throws Exception {
        published.install("functionbench/image_processing", "home:<T,fb>:image", "fb");
        published.blob("home:<T,fb>:in", "T,fb", Published.photo(300, 200));

        JsonNode made = Published.json(
                run("home:<T,fb>:image", "{\"input\":\"home:<T,fb>:in\",\"output\":\"home:<T,fb>:out\"}"));
        assertThat(made.get("results").asInt()).isEqualTo(10);
        assertThat(made.get("linked").asBoolean()).isTrue();
    }

    @Tag("full")
    @Test
    void functionBench_trainsAModel() throws Exception {
        published.install("functionbench/model_training", "home:<T,fb>:train", "fb");
        String reviews = "Text,Score\ngood food,1\nbad food,0\nvery good,1\nvery bad,0\n";
        published.blob("home:<T,fb>:reviews", "T,fb", Bytes.utf8(reviews));

        JsonNode trained = Published.json(
                run("home:<T,fb>:train", "{\"input\":\"home:<T,fb>:reviews\",\"output\":\"home:<T,fb>:model\"}"));
        assertThat(trained.get("linked").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"pma/face_recognition,face-recognition", "tutorial/detect-face,face-recognition"})
    void whatNeedsPackagesThatAreNotThere_saysSo(String app, String missing) throws Exception {
        published.install(app, "home:<T,x>:" + app.replace('/', '-'), "x");

        assertThat(Published.fault(run("home:<T,x>:" + app.replace('/', '-'), "{}"))
                        .message())
                .contains("requirements.txt: there is no package " + missing);
    }

    @Test
    void hellojs_answersNothingButItsTime() throws Exception {
        published.install("hellojs", "home:<T,js>:gate", "js");

        assertThat(Published.json(run("home:<T,js>:gate", "{}")).propertyNames())
                .containsExactly("runtime_sec", "runtime_ms");
    }

    private static void installDsb() throws Exception {
        if (published.read("ann", "home:<T,dsb>:gates:compose-post-frontend").isPresent()) {
            return;
        }
        published.directory("home:<T,dsb>:gates", "T,dsb");
        try (var apps = Files.list(Path.of("..", "examples", "faasten", "deathstarbench"))) {
            for (Path app : apps.filter(Files::isDirectory).toList()) {
                String name = String.valueOf(app.getFileName());
                if (!name.equals("tests")) {
                    published.install("deathstarbench/" + name, "home:<T,dsb>:gates:" + name, "dsb");
                }
            }
        }
    }

    private static JsonNode dsb(String function, String payload) throws Exception {
        return Published.json(run("home:<T,dsb>:gates:" + function, payload));
    }

    private static View run(String gate, String payload) throws Exception {
        return published.run("alice", gate, payload, "T,T");
    }

    private static void assertAnswers(String gate, String payload, String expected) throws Exception {
        JsonNode answer = Published.json(run(gate, payload));
        Published.json(expected)
                .properties()
                .forEach(field -> assertThat(answer.get(field.getKey())).isEqualTo(field.getValue()));
    }
}
