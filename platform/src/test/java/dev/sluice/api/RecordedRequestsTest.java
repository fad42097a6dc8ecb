package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.GoClient.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What Dispatch's client v0.1.24 was recorded to send, all of it in its order, and whole answers:
/// `recorded-requests.txt` beside this class. Of an answer, ids are `*` and times that are not zero `1`.
///
/// Source: contracts/dispatch.md appendix A.
final class RecordedRequestsTest extends ApiTest {
    private static final int RECORDED = 96;
    private static final Duration BUILT = Duration.ofSeconds(90);
    private static final Pattern PLACEHOLDER = Pattern.compile("<[^<>]+>");
    private static final String ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    /// Sources as Dispatch's examples have them.
    private static final Map<String, String> SOURCES = Map.of(
            "hello.js", """
                    module.exports = function (context, params) {
                        let name = params.name || "Noone"
                        let place = params.place || "Nowhere"
                        return {myField: `Hello, ${name} from ${place}`}
                    }
                    """,
            "hello.py", """
                    def handle(context, payload):
                        name = payload.get('name', 'Noone')
                        place = payload.get('place', 'Nowhere')
                        return {'myField': f'Hello, {name} from {place}'}
                    """,
            "http_func.py", """
                    import requests

                    def handle(context, payload):
                        return requests.__name__
                    """,
            "hello.ps1", """
                    function handle($context, $payload) {
                        return @{ myField = "Hello, " + $payload.name }
                    }
                    """);

    private final Map<String, String> known = new HashMap<>();

    @BeforeAll
    void prepare() {
        String key = api.get(root, "/v1/iam/serviceaccount/admin").text("publicKey");
        known.put("<base64 PEM>", key);
        known.put("<jwt>", api.account("dispatch", "svc").token());
        known.put(
                "<base64 nodejs>",
                encoded(Archives.asGo(Map.of("./hello.js", SOURCES.getOrDefault("hello.js", "")), "./lib")));
        SOURCES.forEach((file, source) -> known.put(
                "<base64 " + directory(file) + "/" + file + ">", encoded(Archives.asGo(Map.of(".//" + file, source)))));
    }

    private static String directory(String file) {
        return file.endsWith(".js") ? "nodejs" : file.endsWith(".py") ? "python3" : "powershell";
    }

    private static String encoded(byte[] tar) {
        return Base64.getEncoder().encodeToString(Archives.gzip(tar));
    }

    @Test
    void everyRecordedRequest_isReplayed() throws IOException {
        List<Exchange> all = Exchange.all();
        assertThat(all.stream().filter(one -> !one.isOurs())).hasSize(RECORDED);
        assertThat(all).allMatch(one -> one.isAwaited() || one.status() != 0);
    }

    @TestFactory
    Stream<DynamicTest> replay() throws IOException {
        return Exchange.all().stream()
                .map(one -> DynamicTest.dynamicTest(
                        one.command() + ": " + one.method() + " " + one.target(), () -> replay(one)));
    }

    private void replay(Exchange one) throws IOException {
        if (one.isAwaited()) {
            await().atMost(BUILT).until(() -> send(one).body().matches("(?s).*\"status\":\"(READY|ERROR)\".*"));
            return;
        }
        Reply reply = send(one);
        if (one.method().equals("POST") && one.target().startsWith("/v1/runs")) {
            Matcher run = Pattern.compile("\"name\":\"(" + ID + ")\"").matcher(reply.body());
            assertThat(run.find()).as(reply.body()).isTrue();
            known.put("<run>", run.group(1));
        }
        assertThat(reply.status()).as(reply.body()).isEqualTo(one.status());
        String body = plain(reply.body());
        assertThat(one.answer().contains("*") ? body.replaceAll(ID, "*") : body).isEqualTo(one.answer());
        if (!reply.body().isEmpty()) {
            assertThat(reply.headers().get("content-type")).startsWith("application/json");
        }
    }

    /// As the client is configured: with an account's key, and without an organization, which is then sent empty.
    private Reply send(Exchange one) throws IOException {
        var headers = new LinkedHashMap<String, String>();
        if (!one.target().equals("/v1/version")) {
            headers.put("X-Dispatch-Org", "");
            headers.put("Authorization", "Bearer " + root.token());
        }
        one.headers().forEach((name, value) -> headers.put(name, filled(value)));
        return GoClient.send(api.port(), one.method(), filled(one.target()), headers, filled(one.body()));
    }

    private String filled(String text) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(known.getOrDefault(found.group(), "")));
    }

    private String plain(String body) {
        return body.replace(filled("<base64 PEM>"), "<base64 PEM>").replaceAll("((?:[Tt]ime|Micros)\":)[0-9]+", "$11");
    }
}
