package dev.sluice.api;

import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.invoke.LiveRuns;
import dev.sluice.org.Organization;
import dev.sluice.org.Policy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Logs while they are made, over HTTP, with real guests.
final class LogRoutesTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String SLOW = """
            import sys, time
            def handle(context, payload):
                print('first')
                print('problem', file=sys.stderr)
                sys.stdout.flush()
                time.sleep(payload.get('seconds', 2))
                print('last')
                return payload
            """;

    /// What Alice alone may know is known between its lines.
    private static final String TAINTED = """
            import sys, time
            def handle(event, cloudcall):
                print('before')
                sys.stdout.flush()
                time.sleep(0.5)
                cloudcall.taint_with_label('acme/serviceaccount/alice,T')
                print('after')
                sys.stdout.flush()
                time.sleep(event['seconds'])
                return {}
            """;

    private static final String SAYS = """
            import time
            def handle(context, payload):
                print('the word is ' + context['secrets']['password'], flush=True)
                time.sleep(1)
                return 'said'
            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private Organization acme;
    private Asker boss;
    private Asker dev;
    private Asker alice;

    @BeforeAll
    void people() {
        dev = api.developer("acme", "function", "runs");
        acme = api.home("acme");
        boss = api.addAccount(acme, "boss", "*");
        alice = api.addAccount(acme, "alice", "runs");
        create(python("slow", SLOW), "slow");
        create(python("tainted", TAINTED), "tainted");
    }

    private void create(String body, String name) {
        assertThat(api.post(boss, "/v1/function", body).status()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(boss, "/v1/function/" + name).text("status").equals("READY"));
    }

    private String begin(Asker asker, String function, String input) {
        Answer run = api.post(asker, "/v1/runs?functionName=" + function, "{\"input\":" + input + "}");
        assertThat(run.status()).isEqualTo(202);
        return run.text("name");
    }

    private Follower follow(Asker asker, String target) {
        return new Follower(client, api.port(), asker, target);
    }

    /// Somebody's stream, as it comes.
    private static final class Follower {
        final List<String> events = new CopyOnWriteArrayList<>();
        final CountDownLatch ended = new CountDownLatch(1);
        final HttpResponse<Stream<String>> answer;

        Follower(HttpClient client, int port, Asker asker, String target) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
                    .header("Accept", "text/event-stream")
                    .header("X-Dispatch-Org", asker.organization())
                    .header("Authorization", "Bearer " + asker.token())
                    .build();
            try {
                answer = client.send(request, HttpResponse.BodyHandlers.ofLines());
            } catch (IOException failed) {
                throw new IllegalStateException(failed);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(stopped);
            }
            Thread.ofVirtual().start(this::read);
        }

        private void read() {
            try {
                answer.body().filter(line -> line.startsWith("data: ")).forEach(events::add);
            } catch (UncheckedIOException | IllegalStateException gone) {
                // He has left.
            } finally {
                ended.countDown();
            }
        }

        boolean isEnded() {
            return ended.getCount() == 0;
        }

        void leave() {
            answer.body().close();
        }
    }

    private static String line(String stream, String text) {
        return "data: {\"stream\":\"" + stream + "\",\"line\":\"" + text + "\"}";
    }

    @Test
    void aFollower_hearsWhatWasPrinted_whatIsPrinted_andHowItEnds() {
        String run = begin(dev, "slow", "{\"seconds\":3}");
        Follower first = follow(dev, "/v1/runs/" + run + "/logs?functionName=slow");
        assertThat(first.answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        await().atMost(PATIENCE).until(() -> first.events.size() == 2);
        assertThat(first.isEnded()).isFalse();
        Follower second = follow(dev, "/v1/runs/" + run + "/logs");
        for (Follower each : List.of(first, second)) {
            await().atMost(PATIENCE).until(each::isEnded);
            assertThat(each.events)
                    .containsExactly(
                            line("stdout", "first"),
                            line("stderr", "problem"),
                            line("stdout", "last"),
                            "data: {\"status\":\"READY\"}");
        }
        Follower late = follow(dev, "/v1/runs/" + run + "/logs");
        await().atMost(PATIENCE).until(late::isEnded);
        assertThat(late.events)
                .containsExactly(
                        line("stdout", "first"),
                        line("stdout", "last"),
                        line("stderr", "problem"),
                        "data: {\"status\":\"READY\"}");
    }

    @Test
    void aFunctionsFollower_hearsEachOfItsRuns_andNoOthers() {
        Follower follower = follow(dev, "/v1/function/slow/logs");
        String one = begin(dev, "slow", "{\"seconds\":0}");
        String two = begin(dev, "slow", "{\"seconds\":1}");
        begin(boss, "tainted", "{\"seconds\":0}");
        await().atMost(PATIENCE) // of the tests before there may be runs too
                .until(() -> follower.events.stream()
                                .filter(event -> event.contains(one) || event.contains(two))
                                .count()
                        == 6);
        for (String run : List.of(one, two)) {
            String said = "data: {\"run\":\"" + run + "\",\"stream\":\"";
            assertThat(follower.events.stream().filter(event -> event.startsWith(said)))
                    .containsExactlyInAnyOrder(
                            said + "stdout\",\"line\":\"first\"}",
                            said + "stdout\",\"line\":\"last\"}",
                            said + "stderr\",\"line\":\"problem\"}");
        }
        assertThat(follower.isEnded()).isFalse();
        follower.leave();
    }

    @Test
    void aLine_ofAMomentThatOneMayNotKnow_isNotHeard_norAnythingBehindIt_norTheEnd() {
        String run = begin(alice, "tainted", "{\"seconds\":1}");
        Follower hers = follow(alice, "/v1/runs/" + run + "/logs");
        Follower his = follow(boss, "/v1/runs/" + run + "/logs");
        Follower ofAll = follow(boss, "/v1/function/tainted/logs");
        await().atMost(PATIENCE).until(hers::isEnded);
        assertThat(hers.events)
                .containsExactly(line("stdout", "before"), line("stdout", "after"), "data: {\"status\":\"READY\"}");
        assertThat(his.events).containsExactly(line("stdout", "before"));
        await().during(Duration.ofSeconds(1)).until(() -> !his.isEnded());
        assertThat(his.events).containsExactly(line("stdout", "before"));
        assertThat(ofAll.events).allMatch(event -> event.endsWith("\"before\"}"));
        his.leave();
        ofAll.leave();
    }

    @Test
    void aSecret_isMasked_forWhoMayReadIt_andNobodyElseHearsAnything() {
        String secret = "{\"name\":\"s\",\"secrets\":{\"password\":\"correct-horse\"}}";
        assertThat(api.post(boss, "/v1/secret", secret).status()).isEqualTo(201);
        create(ApiServer.function("says", "python3", "says.py", SAYS, ",\"secrets\":[\"s\"]"), "says");
        String run = begin(dev, "says", "{}");
        Follower may = follow(boss, "/v1/runs/" + run + "/logs");
        Follower mayNot = follow(dev, "/v1/runs/" + run + "/logs");
        await().atMost(PATIENCE).until(() -> may.isEnded() && mayNot.isEnded());
        assertThat(may.events).containsExactly(line("stdout", "the word is ***"), "data: {\"status\":\"READY\"}");
        assertThat(mayNot.events)
                .as("that it succeeded is released, as its answer is")
                .containsExactly("data: {\"status\":\"READY\"}");
    }

    @Test
    void whatOneMayNotKnowOf_isNotFound() {
        String run = begin(dev, "slow", "{\"seconds\":0}");
        Asker stranger = api.developer("blue", "*");
        assertThat(api.get(stranger, "/v1/runs/" + run + "/logs").body())
                .isEqualTo("{\"code\":404,\"message\":\"function run  not found\"}");
        assertThat(api.get(dev, "/v1/runs/" + run + "/logs?functionName=tainted")
                        .status())
                .isEqualTo(404);
        Asker other = api.addAccount(acme, "other", "function");
        assertThat(api.get(other, "/v1/runs/" + run + "/logs").status()).isEqualTo(403);
        assertThat(api.get(other, "/v1/function/slow/logs").status()).isEqualTo(403);
        Follower theirs = follow(stranger, "/v1/function/slow/logs");
        Follower ours = follow(dev, "/v1/function/slow/logs");
        begin(dev, "slow", "{\"seconds\":0}");
        await().atMost(PATIENCE).until(() -> ours.events.size() >= 3);
        assertThat(theirs.events).isEmpty();
        theirs.leave();
        ours.leave();
    }

    @Test
    void whoMayNoMore_hearsNoMore() {
        Asker leaves = api.addAccount(acme, "leaves", "runs");
        Follower follower = follow(leaves, "/v1/function/slow/logs");
        var nothing = new Policy.Rule(List.of("leaves"), List.of("get"), List.of("image"));
        ApiServer.asRoot(() -> api.organizations.put(acme, new Policy("i", "leaves", false, List.of(nothing), 0, 0)));
        await().atMost(LogStream.BEAT.multipliedBy(3)).until(follower::isEnded);
    }

    @Test
    void followers_areFew_ofOneOrganization() {
        Asker crowd = api.developer("crowd", "runs");
        var followers = new ArrayList<Follower>();
        for (int i = 0; i < LiveRuns.FOLLOWERS_OF_ORGANIZATION_MAX; i++) {
            followers.add(follow(crowd, "/v1/function/any/logs"));
        }
        assertThat(follow(crowd, "/v1/function/any/logs").answer.statusCode()).isEqualTo(429);
        Answer refused = api.get(crowd, "/v1/function/any/logs");
        assertThat(refused.body()).contains("follows as many logs as it may at once: 20");
        follow(dev, "/v1/function/slow/logs").leave();
        followers.forEach(Follower::leave);
        await().atMost(LogStream.BEAT.multipliedBy(4))
                .until(() -> follow(crowd, "/v1/function/any/logs").answer.statusCode() == 200);
    }
}
