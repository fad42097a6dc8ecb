package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How much endpoints take in.
final class GatewayLimitsTest extends ApiTest {
    private Asker boss;

    @BeforeAll
    void function() {
        boss = api.developer("acme", "*");
        String source = "def handle(context, payload):\n    return len(payload)\n";
        assertThat(api.post(boss, "/v1/function", ApiServer.python("length", source))
                        .status())
                .isEqualTo(201);
        await().untilAsserted(() ->
                assertThat(api.get(boss, "/v1/function/length").text("status")).isEqualTo("READY"));
    }

    private Answer create(String name, String limits) {
        return api.post(
                boss,
                "/v1/api",
                "{\"name\":\"" + name + "\",\"function\":\"length\",\"enabled\":true,\"cors\":true,\"uris\":[\"/" + name
                        + "\"],\"limits\":" + limits + "}");
    }

    private HttpResponse<String> ask(String name, String body) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var address = URI.create("http://127.0.0.1:" + api.gateway.port() + "/acme/" + name);
            var request = HttpRequest.newBuilder(address).POST(BodyPublishers.ofString(body));
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    private static void assertTooMany(HttpResponse<String> said, int withinSeconds) {
        assertThat(said.statusCode()).as(said.body()).isEqualTo(429);
        assertThat(said.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, (long) withinSeconds);
        assertThat(said.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
    }

    @Test
    void beyondItsRate_anEndpointSaysWhenToTryAgain_andRunsNothing() throws Exception {
        assertThat(create("slow", "{\"rate\":\"2/h\",\"burst\":2}").status()).isEqualTo(200);
        int before = runs();
        assertThat(ask("slow", "abc").body()).isEqualTo("3");
        assertThat(ask("slow", "abcd").body()).isEqualTo("4");
        assertTooMany(ask("slow", "abc"), 1_800);
        assertThat(runs()).isEqualTo(before + 2);
        assertThat(api.get(boss, "/v1/api/slow").json().path("limits").toString())
                .isEqualTo("{\"rate\":\"2/h\",\"burst\":2}");
    }

    private int runs() {
        return api.get(boss, "/v1/runs?functionName=length").json().size();
    }

    @Test
    void beyondItsRate_aClientWaits() throws Exception {
        create("each", "{\"clientRate\":\"1/h\",\"clientBurst\":1}");
        assertThat(ask("each", "abc").body()).isEqualTo("3");
        assertTooMany(ask("each", "abc"), 3_600);
    }

    /// Whoever changes an API does not rest its clients.
    @Test
    void anUpdate_forgetsNothing_andADeletionAll() throws Exception {
        create("kept", "{\"rate\":\"1/h\"}");
        assertThat(ask("kept", "abc").statusCode()).isEqualTo(200);
        create("another", "{}");
        assertTooMany(ask("kept", "abc"), 3_600);
        assertThat(api.delete(boss, "/v1/api/kept").status()).isEqualTo(200);
        create("kept", "{\"rate\":\"1/h\"}");
        assertThat(ask("kept", "abc").statusCode()).isEqualTo(200);
    }

    @Test
    void anOrganization_hasOneLimitForAllItsEndpoints() throws Exception {
        create("free", "{}");
        create("free2", "{}");
        String quota = "/v1/iam/organization/acme/quota";
        assertThat(api.put(root, quota, "{\"gatewayRequestsPerSecond\":1}").status())
                .isEqualTo(200);
        try {
            await().untilAsserted(() -> {
                int first = ask("free", "abc").statusCode();
                HttpResponse<String> second = ask("free2", "abc");
                assertThat(first).isEqualTo(200);
                assertTooMany(second, 1);
            });
        } finally {
            api.put(root, quota, "{\"gatewayRequestsPerSecond\":null}");
        }
        assertThat(ask("free2", "abc").statusCode()).isEqualTo(200);
    }

    @Test
    void aBody_isAsLargeAsTheEndpointTakes() throws Exception {
        create("small", "{\"bodyBytes\":10}");
        assertThat(ask("small", "0123456789").body()).isEqualTo("10");
        assertThat(ask("small", "0123456789a").statusCode()).isEqualTo(413);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'rate':'often'}|605",
                "{'rate':'0/s'}|605",
                "{'burst':3}|602",
                "{'rate':'1/s','burst':-1}|609",
                "{'bodyBytes':6291457}|608",
                "{'rates':'1/s'}|606",
                "[]|601",
            })
    void aLimitThatMakesNoSense_isRefused(String limits, int code) {
        Answer said = create("odd", limits.replace('\'', '"'));
        assertThat(said.status()).as(said.body()).isEqualTo(422);
        assertThat(said.json().path("code").asInt()).isEqualTo(code);
    }
}
