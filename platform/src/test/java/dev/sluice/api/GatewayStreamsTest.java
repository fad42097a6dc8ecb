package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.http.RawClient;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Answers that leave the gateway while they are made, and what asks for other streams; with real guests.
final class GatewayStreamsTest extends ApiTest {
    private static final String COUNTS = """
            def handle(context, payload):
                return 3
            """;

    private Asker boss;

    @BeforeAll
    void functions() {
        boss = api.developer("acme", "*");
        function(ApiServer.python("counts", COUNTS), "counts");
        api("counts", "counts", "");
    }

    private void function(String body, String name) {
        assertThat(api.post(boss, "/v1/function", body).status()).isEqualTo(201);
        await().untilAsserted(() -> assertThat(
                        api.get(boss, "/v1/function/" + name).text("status"))
                .isEqualTo("READY"));
    }

    private void api(String name, String function, String more) {
        Answer made = api.post(
                boss,
                "/v1/api",
                "{\"name\":\"" + name + "\",\"function\":\"" + function + "\",\"enabled\":true,\"uris\":[\"/" + name
                        + "\"]" + more + "}");
        assertThat(made.status()).as(made.body()).isEqualTo(200);
    }

    private int runs(String function) {
        return api.get(boss, "/v1/runs?functionName=" + function).json().size();
    }

    @Test
    void webSocket_isRefused_andNothingRuns() throws Exception {
        int before = runs("counts");
        String answer = RawClient.send(api.gateway.port(), """
                GET /acme/counts HTTP/1.1
                Host: localhost
                Connection: close, Upgrade
                Upgrade: WebSocket
                Sec-WebSocket-Version: 13
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

                """.replace("\n", "\r\n"));
        assertThat(answer).startsWith("HTTP/1.1 501 ").contains("does not serve WebSocket");
        assertThat(runs("counts")).isEqualTo(before);
    }
}
