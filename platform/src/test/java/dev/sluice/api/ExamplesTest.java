package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The functions of `examples/`, each in a real sandbox with what `examples/examples.json` says of it.
final class ExamplesTest extends ApiTest {
    private static final int EXAMPLES_MIN = 40;
    private static final Path EXAMPLES = Path.of("..", "examples");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// All of them before the first run, so that no build takes the room of an instance that is to be used again.
    @BeforeAll
    void create() throws IOException {
        for (JsonNode example : table()) {
            example.path("secrets").properties().forEach(secret -> keep(example, secret.getKey(), secret.getValue()));
            assertThat(api.post(root, "/v1/function", body(example)).status()).isEqualTo(201);
        }
        for (JsonNode example : table()) {
            String target = "/v1/function/" + example.path("name").asString();
            await().atMost(Duration.ofMinutes(3))
                    .until(() -> !api.get(root, target).text("status").matches("INITIALIZED|CREATING"));
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void anExample_doesWhatTheTableSays(String name) throws IOException {
        Answer function = api.get(root, "/v1/function/" + name);
        assertThat(function.text("status")).as(function.body()).isEqualTo("READY");
        JsonNode example = table().stream()
                .filter(one -> one.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
        for (JsonNode run : example.path("runs")) {
            ObjectNode body = JSON.createObjectNode().put("blocking", true);
            body.set("input", run.path("input"));
            Answer answer = api.post(root, "/v1/runs?functionName=" + name, body.toString());
            JsonNode error = answer.json().path("error");
            if (run.has("error")) {
                assertThat(error.path("type").asString(answer.body()))
                        .isEqualTo(run.path("error").path("type").asString());
                assertThat(error.path("message").asString())
                        .startsWith(run.path("error").path("message").asString());
            } else {
                assertThat(answer.json().path("output")).as(answer.body()).isEqualTo(run.path("output"));
            }
        }
    }

    @Test
    void everyExample_isInTheTable_andInTheReadme() throws IOException {
        List<JsonNode> table = table();
        assertThat(table).hasSizeGreaterThanOrEqualTo(EXAMPLES_MIN);
        List<String> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(EXAMPLES.resolve("functions"))) {
            all.filter(Files::isRegularFile)
                    .map(file -> EXAMPLES.relativize(file).toString())
                    .forEach(files::add);
        }
        assertThat(table.stream().map(example -> example.path("file").asString()))
                .containsAll(files)
                .doesNotHaveDuplicates();
        String readme = Files.readString(EXAMPLES.resolve("README.md"));
        table.forEach(example ->
                assertThat(readme).contains("(" + example.path("file").asString() + ")"));
    }

    static Stream<String> names() throws IOException {
        return table().stream().map(example -> example.path("name").asString());
    }

    private static List<JsonNode> table() throws IOException {
        return JSON.readTree(Files.readAllBytes(EXAMPLES.resolve("examples.json")))
                .valueStream()
                .toList();
    }

    private void keep(JsonNode example, String key, JsonNode value) {
        ObjectNode secret = JSON.createObjectNode().put("name", secretName(example, key));
        secret.putObject("secrets").set(key, value);
        assertThat(api.post(root, "/v1/secret", secret.toString()).status()).isEqualTo(201);
    }

    private static String secretName(JsonNode example, String key) {
        return example.path("name").asString() + "-" + key;
    }

    private static String body(JsonNode example) throws IOException {
        Path file = EXAMPLES.resolve(example.path("file").asString());
        byte[] tar = Archives.tar(Map.of(file.getFileName().toString(), Files.readAllBytes(file)));
        ObjectNode body = JSON.createObjectNode();
        for (String field : List.of("name", "image", "handler", "convention", "timeout", "schema")) {
            if (example.has(field)) {
                body.set(field, example.path(field));
            }
        }
        body.put("source", Base64.getEncoder().encodeToString(Archives.gzip(tar)));
        var secrets = body.putArray("secrets");
        example.path("secrets").propertyNames().forEach(key -> secrets.add(secretName(example, key)));
        return body.toString();
    }
}
