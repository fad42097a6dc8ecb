package dev.sluice.api;

import static dev.sluice.api.ApiServer.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `sluice init` writes works as it is.
final class TemplatesTest extends ApiTest {
    private static final Path TEMPLATES =
            Path.of("..", "cli", "src", "main", "resources", "dev", "sluice", "cli", "templates");

    @ParameterizedTest
    @CsvSource({
        "python3, hello.py, hello.handle",
        "nodejs, hello.js, ./hello.js",
        "java, Hello.java, Hello",
    })
    void aTemplate_isAFunctionThatWorks(String language, String file, String handler) throws IOException {
        String source = Files.readString(TEMPLATES.resolve(language).resolve(file));
        String name = "made-" + language;
        String body = function(name, language, file, source, ",\"handler\":\"" + handler + "\"");
        assertThat(api.post(root, "/v1/function", body).status()).isEqualTo(201);
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        api.get(root, "/v1/function/" + name).text("status").equals("READY"));
        Answer run =
                api.post(root, "/v1/runs?functionName=" + name, "{\"blocking\":true,\"input\":{\"name\":\"Jon\"}}");
        assertThat(run.json().path("output").toString()).isEqualTo("{\"greeting\":\"Hello, Jon\"}");
        assertThat(run.json().path("logs").path("stdout").toString()).isEqualTo("[\"greeting Jon\"]");
    }
}
