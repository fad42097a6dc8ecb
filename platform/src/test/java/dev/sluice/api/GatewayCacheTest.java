package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Answers that are given again without a run. A run's own answer is like no other's.
final class GatewayCacheTest extends ApiTest {
    private static final String UNIQUE = """
            import json, time, uuid
            def handle(context, payload):
                if "fail" in payload:
                    raise ValueError("no")
                if "slow" in payload:
                    time.sleep(1)
                if "large" in payload:
                    return str(uuid.uuid4()) + "x" * 900000
                http = {k: v for k, v in context["httpContext"].items()}
                return json.dumps({"id": str(uuid.uuid4()), "http": http})
            """;

    private Asker boss;

    @BeforeAll
    void functions() {
        boss = api.developer("acme", "*");
        build("unique", "POST", UNIQUE);
    }

    private void build(String name, String verb, String source) {
        String body = ApiServer.python(name, source);
        String before = api.get(boss, "/v1/function/" + name).text("faasId");
        Answer made = verb.equals("POST")
                ? api.post(boss, "/v1/function", body)
                : api.put(boss, "/v1/function/" + name, body);
        assertThat(made.status()).as(made.body()).isIn(200, 201);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Answer now = api.get(boss, "/v1/function/" + name);
            assertThat(now.text("status")).isEqualTo("READY");
            assertThat(now.text("faasId")).isNotEqualTo(before);
        });
    }

    private static String body(String name, String function, String more) {
        return "{\"name\":\"" + name + "\",\"function\":\"" + function
                + "\",\"enabled\":true,\"failures\":\"problem\",\"methods\":[\"GET\",\"HEAD\",\"POST\"],"
                + "\"uris\":[\"/" + name + "\"]," + more + "}";
    }

    private void serve(String name, String function, String more) {
        Answer made = api.post(boss, "/v1/api", body(name, function, more));
        assertThat(made.status()).as(made.body()).isEqualTo(200);
    }

    private HttpResponse<String> ask(String target, String... headers) {
        return send("GET", target, headers);
    }

    private HttpResponse<String> send(String method, String target, String... headers) {
        try (var client = HttpClient.newHttpClient()) {
            var address = URI.create("http://127.0.0.1:" + api.gateway.port() + "/acme/" + target);
            var request = HttpRequest.newBuilder(address).method(method, HttpRequest.BodyPublishers.noBody());
            for (int i = 0; i < headers.length; i += 2) {
                request.header(headers[i], headers[i + 1]);
            }
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }

    private static String header(HttpResponse<String> said, String name) {
        return said.headers().firstValue(name).orElse("");
    }

    @Test
    void anAnswer_isGivenAgain_withItsAge_andNotSentToWhoHasIt() throws InterruptedException {
        serve("again", "unique", "\"cache\":{\"seconds\":3}");
        HttpResponse<String> first = ask("again");
        HttpResponse<String> second = ask("again");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(header(first, "Age")).isEqualTo("0");
        assertThat(header(second, "Cache-Control")).isEqualTo("max-age=3");
        String tag = header(first, "ETag");
        assertThat(tag).matches("\"[0-9a-f]{32}\"").isEqualTo(header(second, "ETag"));
        for (String known : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
            HttpResponse<String> same = ask("again", "If-None-Match", known);
            assertThat(same.statusCode()).as(known).isEqualTo(304);
            assertThat(same.body()).isEmpty();
            assertThat(header(same, "ETag")).isEqualTo(tag);
        }
        assertThat(ask("again", "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
        Thread.sleep(3100);
        assertThat(ask("again").body()).as("after its time").isNotEqualTo(first.body());
    }

    @Test
    void whatIsAskedOtherwise_isAnotherAnswer() {
        serve("keyed", "unique", "\"cache\":{\"seconds\":600,\"vary\":[\"Accept\"]}");
        List<String> all = List.of(
                ask("keyed").body(),
                ask("keyed/below").body(),
                ask("keyed?a=1").body(),
                ask("keyed?a=2").body(),
                ask("keyed", "Accept", "text/html").body(),
                ask("keyed", "Accept", "text/plain").body());
        assertThat(all).doesNotHaveDuplicates();
        assertThat(ask("keyed", "Accept", "text/html").body()).isEqualTo(all.get(4));
        assertThat(ask("keyed?a=2").body()).isEqualTo(all.get(3));
        assertThat(header(ask("keyed"), "Vary")).isEqualTo("accept");
    }

    /// What is not part of the key reaches no function, or one client could have others answered by what he said.
    @Test
    void whatDoesNotCount_reachesNoFunction() {
        serve("clean", "unique", "\"cache\":{\"seconds\":600,\"vary\":[\"accept\"]}");
        HttpResponse<String> poisoned = ask(
                "clean",
                "X-Forwarded-Host",
                "evil.example",
                "X-Forwarded-For",
                "203.0.113.66",
                "X-HTTP-Method-Override",
                "DELETE",
                "X-Original-URL",
                "/evil",
                "Origin",
                "https://evil.example",
                "Accept",
                "text/x-told");
        assertThat(poisoned.body())
                .contains("text/x-told", "request-uri")
                .doesNotContain("evil", "DELETE", "203.0.113.66", "127.0.0.1", "\"host", "user-agent", "HTTP/");
        assertThat(ask("clean", "Accept", "text/x-told").body()).isEqualTo(poisoned.body());
    }

    @Test
    void whoShowsWhoHeIs_orWantsItFresh_hasHisOwnRun_andLeavesNothing() {
        serve("fresh", "unique", "\"cache\":{\"seconds\":600}");
        String kept = ask("fresh").body();
        List<String> own = List.of(
                ask("fresh", "Authorization", "Bearer x").body(),
                ask("fresh", "Cookie", "a=b").body(),
                ask("fresh", "Cache-Control", "no-cache").body(),
                ask("fresh", "Cache-Control", "x, No-Store").body(),
                ask("fresh", "Cache-Control", "max-age=0").body(),
                ask("fresh", "Pragma", "no-cache").body(),
                send("POST", "fresh").body());
        assertThat(own).doesNotHaveDuplicates().doesNotContain(kept);
        assertThat(ask("fresh").body()).isEqualTo(kept);
        assertThat(send("HEAD", "fresh").statusCode()).isEqualTo(200);
        HttpResponse<String> later = ask("fresh", "x-dispatch-blocking", "false");
        assertThat(later.statusCode()).isEqualTo(202);
    }

    @Test
    void aFailure_isNotKept() {
        serve("fails", "unique", "\"cache\":{\"seconds\":600}");
        HttpResponse<String> first = ask("fails?fail=1");
        assertThat(first.statusCode()).isEqualTo(502);
        assertThat(header(first, "ETag")).isEmpty();
        assertThat(ask("fails?fail=1").body()).isNotEqualTo(first.body());
    }

    @Test
    void aFunctionThatChanges_isAnsweredAnew_andSoIsAnApi() {
        build("changes", "POST", "def handle(context, payload):\n    return 'old'\n");
        serve("changes", "changes", "\"cache\":{\"seconds\":600}");
        assertThat(ask("changes").body()).isEqualTo("\"old\"");
        build("changes", "PUT", "def handle(context, payload):\n    return 'new'\n");
        assertThat(ask("changes").body()).isEqualTo("\"new\"");
        serve("other", "unique", "\"cache\":{\"seconds\":600}");
        String before = ask("other").body();
        api.put(boss, "/v1/api/other", body("other", "unique", "\"cache\":{\"seconds\":500}"));
        assertThat(ask("other").body()).isNotEqualTo(before);
        api.delete(boss, "/v1/function/changes");
        assertThat(ask("changes").statusCode()).isEqualTo(404);
    }

    @Test
    void ofManyThatAskAtOnce_oneRuns() throws Exception {
        serve("crowd", "unique", "\"cache\":{\"seconds\":600}");
        var begin = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> all = IntStream.range(0, 20)
                    .mapToObj(_ -> threads.submit(() -> {
                        begin.await();
                        return ask("crowd?slow=1").body();
                    }))
                    .toList();
            begin.countDown();
            String one = all.getFirst().get();
            for (Future<String> each : all) {
                assertThat(each.get()).isEqualTo(one);
            }
        }
    }

    /// A client that asks for enough that differs takes the cache from nobody for long.
    @Test
    void anOrganizationWithoutRoom_keepsWhatIsAskedNext() {
        serve("large", "unique", "\"cache\":{\"seconds\":600}");
        for (int i = 0; i < 12; i++) {
            String first = ask("large?large=" + i).body();
            assertThat(first).hasSizeGreaterThan(900_000);
            assertThat(ask("large?large=" + i).body().equals(first)).as("%d", i).isTrue();
        }
    }

    @Test
    void theThrottle_countsWhatIsKept_too() {
        serve("slowed", "unique", "\"cache\":{\"seconds\":600},\"limits\":{\"rate\":\"1/h\",\"burst\":2}");
        assertThat(ask("slowed").body()).isEqualTo(ask("slowed").body());
        assertThat(ask("slowed").statusCode()).isEqualTo(429);
    }

    @Test
    void whatIsNotForEverybody_isRefused() {
        refused("\"authentication\":\"basic\",\"access\":{\"secret\":\"s\"}", "asks its callers");
        refused("\"releases\":[\"s\"]", "answers that tell of secrets are not kept");
        refused("\"stream\":\"events\"", "that stream");
        refused("\"cors\":true,\"cache\":{\"seconds\":30,\"vary\":[\"Cookie\"]}", "do not vary by cookie");
        refused("\"cors\":true,\"cache\":{\"seconds\":0}", "seconds");
    }

    private void refused(String more, String why) {
        String cache = more.contains("\"cache\"") ? "" : ",\"cache\":{\"seconds\":30}";
        Answer said = api.post(boss, "/v1/api", body("refused", "unique", more + cache));
        assertThat(said.status()).as(said.body()).isIn(400, 422);
        assertThat(said.body()).contains(why);
    }
}
