package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.Terminal;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.config.ConfigFile;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.config.Settings;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.Yaml;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// One command under way: its settings, the server and the terminal.
public final class Session {
    /// How an answer is printed.
    enum Output {
        TABLE,
        JSON,
        YAML
    }

    private final Terminal terminal;
    private final Settings settings;
    private final boolean debug;
    private final Output output;
    private final String format;

    public Session(Arguments arguments, Terminal terminal) {
        this.terminal = terminal;
        this.settings =
                new Settings(arguments.settings(), terminal.environment(), () -> configFile(arguments, terminal));
        this.debug = arguments.has("--debug");
        String wanted = settings.get(Setting.OUTPUT);
        this.format = wanted.isEmpty() ? "table" : wanted;
        List<String> more = arguments.path().getLast().formats();
        this.output = switch (format) {
            case "table" -> Output.TABLE;
            case "json" -> Output.JSON;
            case "yaml" -> Output.YAML;
            default -> {
                if (!more.contains(format)) {
                    String own = more.isEmpty() ? "" : ", " + String.join(", ", more);
                    throw Failure.usage("the output must be json, yaml or table" + own);
                }
                yield Output.TABLE;
            }
        };
    }

    private static ConfigFile configFile(Arguments arguments, Terminal terminal) {
        Optional<String> named = arguments
                .option("--config")
                .or(() -> Optional.ofNullable(terminal.environment().get("SLUICE_CONFIG"))
                        .filter(path -> !path.isEmpty()));
        return named.map(path -> ConfigFile.named(Path.of(path)))
                .orElseGet(() ->
                        ConfigFile.usual(terminal.home().resolve(".sluice").resolve("config.json")));
    }

    public Settings settings() {
        return settings;
    }

    /// The format that was asked for, by its word: for a command that has more than the usual ones.
    String format() {
        return format;
    }

    public Terminal terminal() {
        return terminal;
    }

    public Api api() {
        PrintStream trace = debug ? terminal.err() : new PrintStream(OutputStream.nullOutputStream());
        return new Api(settings, terminal.clock(), trace);
    }

    public void say(String line) {
        terminal.out().println(line);
    }

    /// Prints `json` as the user asked for it; as JSON when he asked for nothing.
    public void print(Json json) {
        say(output == Output.YAML ? Yaml.of(json) : JsonText.indented(json));
    }

    /// What the answers to several requests were, as one list; nothing when he asked for nothing.
    void printAll(List<Json> answers) {
        if (output != Output.TABLE) {
            print(new Json.Arr(answers));
        }
    }

    /// Says a line of a command that goes on, unless its answers are printed in the end.
    void sayIfPlain(String line) {
        if (output == Output.TABLE) {
            say(line);
            terminal.out().flush();
        }
    }

    /// Prints `json` as the user asked for it; as `plain` when he asked for nothing.
    public void print(Json json, Supplier<String> plain) {
        if (output == Output.TABLE) {
            say(plain.get());
        } else {
            print(json);
        }
    }

    /// Streams a body to standard output and closes its answer.
    public void copyOut(Answer answer) {
        try (answer) {
            answer.body().transferTo(terminal.out());
        } catch (IOException e) {
            throw new Failure("the server's answer broke off: " + Failure.reason(e), e);
        }
    }
}
