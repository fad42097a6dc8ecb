package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.http.RawClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Bodies of requests that functions read as their input, at the gateway's real port, with real guests.
final class GatewayBodiesTest extends ApiTest {
    private static final int LARGE_BYTES = 20 << 20;

    private static final String READS = """
            import hashlib
            def said(context, payload):
                if 'fails' in payload:
                    raise RuntimeError('broken')
                if context.input is None:
                    return {'payload': payload}
                digest = hashlib.sha256()
                size = 0
                while piece := context.input.read(1 << 20):
                    size += len(piece)
                    digest.update(piece)
                return {'size': size, 'sha256': digest.hexdigest(), 'payload': payload}
            def pieces(context, payload):
                yield said(context, payload)
            def handle(context, payload):
                return pieces(context, payload) if 'stream' in payload else said(context, payload)
            """;

    private Asker boss;

    @BeforeAll
    void functions() {
        boss = api.developer("acme", "*");
        assertThat(api.post(boss, "/v1/function", ApiServer.python("reads", READS))
                        .status())
                .isEqualTo(201);
        await().untilAsserted(() ->
                assertThat(api.get(boss, "/v1/function/reads").text("status")).isEqualTo("READY"));
        made("large", ",\"limits\":{\"bodyBytes\":" + LARGE_BYTES + "}");
        made("flows", ",\"stream\":\"lines\",\"limits\":{\"bodyBytes\":" + LARGE_BYTES + "}");
        made("usual", "");
    }

    private void made(String name, String more) {
        Answer made = create(name, ",\"bodies\":\"input\",\"failures\":\"problem\"" + more);
        assertThat(made.status()).as(made.body()).isEqualTo(200);
    }

    private Answer create(String name, String more) {
        return api.post(
                boss,
                "/v1/api",
                "{\"name\":\"" + name + "\",\"function\":\"reads\",\"enabled\":true,\"uris\":[\"/" + name + "\"]" + more
                        + "}");
    }

    private HttpResponse<String> send(String target, byte[] body, boolean isDeclared, String... headers)
            throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.gateway.port() + target))
                    .timeout(Duration.ofSeconds(60))
                    .POST(
                            isDeclared
                                    ? BodyPublishers.ofByteArray(body)
                                    : BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
            if (headers.length > 0) {
                request.headers(headers);
            }
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    private static byte[] large(int length) {
        byte[] body = new byte[length];
        new Random(7).nextBytes(body);
        return body;
    }

    private static String digest(byte[] body) {
        return Digest.of(Bytes.copyOf(body)).hex();
    }

    private String lastBlob() {
        return api.get(boss, "/v1/runs?functionName=reads&limit=1")
                .body()
                .replaceAll("(?s).*\"inputRef\":\"([^\"]+)\".*", "$1");
    }

    private int blob(String id) {
        return api.get(boss, "/v1/blob/" + id).status();
    }

    private int runs() {
        return api.get(boss, "/v1/runs?functionName=reads").json().size();
    }

    @Test
    void aBodyOfManyMegabytes_isRead_andGoneAfterwards() throws Exception {
        byte[] body = large(LARGE_BYTES);
        for (boolean isDeclared : new boolean[] {true, false}) {
            HttpResponse<String> said = send("/acme/large?a=1", body, isDeclared, "Content-Type", "video/mp4");
            assertThat(said.statusCode()).as(said.body()).isEqualTo(200);
            assertThat(said.body()).contains("\"size\":" + LARGE_BYTES, digest(body), "\"payload\":{\"a\":\"1\"}");
        }
        HttpResponse<String> flowing = send("/acme/flows?stream=1", body, false);
        assertThat(flowing.body()).contains(digest(body)).endsWith("}\n");
        await().untilAsserted(() -> assertThat(blob(lastBlob())).isEqualTo(404));
    }

    @Test
    void aRunThatFails_leavesNoBody() throws Exception {
        assertThat(send("/acme/usual?fails=1", new byte[5], true).statusCode()).isEqualTo(502);
        assertThat(send("/acme/flows?fails=1", new byte[5], true).statusCode()).isEqualTo(502);
        int failed = 0;
        for (JsonNode run : api.get(boss, "/v1/runs?functionName=reads").json()) {
            if (run.path("status").stringValue("").equals("ERROR")) {
                failed++;
                assertThat(blob(run.path("inputRef").stringValue(""))).isEqualTo(404);
            }
        }
        assertThat(failed).isEqualTo(2);
    }

    @Test
    void whoDoesNotWait_hasItReadLater() throws Exception {
        int before = runs();
        assertThat(send("/acme/usual", new byte[10], true, "x-dispatch-blocking", "false")
                        .statusCode())
                .isEqualTo(202);
        assertThat(runs()).isEqualTo(before + 1);
        await().untilAsserted(() -> assertThat(
                        api.get(boss, "/v1/runs?functionName=reads&limit=1").body())
                .contains("\"size\":10"));
    }

    @Test
    void whatIsTooLarge_isRefused_andNothingRuns() throws Exception {
        int before = runs();
        assertThat(send("/acme/usual", large((6 << 20) + 1), true).statusCode()).isEqualTo(413);
        assertThat(send("/acme/usual", large((6 << 20) + 1), false).statusCode())
                .isEqualTo(413);
        assertThat(runs()).isEqualTo(before);
        assertThat(send("/acme/usual", large(6 << 20), false).statusCode()).isEqualTo(200);
    }

    @Test
    void withoutABody_theQueryIsAll() throws Exception {
        assertThat(RawClient.body(RawClient.request(api.gateway.port(), "GET", "/acme/usual?a=1")))
                .isEqualTo("{\"payload\":{\"a\":\"1\"}}");
    }

    @Test
    void anotherKindOfBodies_isRefused_andLargeOnesOfThePayload() {
        assertThat(create("odd", ",\"bodies\":\"live\"").body()).contains("bodies in body should be one of [input]");
        assertThat(create("odd", ",\"limits\":{\"bodyBytes\":6291457}").status())
                .isEqualTo(422);
        assertThat(create("odd", ",\"bodies\":\"input\",\"limits\":{\"bodyBytes\":1073741825}")
                        .status())
                .isEqualTo(422);
        assertThat(api.get(boss, "/v1/api/large").text("bodies")).isEqualTo("input");
    }
}
