package dev.sluice.guest;

import dev.sluice.guest.Frame.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A guest's life without a platform: it compiles, loads and runs a small function. Java records here what it may keep
/// ready for guests (JEP 514), of which the compiler is the most.
public final class Rehearsal {
    private static final String SOURCE = """
            import java.util.*;
            import java.util.function.BiFunction;

            public class Hello implements BiFunction<Map<String, Object>, Hello.Person, Hello.Greeting> {
                record Person(String name, List<Integer> numbers) {}

                record Greeting(String hello, Map<String, Object> more) {}

                @Override
                public Greeting apply(Map<String, Object> context, Person person) {
                    int sum = person.numbers().stream().mapToInt(Integer::intValue).sum();
                    if (sum == 0) {
                        throw new IllegalArgumentException("no numbers");
                    }
                    return new Greeting("Hello, " + person.name(), Map.of("sum", sum, "keys", context.keySet()));
                }
            }
            """;

    private Rehearsal() {}

    /// @throws IllegalStateException if the function does not answer
    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory("rehearsal");
        var in = new ByteArrayOutputStream();
        in.write(frame(Kind.FILE, 1, Map.of("path", "Hello.java", "content", octets(SOURCE))));
        in.write(frame(Kind.LOAD, 2, Map.of("handler", "Hello", "convention", "auto")));
        in.write(frame(Kind.RUN, 3, List.of(octets("{\"name\": \"Jon\", \"numbers\": [1, 2]}"), octets("{\"a\": 1}"))));
        in.write(frame(Kind.RUN, 4, List.of(octets("{\"name\": \"Jon\", \"numbers\": []}"), octets("{}"))));
        var out = new ByteArrayOutputStream();
        try {
            new Guest(new Channel(new ByteArrayInputStream(in.toByteArray()), out), directory).serve();
        } catch (EOFException over) {
            // All was said.
        }
        if (!out.toString(StandardCharsets.UTF_8).contains("{\"hello\":\"Hello, Jon\"")) {
            throw new IllegalStateException("the function did not answer");
        }
    }

    private static byte[] frame(Kind kind, int id, Object value) throws IOException {
        return new Frame(kind, id, value).encoded();
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
