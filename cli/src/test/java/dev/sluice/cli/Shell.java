package dev.sluice.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Runs the program as a shell would, in this process, with a home directory of its own.
public final class Shell {
    public static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    /// What a command left behind.
    public record Outcome(int exitCode, String out, String err) {}

    private final Path home;
    private final Map<String, String> environment = new HashMap<>();
    private final List<String> questions = new ArrayList<>();
    private byte[] input = new byte[0];
    private Optional<Keyboard> keyboard = Optional.empty();

    public Shell(Path home) {
        this.home = home;
    }

    public Shell set(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    public Shell typing(String standardInput) {
        input = standardInput.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    /// From now on somebody sits there: he answers each question in turn, and in the end ends the input.
    public Shell answering(String... answers) {
        keyboard = Optional.of(new Typist(new ArrayDeque<>(List.of(answers))));
        return this;
    }

    public Path config() {
        return home.resolve(".sluice").resolve("config.json");
    }

    public Shell configured(String json) throws IOException {
        Files.createDirectories(config().getParent());
        Files.writeString(config(), json);
        return this;
    }

    /// With a configuration whose only context leads to `server`, in organization `acme`.
    public Shell at(Recorder server) throws IOException {
        return configured("""
                {"current": "local", "contexts": {"local": {
                  "host": "127.0.0.1", "port": %d, "scheme": "http", "organization": "acme"}}}
                """.formatted(server.port()));
    }

    public Outcome run(String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var terminal = new Terminal(
                new ByteArrayInputStream(input),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment,
                home,
                Clock.fixed(NOW, ZoneOffset.UTC),
                () -> keyboard);
        int exitCode = Sluice.run(args, terminal);
        return new Outcome(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /// The questions that somebody was asked, those for a secret with `*` in front.
    public List<String> questions() {
        return questions;
    }

    private final class Typist implements Keyboard {
        private final Deque<String> answers;

        Typist(Deque<String> answers) {
            this.answers = answers;
        }

        @Override
        public Optional<String> line(String question) {
            questions.add(question);
            return Optional.ofNullable(answers.poll());
        }

        @Override
        public Optional<String> secret(String question) {
            return line("*" + question);
        }
    }
}
