package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A real browser without a window, driven over the W3C's WebDriver protocol.
final class Chromium implements AutoCloseable {
    private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Process driver;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String session;

    /// @param directory for what the browser keeps
    Chromium(Path directory) throws IOException, InterruptedException {
        Path home = Files.createDirectories(directory.resolve("chromium"));
        var builder = new ProcessBuilder("chromedriver", "--port=0").redirectErrorStream(true);
        builder.environment().put("HOME", home.toString());
        driver = builder.start();
        Map<String, Object> options = Map.of("binary", "/usr/bin/chromium", "args", new String[] {
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--window-size=900,700",
            "--user-data-dir=" + home.resolve("profile")
        });
        String base = "http://127.0.0.1:" + port(driver.inputReader()) + "/session";
        JsonNode begun = send(
                "POST", base, Map.of("capabilities", Map.of("alwaysMatch", Map.of("goog:chromeOptions", options))));
        session = base + "/" + begun.path("sessionId").stringValue("");
    }

    private static String port(BufferedReader output) throws IOException {
        Pattern started = Pattern.compile("started successfully on port (\\d+)");
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher found = started.matcher(line);
            if (found.find()) {
                return found.group(1);
            }
        }
        throw new IOException("the driver does not start");
    }

    void open(String address) throws IOException, InterruptedException {
        send("POST", session + "/url", Map.of("url", address));
    }

    String address() throws IOException, InterruptedException {
        return send("GET", session + "/url", Map.of()).stringValue("");
    }

    /// What a person reads.
    String text() throws IOException, InterruptedException {
        return send("GET", element("body") + "/text", Map.of()).stringValue("");
    }

    void type(String css, String text) throws IOException, InterruptedException {
        send("POST", element(css) + "/value", Map.of("text", text));
    }

    /// Clicks on what leads to another page, and waits for that page.
    void click(String css) throws IOException, InterruptedException {
        String page = element("html");
        press(css);
        Awaitility.await().atMost(PATIENCE).until(() -> isGone(page));
    }

    /// As [#click], and waits for nothing.
    void press(String css) throws IOException, InterruptedException {
        send("POST", element(css) + "/click", Map.of());
    }

    private boolean isGone(String element) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(element + "/name"))
                .timeout(PATIENCE)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 404;
    }

    String css(String css, String property) throws IOException, InterruptedException {
        return send("GET", element(css) + "/css/" + property, Map.of()).stringValue("");
    }

    /// As a screen reader has it.
    String label(String css) throws IOException, InterruptedException {
        return send("GET", element(css) + "/computedlabel", Map.of()).stringValue("");
    }

    /// What is selected, as its `id`.
    String focused() throws IOException, InterruptedException {
        JsonNode active = send("GET", session + "/element/active", Map.of());
        return send("GET", session + "/element/" + active.path(ELEMENT).stringValue("") + "/attribute/id", Map.of())
                .stringValue("");
    }

    void picture(Path file) throws IOException, InterruptedException {
        String png = send("GET", session + "/screenshot", Map.of()).stringValue("");
        Files.write(file, Base64.getDecoder().decode(png));
    }

    private String element(String css) throws IOException, InterruptedException {
        JsonNode found = send("POST", session + "/element", Map.of("using", "css selector", "value", css));
        return session + "/element/" + found.path(ELEMENT).stringValue("");
    }

    private JsonNode send(String method, String target, Map<String, Object> body)
            throws IOException, InterruptedException {
        var publisher = method.equals("POST")
                ? HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))
                : HttpRequest.BodyPublishers.noBody();
        HttpRequest request = HttpRequest.newBuilder(URI.create(target))
                .timeout(PATIENCE)
                .method(method, publisher)
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("value");
    }

    @Override
    public void close() throws IOException {
        try {
            send("DELETE", session, Map.of());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            driver.descendants().forEach(ProcessHandle::destroyForcibly);
            driver.destroyForcibly();
            http.close();
        }
    }
}
