package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Functions in Java: contracts/dispatch.md 4.2 to 4.5, in real sandboxes.
final class JavaFunctionsTest extends ApiTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern EXAMPLE = Pattern.compile(
            "```java\n(.*?)```\\s+```json payload\n(.*?)```\\s+```json answer\n(.*?)```", Pattern.DOTALL);
    private static final String HELLO = """
            package io.example;

            import java.util.Map;
            import java.util.function.BiFunction;

            public class Hello implements BiFunction<Map<String, Object>, Hello.Person, Object> {
                record Greeting(String myField, int letters) {}

                static class Person {
                    String name = "Noone";
                    String place;
                }

                @Override
                public Object apply(Map<String, Object> context, Person person) {
                    System.out.println("greeting " + person.name);
                    System.err.print("no newline");
                    return switch (person.name) {
                        case "nobody" -> throw new IllegalArgumentException("nobody is there");
                        case "crash" -> throw new IllegalStateException("crashed");
                        case "context" -> context.keySet();
                        case "exit" -> {
                            System.exit(3);
                            yield null;
                        }
                        case "memory" -> new byte[Integer.MAX_VALUE - 8];
                        case "large" -> "x".repeat(6 << 20);
                        case "itself" -> {
                            Object[] loop = new Object[1];
                            loop[0] = loop;
                            yield loop;
                        }
                        case "escape" -> ClassLoader.getSystemClassLoader() == getClass().getClassLoader()
                                || getClass().getClassLoader().getParent() == ClassLoader.getSystemClassLoader();
                        default -> new Greeting("Hello, " + person.name, person.name.length());
                    };
                }
            }
            """;
    private static final String PLAIN = """
            public class Plain implements java.util.function.BiFunction<Object, Object, Object> {
                public Object apply(Object context, Object payload) {
                    return payload;
                }
            }
            """;

    @Test
    void aClassThatIsABiFunction_isCompiled_andGetsItsPayloadAsItsOwnType() {
        created("hello", Map.of("Hello.java", utf8(HELLO)), "");

        Answer run = exec("hello", "{\"name\":\"Jon\"}");
        assertThat(run.text("status")).isEqualTo("READY");
        assertThat(run.json().path("output").toString()).isEqualTo("{\"myField\":\"Hello, Jon\",\"letters\":3}");
        assertThat(run.json().path("logs").toString())
                .isEqualTo("{\"stderr\":[\"no newline\"],\"stdout\":[\"greeting Jon\"]}");
        assertThat(output("hello", "{\"name\":\"context\"}")).isEqualTo("[\"secrets\",\"serviceBindings\"]");
        assertThat(output("hello", "{\"name\":\"escape\"}")).isEqualTo("false");
    }

    @Test
    void wholeNumbers_stayWhole_whereNoTypeIsDeclared() {
        created("plain", Map.of("Plain.java", utf8(PLAIN)), "");
        String payload = "{\"n\":9007199254740993,\"x\":1.5,\"t\":\"<&'é\\u0000\",\"l\":[true,{}]}";
        assertThat(exec("plain", payload).json().path("output")).isEqualTo(JSON.readTree(payload));
        assertThat(output("plain", "42")).isEqualTo("42");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nobody|InputError|nobody is there",
                "crash|FunctionError|crashed",
                "itself|FunctionError|returned no JSON",
                "large|FunctionError|the result has 6291458 bytes, more than 6291456: write it to context.output",
                "exit|FunctionError|exit",
                "memory|FunctionError|",
            })
    void whatGoesWrong_isTold(String name, String type, String message) {
        created("faults-" + name, Map.of("Hello.java", utf8(HELLO)), ",\"handler\":\"io.example.Hello\"");
        JsonNode error = error("faults-" + name, "{\"name\":\"" + name + "\"}");
        assertThat(error.path("type").asString()).isEqualTo(type);
        assertThat(error.path("message").asString()).contains(message == null ? "" : message);
        assertThat(error.path("stacktrace").toString()).doesNotContain("dev.sluice");
        assertThat(output("faults-" + name, "{}")).as("afterwards").contains("Hello, Noone");
    }

    @Test
    void aPayloadThatDoesNotFit_isTheCallersFault() {
        created("typed", Map.of("Hello.java", utf8(HELLO)), "");
        JsonNode error = error("typed", "{\"name\":[]}");
        assertThat(error.path("type").asString()).isEqualTo("InputError");
        assertThat(error.path("message").asString()).contains("the payload is no io.example.Hello$Person");
        assertThat(error("typed", "[".repeat(250) + "]".repeat(250))
                        .path("type")
                        .asString())
                .isEqualTo("InputError");
    }

    @Test
    void aContextThatDoesNotFit_isSaidToBeTheContext() {
        created("context", Map.of("Plain.java", utf8(PLAIN.replace("Object", "Integer"))), "");
        String message = error("context", "1").path("message").asString();
        assertThat(message).startsWith("the context is no java.lang.Integer: ");
    }

    @Test
    void aFullHeap_endsTheInstance_andItsLogSaysSo() {
        created("heap", Map.of("Hello.java", utf8(HELLO)), "");
        JsonNode logs = exec("heap", "{\"name\":\"memory\"}").json().path("logs");
        assertThat(logs.toString()).contains("OutOfMemoryError");
        assertThat(output("heap", "{}")).as("afterwards").contains("Hello, Noone");
    }

    @Test
    void aFunctionThatTakesTooLong_isEnded() {
        String source = PLAIN.replace("return payload;", "while (true) { Thread.onSpinWait(); }");
        created("endless", Map.of("Plain.java", utf8(source)), ",\"timeout\":2000");
        assertThat(error("endless", "{}").path("type").asString()).isEqualTo("FunctionError");
    }

    @Test
    void aProjectAsMavenLaysItOut_hasItsSourcesAndResources_andNotItsTests() {
        String source = PLAIN.replace(
                "return payload;",
                "try (var in = getClass().getResourceAsStream(\"/greeting.txt\")) {"
                        + " return new String(in.readAllBytes()); } catch (java.io.IOException e) { return null; }");
        created(
                "project",
                Map.of(
                        "pom.xml", utf8("<project/>"),
                        "src/main/java/io/example/Plain.java", utf8("package io.example;\n" + source),
                        "src/main/resources/greeting.txt", utf8("hello from a resource"),
                        "src/test/java/io/example/PlainTest.java", utf8("this does not compile")),
                ",\"handler\":\"io.example.Plain\"");
        assertThat(output("project", "{}")).isEqualTo("\"hello from a resource\"");
    }

    @Test
    void aJar_isOnTheClassPath(@TempDir Path directory) throws IOException {
        created("jar", Map.of("lib/plain.jar", jar(directory)), ",\"handler\":\"Plain\"");
        assertThat(output("jar", "{\"a\":1}")).isEqualTo("{\"a\":1}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Plain.java|public class Plain {}||does not implement java.util.function.BiFunction",
                "Plain.java|public class Plain {|| reached end of file while parsing",
                "Plain.java|PLAIN|Nope|there is no class Nope",
                "pom.xml|<project><dependency>x</dependency></project>|Plain|beside pom.xml",
                "Plain.java|abstract class Plain implements java.util.function.BiFunction<String,String,String> {}|"
                        + "|does not implement java.util.function.BiFunction",
            })
    void whatCannotBeLoaded_hasOneReason(String file, String source, String handler, String reason) {
        String name = "unfit-" + Integer.toHexString((file + source + handler).hashCode());
        String content = source.equals("PLAIN") ? PLAIN : source;
        String more = handler == null ? "" : ",\"handler\":\"" + handler + "\"";
        Answer function = built(name, Map.of(file, utf8(content)), more);
        assertThat(function.text("status")).isEqualTo("ERROR");
        assertThat(function.json().path("reason")).hasSize(1);
        assertThat(function.json().path("reason").get(0).asString()).contains(reason);
    }

    @Test
    void theExampleOfThePageOnJava_doesWhatItSays() throws IOException {
        Matcher example = EXAMPLE.matcher(Files.readString(Path.of("..", "docs", "functions", "java.md")));
        assertThat(example.find()).isTrue();
        created("page", Map.of("Hello.java", utf8(example.group(1))), "");
        assertThat(exec("page", example.group(2)).json().path("output")).isEqualTo(JSON.readTree(example.group(3)));
        assertThat(example.find()).isFalse();
    }

    private Answer exec(String name, String input) {
        return api.post(root, "/v1/runs?functionName=" + name, "{\"blocking\":true,\"input\":" + input + "}");
    }

    private String output(String name, String input) {
        return exec(name, input).json().path("output").toString();
    }

    private JsonNode error(String name, String input) {
        Answer run = exec(name, input);
        assertThat(run.text("status")).isEqualTo("ERROR");
        return run.json().path("error");
    }

    private void created(String name, Map<String, byte[]> files, String more) {
        Answer function = built(name, files, more);
        assertThat(function.text("status")).as(function.body()).isEqualTo("READY");
    }

    private Answer built(String name, Map<String, byte[]> files, String more) {
        String source = Base64.getEncoder().encodeToString(Archives.gzip(Archives.tar(files)));
        String body = "{\"name\":\"" + name + "\",\"image\":\"java\",\"source\":\"" + source + "\"" + more + "}";
        assertThat(api.post(root, "/v1/function", body).status()).isEqualTo(201);
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        !api.get(root, "/v1/function/" + name).text("status").matches("INITIALIZED|CREATING"));
        return api.get(root, "/v1/function/" + name);
    }

    private static byte[] jar(Path directory) throws IOException {
        Path source = Files.writeString(directory.resolve("Plain.java"), PLAIN);
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            assertThat(compiler.getTask(
                                    null,
                                    files,
                                    null,
                                    List.of("-d", directory.toString()),
                                    null,
                                    files.getJavaFileObjects(source))
                            .call())
                    .isTrue();
        }
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes)) {
            jar.putNextEntry(new ZipEntry("Plain.class"));
            jar.write(Files.readAllBytes(directory.resolve("Plain.class")));
        }
        return bytes.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
