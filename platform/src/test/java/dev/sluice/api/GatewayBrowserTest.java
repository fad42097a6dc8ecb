package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.api.ApiServer.Asker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What pages of other origins may do with endpoints, as a real browser has it.
@Tag("full")
final class GatewayBrowserTest extends ApiTest {
    private static final String PAGE = """
            <!doctype html><title>page</title><body></body><script>
            async function ask(what, target, options) {
                let said;
                try {
                    const answer = await fetch("http://127.0.0.1:PORT/acme/" + target, options);
                    said = answer.status + " " + await answer.text();
                } catch (refused) {
                    said = "kept from the page";
                }
                const line = document.createElement("p");
                line.textContent = what + ": " + said;
                document.body.append(line);
            }
            async function speak(what, target) {
                const said = await new Promise((resolve) => {
                    const socket = new WebSocket("ws://127.0.0.1:PORT/acme/" + target);
                    socket.onopen = () => socket.send("hello");
                    socket.onmessage = (message) => { socket.close(1000, "bye"); resolve(message.data); };
                    socket.onerror = () => resolve("kept from the page");
                });
                const line = document.createElement("p");
                line.textContent = what + ": " + said;
                document.body.append(line);
            }
            const json = {method: "PUT", headers: {"Content-Type": "application/json", "X-Mine": "1"}, body: "{}"};
            (async () => {
                await ask("simple", "open", {});
                await ask("with a preflight", "open", json);
                await ask("with credentials", "open", {headers: {"Authorization": "Bearer none"}});
                await ask("refused", "open", {method: "POST", headers: {"Content-Type": "text/csv"}, body: "a,b"});
                await ask("with cookies", "open", {credentials: "include"});
                await ask("closed", "closed", {});
                await ask("closed to preflights", "closed", json);
                await speak("spoken with", "talks");
                await speak("not to be spoken with", "silent");
                await ask("end", "open", {});
            })();
            </script>
            """;

    @TempDir
    private static Path directory;

    private HttpServer pages;

    @BeforeAll
    void serve() throws Exception {
        Asker boss = api.developer("acme", "*");
        String hello = "def handle(context, payload):\n    return 'hello'\n";
        assertThat(api.post(boss, "/v1/function", ApiServer.python("hello", hello))
                        .status())
                .isEqualTo(201);
        await().untilAsserted(() ->
                assertThat(api.get(boss, "/v1/function/hello").text("status")).isEqualTo("READY"));
        for (String cors : new String[] {"\"name\":\"open\",\"cors\":true", "\"name\":\"closed\",\"cors\":false"}) {
            String path = cors.contains("open") ? "/open" : "/closed";
            String body = "{" + cors + ",\"function\":\"hello\",\"enabled\":true,\"uris\":[\"" + path + "\"]}";
            assertThat(api.post(boss, "/v1/api", body).status()).isEqualTo(200);
        }
        talks(boss);
        byte[] page = PAGE.replace("PORT", Integer.toString(api.gateway.port())).getBytes(StandardCharsets.UTF_8);
        pages = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        pages.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        pages.start();
    }

    private void talks(Asker boss) {
        String talks =
                ApiServer.function("talks", "python3", "server.py", WebSocketTest.PYTHON, ",\"convention\":\"http\"");
        assertThat(api.post(boss, "/v1/function", talks).status()).isEqualTo(201);
        await().untilAsserted(() ->
                assertThat(api.get(boss, "/v1/function/talks").text("status")).isEqualTo("READY"));
        for (String name : new String[] {"\"talks\",\"cors\":true", "\"silent\",\"cors\":false"}) {
            String path = name.contains("talks") ? "/talks" : "/silent";
            String body = "{\"name\":" + name + ",\"function\":\"talks\",\"enabled\":true,\"stream\":\"http\","
                    + "\"uris\":[\"" + path + "\"]}";
            assertThat(api.post(boss, "/v1/api", body).status()).isEqualTo(200);
        }
    }

    @AfterAll
    void stopServing() {
        pages.stop(0);
    }

    @Test
    void aPageOfAnotherOrigin_readsAnswers_whereTheEndpointSaysSo() throws Exception {
        try (var browser = new Chromium(directory)) {
            browser.open("http://127.0.0.1:" + pages.getAddress().getPort() + "/");
            await().untilAsserted(() -> assertThat(browser.text()).contains("end: "));
            assertThat(browser.text().lines())
                    .filteredOn(line -> !line.isEmpty())
                    .containsExactly(
                            "simple: 200 \"hello\"",
                            "with a preflight: 200 \"hello\"",
                            "with credentials: 200 \"hello\"",
                            "refused: 415 {\"code\":415,\"message\":\"request body type is not supported: text/csv\"}",
                            "with cookies: kept from the page",
                            "closed: kept from the page",
                            "closed to preflights: kept from the page",
                            "spoken with: hello",
                            "not to be spoken with: kept from the page",
                            "end: 200 \"hello\"");
        }
    }
}
