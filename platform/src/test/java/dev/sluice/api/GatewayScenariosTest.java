package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.invoke.Buckets;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Scenarios S15, S16 and S21 of contracts/faasten.md 8, tried by a stranger at the gateway, and what flow 3 of
/// design/labels.md section 6 says of errors and of writing. Real guests.
final class GatewayScenariosTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LATE = Duration.ofSeconds(2);
    private static final int TIMED = 24;
    private static final String SECRET = "deep secret";

    /// Works, raises or answers as its secret is what the stranger guesses.
    private static final String GUESSED = """
            import time

            def handle(context, payload):
                if context['secrets']['password'] == payload['guess']:
                    if payload['then'] == 'raise':
                        raise ValueError(context['secrets']['password'])
                    end = time.monotonic() + payload['then']
                    while time.monotonic() < end:
                        pass
                return context['secrets']['password']
            """;

    private static final String WRITES = """
            def handle(event, cloudcall):
                if 'knows' in event:
                    cloudcall.taint_with_label(event['knows'])
                before = str(cloudcall.get_current_label())
                try:
                    did = cloudcall.fs_createfile('home:<T,T>:' + event['name'], 'T,T')
                except Exception as refused:
                    did = getattr(refused, 'code', repr(refused))
                return {'label': before, 'did': did}
            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private Asker boss;

    @BeforeAll
    void functions() throws Exception {
        boss = api.developer("acme", "*");
        api.post(boss, "/v1/secret", "{\"name\":\"s\",\"secrets\":{\"password\":\"" + SECRET + "\"}}");
        function("guessed", GUESSED, ",\"secrets\":[\"s\"],\"timeout\":" + LATE.toMillis());
        function("writes", WRITES, ",\"convention\":\"faasten\"");
        endpoint("kept", "guessed", ",\"failures\":\"problem\"");
        endpoint("told", "guessed", ",\"releases\":[\"s\"],\"failures\":\"problem\"");
        endpoint("writes", "writes", ",\"failures\":\"problem\"");
        endpoint("nothing", "no-such-function", ",\"failures\":\"problem\"");
        endpoint("shut", "guessed", ",\"enabled\":false");
        guess("kept", SECRET, "0"); // the guest waits from now on
    }

    @AfterAll
    void stop() {
        client.close();
    }

    private void function(String name, String source, String more) {
        String body = ApiServer.function(name, "python3", name + ".py", source, more);
        assertThat(api.post(boss, "/v1/function", body).status()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(boss, "/v1/function/" + name).text("status").equals("READY"));
    }

    private void endpoint(String name, String function, String more) {
        String enabled = more.contains("enabled") ? "" : ",\"enabled\":true";
        Answer made = api.post(
                boss,
                "/v1/api",
                "{\"name\":\"" + name + "\",\"function\":\"" + function + "\",\"methods\":[\"POST\"],\"uris\":[\"/"
                        + name + "\"]" + enabled + more + "}");
        assertThat(made.status()).as(made.body()).isEqualTo(200);
    }

    private HttpResponse<String> ask(String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.gateway.port() + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> guess(String endpoint, String guess, String then)
            throws IOException, InterruptedException {
        return ask("/acme/" + endpoint, "{\"guess\":\"" + guess + "\",\"then\":" + then + "}");
    }

    /// All that a stranger sees, but for the names of the moment and of the request, and whether the connection is
    /// kept:
    /// that depends on how much of the body is there when the answer is.
    private static String seen(HttpResponse<String> said) {
        var headers = new TreeMap<>(said.headers().map());
        headers.remove("date");
        headers.remove("x-request-id");
        headers.remove("connection");
        return said.statusCode() + "\n" + headers + "\n" + said.body();
    }

    @Test
    void s15_loopingForASecret_endsAtTheDeadline_inTheSameRefusal() throws Exception {
        String refusal = seen(guess("nothing", SECRET, "3600"));
        assertThat(refusal).startsWith("404\n");
        long asked = System.nanoTime();
        assertThat(seen(guess("kept", SECRET, "3600"))).isEqualTo(refusal);
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isBetween(LATE, LATE.multipliedBy(10));
        assertThat(seen(guess("kept", "another", "3600"))).isEqualTo(refusal);
        assertThat(seen(guess("kept", SECRET, "\"raise\""))).isEqualTo(refusal);
    }

    /// Whoever guesses by the best threshold there is guesses little better than a coin.
    @Test
    void s16_theMomentOfARefusal_doesNotTellWhatTheRunDid() throws Exception {
        guess("kept", SECRET, "0");
        var worked = new ArrayList<Long>();
        var idled = new ArrayList<Long>();
        for (int i = 0; i < 2 * TIMED; i++) {
            boolean works = i % 2 == 0;
            long start = System.nanoTime();
            assertThat(guess("kept", works ? SECRET : "another", "0.006").statusCode())
                    .isEqualTo(404);
            (works ? worked : idled).add(System.nanoTime() - start);
        }
        for (List<Long> times : List.of(worked, idled)) {
            assertThat(times)
                    .allSatisfy(nanos -> assertThat(Duration.ofNanos(nanos)).isGreaterThanOrEqualTo(Buckets.FIRST));
        }
        assertThat(bestGuess(worked, idled)).isLessThan(0.85);
    }

    /// The share of right guesses with the best threshold between the two.
    private static double bestGuess(List<Long> longer, List<Long> shorter) {
        double best = 0;
        for (long threshold : longer) {
            long right = longer.stream().filter(time -> time >= threshold).count()
                    + shorter.stream().filter(time -> time < threshold).count();
            best = Math.max(best, (double) right / (longer.size() + shorter.size()));
        }
        return best;
    }

    /// What is there and not served, what is not there, and what is there for others: paths of functions, of gates and
    /// of other organizations.
    @Test
    void s21_probing_tellsNothing() throws Exception {
        String nothing = seen(ask("/acme/absent", "{}"));
        assertThat(nothing).startsWith("404\n");
        for (String path : List.of(
                "/acme/shut",
                "/acme/guessed",
                "/acme/home:%3CT,acme/api%3E:kept",
                "/nobody/kept",
                "/kept",
                "/acme",
                "/sluice/kept")) {
            assertThat(seen(ask(path, "{}"))).as(path).isEqualTo(nothing);
        }
    }

    /// Flow 3: the outcome is told where the answer would have been, and nothing that the function said of it.
    @Test
    void anError_isBare_evenWhereTheAnswerIsReleased() throws Exception {
        assertThat(guess("told", "another", "0").body()).isEqualTo("\"" + SECRET + "\"");
        HttpResponse<String> failed = guess("told", SECRET, "\"raise\"");
        assertThat(failed.statusCode()).isEqualTo(502);
        assertThat(seen(failed)).doesNotContain(SECRET, "ValueError", "Traceback");
        HttpResponse<String> late = guess("told", SECRET, "3600");
        assertThat(late.statusCode()).isEqualTo(504);
    }

    /// Flow 3: what it has learnt is in no file that everybody reads.
    @Test
    void aStrangersRun_thatKnowsASecret_writesNoPublicFile() throws Exception {
        assertThat(ask("/acme/writes", "{\"name\":\"public\"}").body()).contains("\"label\":\"T,T\"", "\"did\":true");
        assertThat(seen(ask("/acme/writes", "{\"name\":\"leaked\",\"knows\":\"acme/secret/s,T\"}")))
                .isEqualTo(seen(ask("/acme/nothing", "{}")));
        assertThat(ask("/acme/writes", "{\"name\":\"leaked\"}").body()).contains("\"did\":true");
        assertThat(ask("/acme/writes", "{\"name\":\"leaked\"}").body()).contains("\"did\":false");
    }
}
