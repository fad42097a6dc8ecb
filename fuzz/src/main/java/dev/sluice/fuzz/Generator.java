package dev.sluice.fuzz;

import dev.sluice.fs.Kind;
import dev.sluice.fuzz.Interpreter.Trust;
import dev.sluice.fuzz.Scenario.Observer;
import dev.sluice.fuzz.Scenario.Presence;
import dev.sluice.fuzz.Scenario.Seed;
import dev.sluice.fuzz.Scenario.Step;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.util.ArrayList;
import java.util.List;

/// Makes a scenario of a number. The same number makes the same scenario in each build of the tester.
///
/// What the platform allows to be released on purpose is left out (docs/design/noninterference.md): who owns a secret
/// makes no request that carries it down, a gate whose privilege covers one runs code that does not declassify, and
/// one whose answers are downgraded runs code that returns a constant.
final class Generator {
    private static final List<String> DROPS_IN = List.of("home:<T,T>");

    private final Chance chance;
    private final Observer observer;
    private final List<Seed> seeds = new ArrayList<>();
    private final List<String> paths = new ArrayList<>();
    private final List<String> directories = new ArrayList<>();
    private final List<String> gates = new ArrayList<>();

    private Generator(Chance chance, Observer observer) {
        this.chance = chance;
        this.observer = observer;
    }

    static Scenario scenario(long seed) {
        var chance = new Chance(seed);
        return new Generator(chance, chance.of(Vocabulary.OBSERVERS)).make();
    }

    private Scenario make() {
        int count = chance.between(2, 6);
        for (int i = 0; i < count; i++) {
            seeds.add(new Seed.Thing(Kind.FILE, drop(i), Vocabulary.PUBLIC, "", "", Presence.BOTH));
        }
        int things = chance.between(3, 7);
        for (int i = 0; i < things; i++) {
            thing();
        }
        int doors = chance.between(1, 3);
        for (int i = 0; i < doors; i++) {
            gate(i);
        }
        var steps = new Requests(chance, observer, paths, gates);
        List<Step> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(steps.step(drop(i)));
        }
        return new Scenario(observer, seeds, all);
    }

    /// Where the program of one step puts what it knows: everybody may read and write there.
    private static String drop(int step) {
        return DROPS_IN.getFirst() + ":o" + step;
    }

    private boolean isHigh(String label) {
        return !observer.maySee(Label.parse(label));
    }

    /// Something in a facet, or in a directory there. Content differs where its label is secret, existence where a
    /// directory on the way is.
    private void thing() {
        String facet = label(60);
        boolean isDeep = !directories.isEmpty() && chance.percent(25);
        String directory = isDeep ? chance.of(directories) : Vocabulary.facet(facet);
        String path = directory + ":" + chance.of(Vocabulary.NAMES);
        if (paths.contains(path)) {
            return;
        }
        String label = chance.percent(60) && !isDeep ? facet : label(60);
        boolean isHidden = hides(directory);
        Presence presence = isHidden ? chance.of(Presence.BOTH, Presence.FIRST, Presence.SECOND) : Presence.BOTH;
        Kind kind = chance.of(
                Kind.FILE, Kind.FILE, Kind.FILE, Kind.FILE, Kind.DIRECTORY, Kind.DIRECTORY, Kind.FACETED, Kind.BLOB);
        boolean differs = isHigh(label) && chance.percent(80);
        seeds.add(new Seed.Thing(kind, path, label, "secret-0", differs ? "secret-1" : "secret-0", presence));
        paths.add(path);
        if (kind == Kind.DIRECTORY && presence == Presence.BOTH) {
            directories.add(path);
        } else if (kind == Kind.FACETED && presence == Presence.BOTH) {
            directories.add(path + ":<" + label(60) + ">");
        }
    }

    /// Whether the observer may not know what is in a directory.
    private boolean hides(String directory) {
        boolean isHidden = false;
        for (Seed seed : seeds) {
            if (seed instanceof Seed.Thing thing && directory.startsWith(thing.path())) {
                isHidden |= thing.kind() == Kind.DIRECTORY && isHigh(thing.label());
            }
        }
        int from = directory.indexOf('<');
        while (from >= 0) {
            int to = directory.indexOf('>', from);
            isHidden |= isHigh(directory.substring(from + 1, to));
            from = directory.indexOf('<', to);
        }
        return isHidden;
    }

    /// A label; a secret one with this chance.
    private String label(int percentHigh) {
        List<String> high = Vocabulary.LABELS.stream().filter(this::isHigh).toList();
        return chance.percent(percentHigh) && !high.isEmpty() ? chance.of(high) : chance.of(Vocabulary.LABELS);
    }

    private void gate(int number) {
        String privilege = chance.percent(50)
                ? "T"
                : chance.of(Vocabulary.ALICE, Vocabulary.BOB, Vocabulary.MALLORY, Vocabulary.ALICE + "/app");
        if (endorsesWhatHeReliesOn(privilege)) {
            privilege = "T";
        }
        String owner = privilege.equals("T") ? Vocabulary.ALICE : privilege;
        String label = chance.percent(70) ? "T," + owner : label(40);
        if (!Label.parse(label).integrity().implies(Component.parse(privilege))) {
            privilege = "T";
        }
        String path = Vocabulary.facet(label) + ":g" + number;
        String declassify = chance.percent(75) ? "T" : chance.of(Vocabulary.ALICE, Vocabulary.BOB, Vocabulary.MALLORY);
        Trust trust =
                isReleased(declassify) ? Trust.CONSTANT : isReleased(privilege) ? Trust.KEEPS_SECRETS : Trust.ANYTHING;
        seeds.add(new Seed.GateSeed(
                path,
                label,
                trust,
                privilege,
                chance.percent(70) ? "T" : chance.of(Vocabulary.ALICE, Vocabulary.BOB, Vocabulary.MALLORY),
                declassify,
                chance.percent(75) ? "F" : chance.of(Vocabulary.COMPONENTS),
                Presence.BOTH));
        gates.add(path);
    }

    /// Whether authority over `component` could carry a secret down to the observer.
    private boolean isReleased(String component) {
        Component held = Component.parse(component);
        return !held.isTrue()
                && Vocabulary.LABELS.stream()
                        .map(Label::parse)
                        .anyMatch(label -> !observer.maySee(label)
                                && observer.maySee(
                                        Label.of(label.downgrade(held).secrecy(), label.integrity())));
    }

    /// A guest uses its gate's privilege for integrity call by call, with whatever it knows: that is what the gate is
    /// trusted for.
    private boolean endorsesWhatHeReliesOn(String component) {
        return !observer.sees().integrity().isTrue()
                && Component.parse(component).implies(observer.sees().integrity());
    }
}
