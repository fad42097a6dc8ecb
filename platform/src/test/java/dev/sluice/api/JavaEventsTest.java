package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Functions in Java that emit events. Real guests.
final class JavaEventsTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String EMITTER = """
            import java.io.UncheckedIOException;
            import java.util.Map;
            import java.util.function.BiFunction;
            import java.util.function.Consumer;

            public class Emitter implements BiFunction<Map<String, Object>, Map<String, Object>, Object> {
                @Override
                @SuppressWarnings("unchecked")
                public Object apply(Map<String, Object> context, Map<String, Object> payload) {
                    var emit = (Consumer<Map<String, ?>>) context.get("emit");
                    try {
                        if (payload.containsKey("bytes")) {
                            emit.accept(Map.of("type", "made", "data", new byte[] {1, (byte) 0xff}));
                            return "emitted " + context.keySet();
                        }
                        emit.accept(payload);
                        return "emitted";
                    } catch (IllegalStateException | UncheckedIOException refused) {
                        return refused.getMessage();
                    }
                }
            }
            """;

    @Test
    void whatAFunctionInJavaEmits_becomesARun() {
        Asker dev = api.developer("je1", "*");
        emitter(dev, "emitter", ",\"emits\":true");
        echo(dev);
        String event = "{\"type\":\"made\",\"id\":\"1\",\"partitionkey\":\"k\",\"data\":{\"n\":7}}";
        assertThat(run(dev, "emitter", event)).isEqualTo("emitted");
        assertThat(run(dev, "emitter", event)).isEqualTo("emitted");
        assertThat(run(dev, "emitter", "{\"bytes\":true}")).isEqualTo("emitted [secrets, serviceBindings]");
        JsonNode runs = await().atMost(PATIENCE)
                .until(
                        () -> api.get(dev, "/v1/runs?functionName=echo").json(),
                        all -> all.size() == 2
                                && all.valueStream()
                                        .allMatch(one ->
                                                one.path("status").asString().equals("READY")));
        assertThat(runs.valueStream().map(one -> one.path("output").get(0).toString()))
                .containsExactlyInAnyOrder("{\"n\":7}", "\"Af8=\"");
        JsonNode first = runs.valueStream()
                .map(one -> one.path("output").get(1))
                .filter(told -> told.path("eventID").asString().equals("1"))
                .findFirst()
                .orElseThrow();
        assertThat(first.path("source").asString()).isEqualTo("/functions");
        assertThat(first.path("extensions").path("partitionkey").asString()).isEqualTo("k");
    }

    @Test
    void aFunctionInJavaThatMayNotEmit_hearsIt_asOneWhoseEventIsNone_orWhoseRunsShareAnInstance() {
        Asker dev = api.developer("je2", "*");
        emitter(dev, "emitter", "");
        assertThat(run(dev, "emitter", "{\"type\":\"made\"}")).isEqualTo("emit: DENIED");
        emitter(dev, "wrong", ",\"emits\":true");
        assertThat(run(dev, "wrong", "{\"data\":1}")).isEqualTo("emit: INVALID");
        emitter(dev, "several", ",\"emits\":true,\"concurrency\":2");
        assertThat(run(dev, "several", "{\"type\":\"made\"}")).contains("make no calls");
    }

    private String run(Asker asker, String name, String input) {
        Answer answer = api.post(asker, "/v1/runs?functionName=" + name, "{\"blocking\":true,\"input\":" + input + "}");
        assertThat(answer.json().has("output")).as(answer.body()).isTrue();
        return answer.json().path("output").asString();
    }

    private void emitter(Asker asker, String name, String more) {
        String source = Base64.getEncoder()
                .encodeToString(
                        Archives.gzip(Archives.tar(Map.of("Emitter.java", EMITTER.getBytes(StandardCharsets.UTF_8)))));
        created(
                asker,
                name,
                "{\"name\":\"" + name + "\",\"image\":\"java\",\"source\":\"" + source + "\"" + more + "}");
    }

    private void echo(Asker asker) {
        String source = "def handle(context, payload):\n    return [payload, context['event']]\n";
        created(asker, "echo", ApiServer.python("echo", source));
        String wish = "{\"name\":\"s\",\"eventType\":\"made\",\"function\":\"echo\"}";
        assertThat(api.post(asker, "/v1/event/subscriptions", wish).status()).isEqualTo(201);
    }

    private void created(Asker asker, String name, String body) {
        Answer made = api.post(asker, "/v1/function", body);
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() ->
                        !api.get(asker, "/v1/function/" + name).text("status").matches("INITIALIZED|CREATING"));
        Answer built = api.get(asker, "/v1/function/" + name);
        assertThat(built.text("status")).as(built.body()).isEqualTo("READY");
    }
}
