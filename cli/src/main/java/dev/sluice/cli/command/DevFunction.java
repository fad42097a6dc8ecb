package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.Table;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// The function of a directory while it is being written: deployed, and again with what was saved. Thread-safe.
final class DevFunction {
    static final String BATCH = "sluice.yaml";

    /// An answer of a server on this machine takes about as long.
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final Path directory;
    private final Session session;
    private final SavedFiles files;

    /// Held while it is deployed: runs wait for what was saved.
    private final ReentrantLock deploying = new ReentrantLock(true);

    /// What is shown of one run is not mixed with that of another.
    private final ReentrantLock showing = new ReentrantLock();

    private volatile Json lastInput;
    private volatile Batch.Step step;

    /// What was deployed last, if anything. Guarded by `deploying`.
    private Json.Obj deployed = Json.Obj.empty();

    /// @param input what it is run with until another one is said
    /// @throws Failure if the directory holds no function
    DevFunction(Path directory, Session session, Json input) {
        this.directory = directory;
        this.session = session;
        this.lastInput = input;
        this.step = read();
        this.files = new SavedFiles(directory);
    }

    private Batch.Step read() {
        if (!Files.exists(directory.resolve(BATCH))) {
            throw Failure.usage(
                    "there is no " + BATCH + " in " + directory + ": sluice init --lang LANGUAGE DIR makes one");
        }
        List<Batch.Step> functions = Batch.read(BATCH, directory, InputStream.nullInputStream()).stream()
                .filter(one -> one.kind() == BatchKind.FUNCTION)
                .toList();
        if (functions.size() != 1) {
            throw Failure.usage(directory.resolve(BATCH) + " must hold one Function: sluice init makes one");
        }
        return functions.getFirst();
    }

    private String target() {
        return step.kind().target(step.name());
    }

    Json lastInput() {
        return lastInput;
    }

    /// How long to wait before one looks for the next save.
    Duration lookAgain() {
        return files.lookAgain();
    }

    /// Whether something was saved since the last call.
    boolean isSaved() {
        return files.haveChanged();
    }

    /// @throws Failure also if there is a function of its name already
    void deploy() {
        deploying.lock();
        try {
            deployed = Batch.body(step, directory, Optional.empty());
            Json _ = session.api().post(step.kind().path(), deployed);
        } finally {
            deploying.unlock();
        }
    }

    /// Deploys what was saved and runs it, unless it is what was deployed last: an editor may write a file in steps.
    /// What is wrong with it is told, and the next save is waited for.
    void reload() {
        try {
            boolean _ = isAnew() && run(lastInput);
        } catch (Failure wrong) {
            session.terminal().complain(String.valueOf(wrong.getMessage()));
        }
    }

    private boolean isAnew() {
        deploying.lock();
        try {
            Batch.Step saved = read();
            if (!saved.name().equals(step.name())) {
                throw new Failure("the function is called " + step.name() + " here: begin again for another name");
            }
            Json.Obj body = Batch.body(saved, directory, Optional.empty());
            if (body.equals(deployed)) {
                return false;
            }
            Json _ = session.api().put(target(), body);
            deployed = body;
            step = saved;
            return isReady();
        } finally {
            deploying.unlock();
        }
    }

    /// @return whether it was deployed, and its run a success
    boolean runDeployed() {
        return isReady() && run(lastInput);
    }

    private boolean isReady() {
        return Waiting.verdict(Waiting.settled(session, target(), LOOK_AGAIN)) == 0;
    }

    /// Runs it and shows what it said and returned.
    ///
    /// @return whether the run was a success
    boolean run(Json input) {
        lastInput = input;
        Json.Obj run = call(input);
        showing.lock();
        try {
            showLogs(run);
            Json.Obj error = run.objectAt("error");
            boolean isGood = isGood(run);
            session.say(
                    isGood
                            ? JsonText.compact(run.at("output").orElse(Json.NULL))
                            : Table.harmless(error.show("type") + ": " + error.show("message")));
            session.terminal().out().flush();
            return isGood;
        } finally {
            showing.unlock();
        }
    }

    /// Runs it for somebody else, who gets the answer; here one sees what it said.
    ///
    /// @return the run's record
    Json.Obj runFor(Json input) {
        Json.Obj run = call(input);
        showing.lock();
        try {
            showLogs(run);
        } finally {
            showing.unlock();
        }
        return run;
    }

    static boolean isGood(Json.Obj run) {
        return run.show("status").equals("READY");
    }

    private Json.Obj call(Json input) {
        String runs =
                Target.of("/v1/runs").query("functionName", nameOfDeployed()).toString();
        Json.Obj wish = Json.Obj.empty().with("blocking", new Json.Bool(true)).with("input", input);
        return session.api().post(runs, wish) instanceof Json.Obj ended ? ended : Json.Obj.empty();
    }

    /// Once nothing is being deployed.
    private String nameOfDeployed() {
        deploying.lock();
        try {
            return step.name();
        } finally {
            deploying.unlock();
        }
    }

    private void showLogs(Json.Obj run) {
        for (String stream : List.of("stdout", "stderr")) {
            if (run.objectAt("logs").at(stream).orElse(Json.NULL) instanceof Json.Arr(var lines)) {
                lines.forEach(line -> session.terminal()
                        .complain("  " + (line instanceof Json.Text(String text) ? Table.harmless(text) : "")));
            }
        }
    }

    /// From the server; what was saved stays.
    void remove() {
        try {
            Json _ = session.api().delete(target());
        } catch (Failure stays) {
            session.terminal().complain("the function stays: " + stays.getMessage());
        }
    }
}
