package dev.sluice.fuzz;

import dev.sluice.fuzz.Scenario.Body;
import dev.sluice.fuzz.Scenario.Op;
import dev.sluice.fuzz.Scenario.Program;
import dev.sluice.fuzz.Scenario.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Makes a scenario that shows something wrong smaller for as long as it does: steps, then what is there, then what
/// programs do.
///
/// @param <T> what is wrong
final class Shrinker<T> {
    private static final int TRIES_MAX = 2_000;

    private final Function<T, Scenario> scenarioOf;
    private final Function<Scenario, Optional<T>> test;
    private int tries;

    Shrinker(Function<T, Scenario> scenarioOf, Function<Scenario, Optional<T>> test) {
        this.scenarioOf = scenarioOf;
        this.test = test;
    }

    T shrink(T wrong) {
        T least = wrong;
        for (Optional<T> less = smaller(least); less.isPresent(); less = smaller(least)) {
            least = less.get();
        }
        return least;
    }

    /// The first smaller scenario that shows it.
    private Optional<T> smaller(T wrong) {
        for (Scenario smaller : smaller(scenarioOf.apply(wrong))) {
            if (tries >= TRIES_MAX) {
                return Optional.empty();
            }
            tries++;
            Optional<T> found = test.apply(smaller);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static List<Scenario> smaller(Scenario scenario) {
        var all = new ArrayList<Scenario>();
        without(scenario.steps()).forEach(steps -> all.add(scenario.withSteps(steps)));
        without(scenario.seeds()).forEach(seeds -> all.add(scenario.withSeeds(seeds)));
        List<Step> steps = scenario.steps();
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).body() instanceof Body.Payload payload) {
                for (List<Op> ops : smaller(payload.program().ops())) {
                    var program = new Program(ops, payload.program().end());
                    var body = new Body.Payload(program, payload.first(), payload.second(), payload.around());
                    var changed = new ArrayList<>(steps);
                    changed.set(i, steps.get(i).withBody(body));
                    all.add(scenario.withSteps(changed));
                }
            }
        }
        return all;
    }

    private static List<List<Op>> smaller(List<Op> ops) {
        var all = new ArrayList<>(without(ops));
        for (int i = 0; i < ops.size(); i++) {
            if (ops.get(i) instanceof Op.If branch) {
                all.add(replaced(ops, i, branch.then()));
                all.add(replaced(ops, i, branch.otherwise()));
                for (List<Op> then : smaller(branch.then())) {
                    all.add(replaced(ops, i, List.of(new Op.If(branch.text(), then, branch.otherwise()))));
                }
                for (List<Op> otherwise : smaller(branch.otherwise())) {
                    all.add(replaced(ops, i, List.of(new Op.If(branch.text(), branch.then(), otherwise))));
                }
            }
        }
        return all;
    }

    private static List<Op> replaced(List<Op> ops, int at, List<Op> by) {
        var changed = new ArrayList<Op>(ops.subList(0, at));
        changed.addAll(by);
        changed.addAll(ops.subList(at + 1, ops.size()));
        return changed;
    }

    /// The list without each of its elements in turn.
    private static <T> List<List<T>> without(List<T> all) {
        var fewer = new ArrayList<List<T>>();
        for (int i = all.size() - 1; i >= 0; i--) {
            var rest = new ArrayList<>(all);
            rest.remove(i);
            fewer.add(rest);
        }
        return fewer;
    }
}
