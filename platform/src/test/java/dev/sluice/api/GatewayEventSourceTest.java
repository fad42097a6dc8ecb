package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.api.ApiServer.Asker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Streams of endpoints in a real browser.
@Tag("full")
final class GatewayEventSourceTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// Breaks off after two events, and goes on where the browser says that it was.
    private static final String TICKS = """
            def handle(context, payload):
                n = int(context['httpContext'].get('last-event-id', 0))
                yield {'event': 'tick', 'id': str(n + 1), 'retry': 50, 'data': 'line ' + str(n + 1) + '\\nand more'}
                yield {'id': str(n + 2), 'data': {'n': n + 2}}
                if n > 0:
                    yield {'event': 'end', 'data': ''}
                raise RuntimeError('broken')
            """;

    private static final String PAGE = """
            <!doctype html><title>page</title><body></body><script>
            const say = (text) => {
                const line = document.createElement("p");
                line.textContent = text;
                document.body.append(line);
            };
            const source = new EventSource("http://127.0.0.1:PORT/acme/ticks");
            source.addEventListener("tick", (event) => say("tick " + JSON.stringify(event.data)));
            source.onmessage = (event) => say("message " + event.lastEventId + " " + event.data);
            source.addEventListener("end", () => { source.close(); say("end"); });
            source.onerror = () => say("broken off");
            </script>
            """;

    private static final String SITE = """
            def handle(context, payload):
                yield {'headers': {'content-type': 'text/html'}}
                yield '<!doctype html><p id="said">as it was written</p>'
                yield '<script>document.getElementById("said").textContent = "by a script"</script>'
            """;

    @TempDir
    private static Path directory;

    private HttpServer pages;

    @BeforeAll
    void serve() throws Exception {
        Asker boss = api.developer("acme", "*");
        served(boss, "ticks", TICKS, "events");
        served(boss, "pages", SITE, "http");
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

    private void served(Asker boss, String name, String source, String form) {
        assertThat(api.post(boss, "/v1/function", ApiServer.python(name, source))
                        .status())
                .isEqualTo(201);
        await().untilAsserted(() ->
                assertThat(api.get(boss, "/v1/function/" + name).body()).contains("READY"));
        String body = "{\"name\":\"" + name + "\",\"function\":\"" + name
                + "\",\"enabled\":true,\"cors\":true,\"uris\":[\"/" + name + "\"],\"stream\":\"" + form + "\"}";
        assertThat(api.post(boss, "/v1/api", body).status()).isEqualTo(200);
    }

    @AfterAll
    void stopServing() {
        pages.stop(0);
    }

    @Test
    void aPage_hearsEvents_andAsksAgain_whereTheyBrokeOff() throws Exception {
        try (var browser = new Chromium(directory.resolve("events"))) {
            browser.open("http://127.0.0.1:" + pages.getAddress().getPort() + "/");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(browser.text().lines()).contains("end"));
            assertThat(browser.text().lines())
                    .filteredOn(line -> !line.isEmpty())
                    .containsExactly(
                            "tick \"line 1\\nand more\"",
                            "message 2 {\"n\":2}",
                            "broken off",
                            "tick \"line 3\\nand more\"",
                            "message 4 {\"n\":4}",
                            "end");
        }
    }

    /// All organizations may be one origin for it.
    @Test
    void aPageThatAFunctionMakes_isShown_andCanDoNothing() throws Exception {
        try (var browser = new Chromium(directory.resolve("site"))) {
            browser.open("http://127.0.0.1:" + api.gateway.port() + "/acme/pages");
            assertThat(browser.text()).isEqualTo("as it was written");
        }
    }
}
