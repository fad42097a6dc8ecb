package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import dev.sluice.cli.json.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/// `dev`: a function that is deployed and run anew whenever a file of its directory is saved, until one has enough.
/// It is a function of its own: never one that was there, and gone when this ends.
final class DevWords {
    private static final String BATCH = "sluice.yaml";
    private static final int FILES_MAX = 10_000;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private DevWords() {}

    static Word dev() {
        return new Word("dev", "Deploy a directory's function and run it, again at each save.", DevWords::dev)
                .optional("DIR", "with a " + BATCH + ", as `sluice init` makes it (.)")
                .flag(Flag.valued("JSON", "input: JSON or @FILE (default: {})", "-i", "--input"))
                .flag(Flag.bare("run it once and end; a failed run makes the exit code 1", "--once"))
                .example("sluice dev ./greeter -i '{\"name\": \"Jon\"}'")
                .example("sluice dev --once --input @event.json");
    }

    private static int dev(Arguments arguments, Session session) {
        Path directory = Path.of(arguments.positional(0).orElse("."));
        Json input = input(arguments.option("--input").orElse("{}"));
        Batch.Step step = function(directory);
        Json.Obj body = Batch.body(step, directory, Optional.empty());
        String seen = state(directory);
        Json _ = session.api().post(step.kind().path(), body);
        String target = step.kind().target(step.name());
        Thread removal = Thread.ofPlatform().unstarted(() -> remove(session, target));
        Runtime.getRuntime().addShutdownHook(removal);
        try {
            boolean isGood = run(step, input, session);
            while (!arguments.has("--once")) {
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
                String now = state(directory);
                if (!now.equals(seen)) {
                    seen = now;
                    reload(directory, input, session);
                }
            }
            return isGood ? 0 : Failure.FAILED;
        } finally {
            if (isStillOurs(removal)) {
                remove(session, target);
            }
        }
    }

    /// Whether it falls to us to remove the function: else the process ends, and it is being done.
    private static boolean isStillOurs(Thread removal) {
        try {
            return Runtime.getRuntime().removeShutdownHook(removal);
        } catch (IllegalStateException ending) {
            return false;
        }
    }

    /// What is wrong with a file that was just saved is told, and the next save is waited for.
    private static void reload(Path directory, Json input, Session session) {
        try {
            Batch.Step step = function(directory);
            Json.Obj body = Batch.body(step, directory, Optional.empty());
            Json _ = session.api().put(step.kind().target(step.name()), body);
            run(step, input, session);
        } catch (Failure wrong) {
            session.terminal().complain(String.valueOf(wrong.getMessage()));
        }
    }

    private static void remove(Session session, String target) {
        try {
            Json _ = session.api().delete(target);
        } catch (Failure stays) {
            session.terminal().complain("the function stays: " + stays.getMessage());
        }
        session.terminal().err().flush();
    }

    private static Batch.Step function(Path directory) {
        List<Batch.Step> functions = Batch.read(BATCH, directory, InputStream.nullInputStream()).stream()
                .filter(step -> step.kind() == BatchKind.FUNCTION)
                .toList();
        if (functions.size() != 1) {
            throw Failure.usage(directory.resolve(BATCH) + " must hold one Function: sluice init makes one");
        }
        return functions.getFirst();
    }

    private static Json input(String argument) {
        try {
            return JsonText.parse(Content.of(argument, InputStream.nullInputStream()));
        } catch (NotJson e) {
            throw Failure.usage("the input is not JSON: " + e.getMessage());
        }
    }

    /// @return whether it was deployed, and its run a success
    private static boolean run(Batch.Step step, Json input, Session session) {
        Json.Obj deployed = Waiting.settled(session, step.kind().target(step.name()));
        if (Waiting.verdict(deployed) != 0) {
            return false;
        }
        String runs = Target.of("/v1/runs").query("functionName", step.name()).toString();
        Json.Obj wish = Json.Obj.empty().with("blocking", new Json.Bool(true)).with("input", input);
        Json.Obj run = session.api().post(runs, wish) instanceof Json.Obj ended ? ended : Json.Obj.empty();
        for (String stream : List.of("stdout", "stderr")) {
            if (run.objectAt("logs").at(stream).orElse(Json.NULL) instanceof Json.Arr(var lines)) {
                lines.forEach(line -> session.terminal()
                        .complain("  " + (line instanceof Json.Text(String text) ? Table.harmless(text) : "")));
            }
        }
        Json.Obj error = run.objectAt("error");
        boolean isGood = run.show("status").equals("READY");
        session.say(
                isGood
                        ? JsonText.compact(run.at("output").orElse(Json.NULL))
                        : Table.harmless(error.show("type") + ": " + error.show("message")));
        session.terminal().out().flush();
        session.terminal().err().flush();
        return isGood;
    }

    /// Changes with each save: names, sizes and times of all files.
    private static String state(Path directory) {
        try (var files = Files.walk(directory)) {
            return files.limit(FILES_MAX).map(DevWords::stateOf).collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new Failure("cannot read " + directory + ": " + Failure.reason(e), e);
        } catch (UncheckedIOException gone) {
            return ""; // a directory, while it was being looked at
        }
    }

    private static String stateOf(Path file) {
        try {
            return file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
        } catch (IOException gone) {
            return file + " is gone"; // an editor replaces what it saves
        }
    }
}
