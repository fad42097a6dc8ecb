package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.function.PayloadStyle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// The examples of `docs/functions`, behind gates with the privilege `alice/docs`.
final class FunctionDocsTest {
    private static final Pattern EXAMPLE = Pattern.compile(
            "```(python|js)\n(.*?)```\\s+```json payload\n(.*?)```\\s+```json answer\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CODE = Pattern.compile("^```(python|js)$", Pattern.MULTILINE);

    @TempDir
    static Path directory;

    private static Published published;

    record Example(String name, String language, String source, String payload, String answer) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void start() throws InterruptedException {
        published = new Published(directory);
    }

    @AfterAll
    static void stop() {
        published.close();
    }

    static List<Example> examples() throws IOException {
        var examples = new ArrayList<Example>();
        for (String page : List.of("python", "node")) {
            String text = Files.readString(Path.of("..", "docs", "functions", page + ".md"));
            Matcher found = EXAMPLE.matcher(text);
            int before = examples.size();
            while (found.find()) {
                String name = page + "-" + (examples.size() - before + 1);
                examples.add(new Example(name, found.group(1), found.group(2), found.group(3), found.group(4)));
            }
            assertThat(examples.size() - before)
                    .as("examples with payload and answer in %s", page)
                    .isEqualTo(CODE.matcher(text).results().count());
        }
        return examples;
    }

    @ParameterizedTest
    @MethodSource("examples")
    void theExample_doesWhatItSays(Example example) throws Exception {
        boolean isDispatch = example.source().contains("context");
        String file = (isDispatch ? "main" : "workload") + (example.language().equals("js") ? ".js" : ".py");
        String gate = "home:<T,alice/docs>:" + example.name();
        published.install(
                Map.of(file, Bytes.utf8(example.source())), gate, "alice/docs", "alice/docs", PayloadStyle.RAW);

        JsonNode answer = published.answer("alice", gate, example.payload());
        JsonNode expected = Published.json(example.answer());
        expected.properties()
                .forEach(field -> assertThat(answer.get(field.getKey())).isEqualTo(field.getValue()));
        assertThat(answer.propertyNames())
                .containsAll(expected.propertyNames())
                .isSubsetOf(with(expected.propertyNames(), "duration", "runtime_sec", "runtime_ms"));
    }

    private static List<String> with(Iterable<String> names, String... more) {
        var all = new ArrayList<>(List.of(more));
        names.forEach(all::add);
        return all;
    }
}
