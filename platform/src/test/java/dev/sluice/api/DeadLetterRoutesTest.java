package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// `/v1/deadletters`, and how often a function says that its runs are tried.
final class DeadLetterRoutesTest extends ApiTest {
    private static final String LETTERS = "/v1/deadletters";
    private static final String RAISES = "def handle(context, payload):\n    raise RuntimeError('on purpose')\n";
    private static final String TWICE =
            ",\"retry\":{\"attempts\":2,\"backoffMillis\":100,\"maxBackoffMillis\":200,\"functionErrors\":true}";

    @Test
    void aRunThatFailedForGood_isListed_runAnewOnce_andItsRecordStays() {
        Asker dev = api.developer("d1", "*");
        create(dev, "fails", TWICE);
        assertThat(api.get(dev, "/v1/function/fails").body()).contains(TWICE.substring(1));
        String run = dead(dev, "fails", "{\"n\":7}");
        JsonNode record = api.get(dev, "/v1/runs/" + run).json();
        assertThat(record.path("attempts").asInt()).isEqualTo(2);
        assertThat(record.has("nextAttemptTime")).isFalse();
        assertThat(api.get(dev, LETTERS).body())
                .isEqualTo("[" + api.get(dev, LETTERS + "/" + run).body() + "]");
        assertThat(api.get(dev, LETTERS + "/" + run).body())
                .isEqualTo(api.get(dev, "/v1/runs/" + run).body());
        Answer anew = api.post(dev, LETTERS + "/" + run + "/redrive", "");
        assertThat(anew.status()).as(anew.body()).isEqualTo(202);
        assertThat(anew.text("name")).isNotEqualTo(run);
        Answer again = api.post(dev, LETTERS + "/" + run + "/redrive", "");
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.text("name")).isEqualTo(anew.text("name"));
        assertThat(api.get(dev, LETTERS + "/" + run).status()).isEqualTo(404);
        awaitLetter(dev, anew.text("name"));
        assertThat(api.get(dev, LETTERS + "/" + anew.text("name"))
                        .json()
                        .path("input")
                        .path("n")
                        .asInt())
                .isEqualTo(7);
        Answer gone = api.delete(dev, LETTERS + "/" + anew.text("name"));
        assertThat(gone.text("name")).isEqualTo(anew.text("name"));
        assertThat(api.get(dev, LETTERS).body()).isEqualTo("[]");
        assertThat(api.delete(dev, LETTERS + "/" + anew.text("name")).status()).isEqualTo(404);
        assertThat(api.get(dev, "/v1/runs/" + anew.text("name")).text("status")).isEqualTo("ERROR");
    }

    @Test
    void lists_areOfAFunction_andInPages() {
        Asker dev = api.developer("d2", "*");
        create(dev, "one", TWICE);
        create(dev, "two", TWICE);
        String first = dead(dev, "one", "1");
        String second = dead(dev, "two", "2");
        String third = dead(dev, "one", "3");
        assertThat(names(api.get(dev, LETTERS))).containsExactly(third, second, first);
        assertThat(names(api.get(dev, LETTERS + "?functionName=one"))).containsExactly(third, first);
        Answer page = api.get(dev, LETTERS + "?functionName=one&limit=1");
        assertThat(names(page)).containsExactly(third);
        String link = String.join("", page.headers().getOrDefault("link", List.of()));
        assertThat(link).isEqualTo("<" + LETTERS + "?functionName=one&limit=1&after=" + third + ">; rel=\"next\"");
        Answer last = api.get(dev, link.substring(1, link.indexOf('>')));
        assertThat(names(last)).containsExactly(first);
        assertThat(last.headers()).doesNotContainKey("link");
        assertThat(api.get(dev, LETTERS + "?limit=0").status()).isEqualTo(422);
        assertThat(api.get(dev, LETTERS + "/x").status()).isEqualTo(422);
    }

    @Test
    void whoMayNot_learnsNothing_andTheLetterStays() {
        Asker dev = api.developer("d3", "*");
        create(dev, "mine", TWICE);
        create(dev, "other", TWICE);
        String run = dead(dev, "mine", "1");
        String letter = LETTERS + "/" + run;
        String nowhere = LETTERS + "/" + UUID.randomUUID();
        Asker reads = api.addAccount(api.home("d3"), "reads", List.of("get"), List.of("runs"));
        Asker one = api.addAccount(api.home("d3"), "one", List.of("*"), List.of("runs/other"));
        Asker blue = api.developer("d4", "*");
        for (String at : List.of(letter, nowhere)) {
            assertThat(api.delete(reads, at).body()).isEqualTo(FORBIDDEN);
            assertThat(api.post(reads, at + "/redrive", "").body()).isEqualTo(FORBIDDEN);
            assertThat(api.get(one, at).body()).isEqualTo(FORBIDDEN);
            assertThat(api.post(one, at + "/redrive", "").body()).isEqualTo(FORBIDDEN);
        }
        assertThat(api.get(reads, letter).status()).isEqualTo(200);
        assertThat(api.get(blue, nowhere).body())
                .isEqualTo("{\"code\":404,\"message\":\"dead letter " + nowhere.substring(LETTERS.length() + 1)
                        + " not found\"}");
        String missing = "{\"code\":404,\"message\":\"dead letter " + run + " not found\"}";
        assertThat(api.get(blue, letter).body()).isEqualTo(missing);
        assertThat(api.delete(blue, letter).body()).isEqualTo(missing);
        assertThat(api.post(blue, letter + "/redrive", "").body()).isEqualTo(missing);
        assertThat(api.get(blue, LETTERS).body()).isEqualTo("[]");
        for (String named : List.of("?functionName=other")) {
            assertThat(api.get(one, letter + named).body()).isEqualTo(missing);
            assertThat(api.delete(one, letter + named).body()).isEqualTo(missing);
            assertThat(api.post(one, letter + "/redrive" + named, "").body()).isEqualTo(missing);
            assertThat(api.get(one, LETTERS + named).body()).isEqualTo("[]");
        }
        String own = dead(one, "other", "1");
        assertThat(api.post(one, LETTERS + "/" + own + "/redrive?functionName=other", "")
                        .status())
                .isEqualTo(202);
        assertThat(names(api.get(dev, LETTERS + "?functionName=mine"))).containsExactly(run);
    }

    /// The first request named a secret that not everybody may read who may run the function.
    @Test
    void aLettersSecrets_areAskedForAgain() {
        Asker dev = api.developer("d5", "*");
        create(dev, "secretly", TWICE);
        api.post(dev, "/v1/secret", "{\"name\":\"key\",\"secrets\":{\"a\":\"b\"}}");
        Answer accepted = api.post(dev, "/v1/runs?functionName=secretly", "{\"input\":1,\"secrets\":[\"key\"]}");
        String run = accepted.text("name");
        awaitLetter(dev, run);
        Asker runs = api.addAccount(api.home("d5"), "runs", List.of("*"), List.of("runs"));
        assertThat(api.post(runs, LETTERS + "/" + run + "/redrive", "").status())
                .isIn(403, 404);
        assertThat(names(api.get(dev, LETTERS))).containsExactly(run);
        assertThat(api.post(dev, LETTERS + "/" + run + "/redrive", "").status()).isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 400",
                "{\"attempts\":0} | 400",
                "{\"attempts\":11} | 422",
                "{\"attempts\":\"2\"} | 422",
                "{\"attempts\":2,\"backoffMillis\":99} | 400",
                "{\"attempts\":2,\"backoffMillis\":5000,\"maxBackoffMillis\":4999} | 400",
                "{\"attempts\":2,\"maxBackoffMillis\":3600001} | 422",
                "[] | 422",
                "{\"attempts\":2,\"functionErrors\":1} | 422"
            })
    void aPolicyBeyondTheLimits_isRefused(String retry, int status) {
        Asker dev = api.developer("d6", "*");
        Answer refused = api.post(
                dev, "/v1/function", ApiServer.function("wrong", "python3", "f.py", RAISES, ",\"retry\":" + retry));
        assertThat(refused.status()).as(refused.body()).isEqualTo(status);
    }

    @Test
    void whatAPolicyDoesNotSay_isSaidForIt() {
        Asker dev = api.developer("d7", "*");
        create(dev, "usual", ",\"retry\":{\"attempts\":3}");
        assertThat(api.get(dev, "/v1/function/usual").body())
                .contains("\"retry\":{\"attempts\":3,\"backoffMillis\":1000,\"maxBackoffMillis\":60000,"
                        + "\"functionErrors\":false}");
        create(dev, "slow", ",\"retry\":{\"attempts\":3,\"backoffMillis\":120000}");
        assertThat(api.get(dev, "/v1/function/slow").body()).contains("\"maxBackoffMillis\":120000");
        create(dev, "none", "");
        assertThat(api.get(dev, "/v1/function/none").body()).doesNotContain("retry");
    }

    private void create(Asker dev, String name, String more) {
        Answer made = api.post(dev, "/v1/function", ApiServer.function(name, "python3", name + ".py", RAISES, more));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> api.get(dev, "/v1/function/" + name).text("status").equals("READY"));
    }

    private String dead(Asker asker, String function, String input) {
        Answer accepted = api.post(asker, "/v1/runs?functionName=" + function, "{\"input\":" + input + "}");
        assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
        awaitLetter(asker, accepted.text("name") + "?functionName=" + function);
        return accepted.text("name");
    }

    private void awaitLetter(Asker asker, String run) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> api.get(asker, LETTERS + "/" + run).status() == 200);
    }

    private static List<String> names(Answer answer) {
        return answer.json()
                .valueStream()
                .map(one -> one.path("name").asString())
                .toList();
    }
}
