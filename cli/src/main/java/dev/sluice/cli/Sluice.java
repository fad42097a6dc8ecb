package dev.sluice.cli;

import dev.sluice.cli.command.Action;
import dev.sluice.cli.command.Arguments;
import dev.sluice.cli.command.Help;
import dev.sluice.cli.command.Parser;
import dev.sluice.cli.command.Session;
import dev.sluice.cli.command.Vocabulary;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/// The command line client. Exit codes: 0 for a yes, 1 for a no, 2 for a command line that makes no sense.
public final class Sluice {
    private static final int BUFFER_BYTES = 1 << 16;

    private Sluice() {}

    /// Runs one command in this process and ends it.
    public static void main(String[] args) {
        var terminal = new Terminal(
                new FileInputStream(FileDescriptor.in),
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                System.getenv(),
                Path.of(System.getenv().getOrDefault("HOME", System.getProperty("user.home", "."))),
                Clock.systemUTC(),
                ConsoleKeyboard::find);
        int exitCode = run(args, terminal);
        terminal.err().flush();
        boolean unheard = terminal.out().checkError();
        Runtime.getRuntime().halt(unheard ? Failure.FAILED : exitCode);
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor), BUFFER_BYTES),
                false,
                StandardCharsets.UTF_8);
    }

    /// Runs one command and returns its exit code.
    public static int run(String[] args, Terminal terminal) {
        try {
            Arguments arguments = Parser.parse(List.of(args), Vocabulary.root());
            return carryOut(arguments, terminal);
        } catch (Failure e) {
            terminal.complain(String.valueOf(e.getMessage()));
            return e.exitCode();
        } catch (UncheckedIOException e) {
            terminal.complain(Failure.reason(e));
            return Failure.FAILED;
        }
    }

    private static int carryOut(Arguments arguments, Terminal terminal) {
        if (arguments.has("--help")) {
            terminal.out().print(Help.of(arguments.path()));
            return 0;
        }
        Optional<Action> action = arguments.path().getLast().action();
        if (action.isEmpty()) {
            terminal.err().print(Help.of(arguments.path()));
            return Failure.USAGE;
        }
        return action.get().run(arguments, new Session(arguments, terminal));
    }
}
