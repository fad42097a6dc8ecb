package dev.sluice.cli;

import dev.sluice.cli.command.Action;
import dev.sluice.cli.command.Arguments;
import dev.sluice.cli.command.Session;
import dev.sluice.cli.command.Vocabulary;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

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
                Clock.systemUTC());
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
        var commandLine = new CommandLine(Vocabulary.spec())
                .setExpandAtFiles(false)
                .setOverwrittenOptionsAllowed(true)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
        try {
            return carryOut(commandLine.parseArgs(args), terminal);
        } catch (ParameterException e) {
            return explain(e, terminal);
        } catch (Failure e) {
            terminal.complain(String.valueOf(e.getMessage()));
            return e.exitCode();
        } catch (UncheckedIOException e) {
            terminal.complain(Failure.reason(e));
            return Failure.FAILED;
        }
    }

    private static int carryOut(ParseResult result, Terminal terminal) {
        ParseResult leaf = result;
        while (leaf.hasSubcommand()) {
            leaf = leaf.subcommand();
        }
        CommandLine command = leaf.commandSpec().commandLine();
        if (leaf.isUsageHelpRequested()) {
            command.usage(terminal.out(), Ansi.OFF);
            return 0;
        }
        if (!(leaf.commandSpec().userObject() instanceof Action action)) {
            command.usage(terminal.err(), Ansi.OFF);
            return Failure.USAGE;
        }
        var arguments = new Arguments(result);
        return action.run(arguments, new Session(arguments, terminal));
    }

    private static int explain(ParameterException e, Terminal terminal) {
        terminal.complain(String.valueOf(e.getMessage()));
        var err = new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8);
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("See `" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help`.");
        return Failure.USAGE;
    }
}
