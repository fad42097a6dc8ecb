package dev.sluice.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.sluice.fuzz.Crash.Course;
import dev.sluice.fuzz.Crash.End;
import dev.sluice.fuzz.FailingStore.Fault;
import dev.sluice.fuzz.Scenario.Body;
import dev.sluice.fuzz.Scenario.Step;
import dev.sluice.fuzz.Tree.Thing;
import dev.sluice.run.Run;
import dev.sluice.store.StoreFailed;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/// The tester's scenarios with a store that fails: at its first call, its second and so on. After a restart nothing
/// that was acknowledged is lost, no link is half made, no label is another one, and no run is in progress forever.
final class Faults {
    private static final int ROUNDS_MAX = 3;
    private static final int TRIES_TO_CONFIRM = 3;
    private static final String ACCEPTED = "HTTP/1.1 202";

    private final Realm realm;

    Faults() throws GeneralSecurityException {
        this.realm = Realm.found();
    }

    /// @param said what is wrong
    record Loss(Scenario scenario, long failAt, Fault fault, String said) {}

    /// How it went.
    ///
    /// @param faults how many were injected
    /// @param seed   of the scenario that lost something
    record Outcome(long programs, long faults, Optional<Loss> loss, long seed) {
        List<String> report() {
            var lines = new ArrayList<String>();
            loss.ifPresent(lost -> {
                lines.add("LOSS, seed " + seed + ", call " + lost.failAt() + " of the store fails, " + lost.fault());
                lines.addAll(lost.scenario().toString().lines().toList());
                lines.addAll(lost.said().lines().toList());
            });
            return lines;
        }
    }

    /// Tries the scenarios of the seeds `from`, `from + 1`, … until one loses something.
    ///
    /// @param faultsMax of one scenario, at calls that are spread over it evenly; each call fails in both ways
    Outcome search(long from, long programs, long faultsMax) {
        var log = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        Level before = log.getLevel();
        var handler = Thread.getDefaultUncaughtExceptionHandler();
        log.setLevel(Level.OFF); // each fault is told of there
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            if (!(failure instanceof StoreFailed)) {
                System.err.println(thread.getName() + " ended by " + failure);
            }
        });
        try {
            return searchQuietly(from, programs, faultsMax);
        } finally {
            log.setLevel(before);
            Thread.setDefaultUncaughtExceptionHandler(handler);
        }
    }

    private Outcome searchQuietly(long from, long programs, long faultsMax) {
        long faults = 0;
        try (var crash = new Crash(realm)) {
            for (long seed = from; seed < from + programs; seed++) {
                Scenario scenario = Generator.scenario(seed, ROUNDS_MAX);
                Course course = crash.course(scenario);
                long stride = Math.max(1, (course.calls() + faultsMax - 1) / faultsMax);
                for (long failAt = 1 + seed % stride; failAt <= course.calls(); failAt += stride) {
                    for (Fault fault : Fault.values()) {
                        faults++;
                        Optional<Loss> loss = confirmed(crash, scenario, course, failAt, fault);
                        if (loss.isPresent()) {
                            return new Outcome(seed - from + 1, faults, Optional.of(shrunk(crash, loss.get())), seed);
                        }
                    }
                }
            }
        }
        return new Outcome(programs, faults, Optional.empty(), 0);
    }

    private static Loss shrunk(Crash crash, Loss loss) {
        return new Shrinker<>(Loss::scenario, scenario -> anywhere(crash, scenario)).shrink(loss);
    }

    private static Optional<Loss> anywhere(Crash crash, Scenario scenario) {
        Course course = crash.course(scenario);
        for (long failAt = 1; failAt <= course.calls(); failAt++) {
            for (Fault fault : Fault.values()) {
                Optional<Loss> loss = loss(crash, scenario, course, failAt, fault);
                if (loss.isPresent()) {
                    return loss;
                }
            }
        }
        return Optional.empty();
    }

    /// A loss that is there each time that one looks: a machine that stalls is none.
    private static Optional<Loss> confirmed(Crash crash, Scenario scenario, Course course, long failAt, Fault fault) {
        Optional<Loss> found = loss(crash, scenario, course, failAt, fault);
        for (int again = 1; again < TRIES_TO_CONFIRM && found.isPresent(); again++) {
            found = loss(crash, scenario, crash.course(scenario), failAt, fault);
        }
        return found;
    }

    private static Optional<Loss> loss(Crash crash, Scenario scenario, Course course, long failAt, Fault fault) {
        if (failAt > course.calls()) {
            return Optional.empty();
        }
        End end = crash.end(scenario, failAt, fault);
        List<Step> steps = Crash.steps(scenario);
        return wrong(course, end, steps.get(end.step()))
                .or(() -> forgotten(course, end, steps))
                .map(said -> new Loss(scenario, failAt, fault, said));
    }

    /// The first thing that is wrong with what is left.
    private static Optional<String> wrong(Course course, End end, Step step) {
        if (!end.left().broken().isEmpty()) {
            return Optional.of(end.left().broken());
        }
        List<Function<String, Optional<String>>> checks =
                List.of(path -> misplaced(course, end, path), path -> relabeled(course, end, path));
        for (String path : paths(course, end)) {
            for (Function<String, Optional<String>> check : checks) {
                Optional<String> said = check.apply(path);
                if (said.isPresent()) {
                    return said;
                }
            }
        }
        return isOne(step) ? halfDone(course, end).or(() -> ofRuns(end)) : ofRuns(end);
    }

    private static Set<String> paths(Course course, End end) {
        var paths = new TreeSet<>(end.left().things().keySet());
        paths.addAll(course.before().get(end.step()).things().keySet());
        paths.addAll(course.answered().get(end.step()).things().keySet());
        return paths;
    }

    /// What the step does not touch is as before; what it was acknowledged for is there.
    private static Optional<String> misplaced(Course course, End end, String path) {
        Thing before = course.before().get(end.step()).things().get(path);
        Thing answered = course.answered().get(end.step()).things().get(path);
        Thing after = course.after(end.step()).things().get(path);
        Thing left = end.left().things().get(path);
        boolean isUntouched = Objects.equals(before, answered) && Objects.equals(answered, after);
        boolean isPromised = end.isAcknowledged() && Objects.equals(answered, after);
        return ((isUntouched && before != null) || isPromised) && !Objects.equals(left, answered)
                ? Optional.of("step " + end.step() + ", answered "
                        + end.answer().lines().findFirst().orElse("") + ": " + path + " is " + left + " and was "
                        + before + ", should be " + answered)
                : Optional.empty();
    }

    private static Optional<String> relabeled(Course course, End end, String path) {
        Thing left = end.left().things().get(path);
        List<Thing> known = Stream.of(
                        course.before().get(end.step()), course.answered().get(end.step()), course.after(end.step()))
                .map(tree -> tree.things().get(path))
                .filter(Objects::nonNull)
                .toList();
        return left != null
                        && !known.isEmpty()
                        && known.stream().noneMatch(thing -> thing.label().equals(left.label()))
                ? Optional.of(path + " is labeled " + left.label() + " and was "
                        + known.getFirst().label())
                : Optional.empty();
    }

    /// Whether a request is one change, or none: it runs nothing and makes no home.
    private static boolean isOne(Step step) {
        return !(step.body() instanceof Body.Payload)
                && !step.target().equals("/me")
                && !step.target().equals("/faasten/delegate");
    }

    private static Optional<String> halfDone(Course course, End end) {
        var before = course.before().get(end.step()).things();
        var after = course.after(end.step()).things();
        return end.left().things().equals(before) || end.left().things().equals(after)
                ? Optional.empty()
                : Optional.of(
                        "step " + end.step() + " is half done: " + end.left().things());
    }

    /// What came of a run that was asked for with an idempotency key is durable before it is acknowledged, and what
    /// came of all runs before it.
    private static Optional<String> forgotten(Course course, End end, List<Step> steps) {
        for (int i = 0; i <= end.step(); i++) {
            boolean isAcknowledged = i < end.step() ? course.isGood().get(i) : end.isAcknowledged();
            if (isAcknowledged && steps.get(i).headers().contains("Idempotency-Key")) {
                for (Run.View run : course.answered().get(i).runs().values()) {
                    Run.View left = end.left().runs().get(run.run().id().toString());
                    if (run.content().isPresent()
                            && (left == null || !left.status().equals(run.status()))) {
                        return Optional.of("run " + run.run().id() + " was answered and is forgotten");
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> ofRuns(End end) {
        for (Run.View view : end.left().runs().values()) {
            if (view.content().isEmpty()) {
                return Optional.of("run " + view.run().id() + " is in progress forever");
            }
        }
        if (end.answer().startsWith(ACCEPTED)) {
            Optional<String> id = Client.ID
                    .matcher(end.answer().substring(end.answer().indexOf("\n\n") + 1))
                    .results()
                    .map(found -> found.group())
                    .filter(one -> one.length() == Client.RUN_ID_CHARS)
                    .findFirst();
            if (id.isPresent() && !end.left().runs().containsKey(id.get())) {
                return Optional.of("run " + id.get() + " was accepted and is gone");
            }
        }
        return Optional.empty();
    }
}
