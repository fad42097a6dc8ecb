package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.Keyboard;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// `dev`: a function that is deployed and run anew whenever a file of its directory is saved, until one has enough.
/// It is a function of its own: never one that was there, and gone when this ends.
final class DevWords {
    /// Its own, behind the word; that of a server is said before it.
    private static final String PORT = "--http-port";

    private static final String HELP = """
            Type an input, as JSON or @FILE, to run it; Enter alone repeats the last one. Saves are run by themselves.
            Ctrl-D ends this and removes the function.""";
    private static final String PROMPT = "> ";

    private DevWords() {}

    static Word dev() {
        return new Word("dev", "Deploy a directory's function and run it, again at each save.", DevWords::dev)
                .optional("DIR", "with a " + DevFunction.BATCH + ", as `sluice init` makes it (.)")
                .flag(Flag.valued("JSON", "input: JSON or @FILE (default: {})", "-i", "--input"))
                .flag(Flag.bare("run it once and end; a failed run makes the exit code 1", "--once"))
                .flag(Flag.bare("ask for no inputs, also in a terminal", "--watch-only"))
                .flag(Flag.valued("N", "answer HTTP there, on 127.0.0.1: POST / runs it; 0: any", "--port", PORT))
                .example("sluice dev ./greeter -i '{\"name\": \"Jon\"}'")
                .example("sluice dev ./greeter --port 9000")
                .example("sluice dev --once --input @event.json");
    }

    private static int dev(Arguments arguments, Session session) {
        Path directory = Path.of(arguments.positional(0).orElse("."));
        Json input = input(arguments.option("--input").orElse("{}"));
        Optional<Integer> port = arguments.option(PORT).map(DevWords::port);
        var function = new DevFunction(directory, session, input);
        function.deploy();
        Thread removal = Thread.ofPlatform().unstarted(function::remove);
        Runtime.getRuntime().addShutdownHook(removal);
        try {
            boolean isGood = function.runDeployed();
            if (arguments.has("--once")) {
                return isGood ? 0 : Failure.FAILED;
            }
            return serve(function, port, arguments.has("--watch-only") ? Optional.empty() : keyboard(session), session);
        } finally {
            if (isStillOurs(removal)) {
                function.remove();
            }
        }
    }

    private static Optional<Keyboard> keyboard(Session session) {
        return session.terminal().keyboard().get();
    }

    private static int serve(
            DevFunction function, Optional<Integer> port, Optional<Keyboard> keyboard, Session session) {
        try (var _ = port.isPresent() ? DevPort.open(port.get(), function, session) : Closing.NOTHING) {
            if (keyboard.isEmpty()) {
                while (true) {
                    lookAndRun(function);
                }
            }
            session.terminal().complain(HELP);
            Thread watcher = Thread.ofVirtual().start(() -> watch(function, session));
            ask(keyboard.get(), function, session);
            watcher.interrupt();
            return 0;
        }
    }

    /// What is closed in the end, if anything.
    interface Closing extends AutoCloseable {
        Closing NOTHING = () -> {};

        @Override
        void close();
    }

    private static void watch(DevFunction function, Session session) {
        while (!Thread.currentThread().isInterrupted()) {
            if (lookAndRun(function)) {
                session.terminal().err().print(PROMPT);
                session.terminal().err().flush();
            }
        }
    }

    /// @return whether there was a save
    private static boolean lookAndRun(DevFunction function) {
        Duration pause = function.lookAgain();
        boolean isSaved = function.isSaved();
        if (isSaved) {
            function.reload();
        } else {
            LockSupport.parkNanos(pause.toNanos());
        }
        return isSaved;
    }

    private static void ask(Keyboard keyboard, DevFunction function, Session session) {
        Optional<String> typed = keyboard.line(PROMPT);
        while (typed.isPresent()) {
            String line = typed.get().strip();
            try {
                function.run(line.isEmpty() ? function.lastInput() : input(line));
            } catch (Failure wrong) {
                session.terminal().complain(String.valueOf(wrong.getMessage()));
            }
            typed = keyboard.line(PROMPT);
        }
        session.terminal().complain("");
    }

    /// Whether it falls to us to remove the function: else the process ends, and it is being done.
    private static boolean isStillOurs(Thread removal) {
        try {
            return Runtime.getRuntime().removeShutdownHook(removal);
        } catch (IllegalStateException ending) {
            return false;
        }
    }

    private static int port(String said) {
        if (!said.matches("[0-9]{1,5}") || Integer.parseInt(said) > DevPort.PORT_MAX) {
            throw Failure.usage("the port is a number from 0 to " + DevPort.PORT_MAX + ", not " + said);
        }
        return Integer.parseInt(said);
    }

    private static Json input(String argument) {
        try {
            return JsonText.parse(Content.of(argument, InputStream.nullInputStream()));
        } catch (NotJson e) {
            throw Failure.usage("the input is not JSON: " + e.getMessage());
        }
    }
}
