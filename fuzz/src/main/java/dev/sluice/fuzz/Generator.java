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
/// makes no request that carries it down; a gate whose privilege covers one runs code that keeps it, or lets nobody
/// else in; and one whose answers are downgraded runs code that returns a constant.
final class Generator {
    private static final int ROUNDS_MAX = 5;

    /// What an observer asks for in the end, whatever happened: lists of everything, and why his last requests
    /// went as they did.
    private static final List<String> LAST_LOOKS = List.of(
            "/v1/runs",
            "/v1/runs/$id1",
            "/v1/audit",
            "/v1/explain/$id0?format=text",
            "/v1/explain/$request0",
            "/v1/explain/$request1");

    private final Chance chance;
    private final Observer observer;
    private final Places places;
    private final List<Seed> seeds = new ArrayList<>();

    private Generator(Chance chance, Observer observer) {
        this.chance = chance;
        this.observer = observer;
        this.places = new Places(chance, observer);
    }

    static Scenario scenario(long seed) {
        return scenario(seed, ROUNDS_MAX);
    }

    /// As [#scenario(long)], with at most so many rounds of requests.
    static Scenario scenario(long seed, int roundsMax) {
        var chance = new Chance(seed);
        return new Generator(chance, chance.of(Vocabulary.OBSERVERS)).make(roundsMax);
    }

    private Scenario make(int roundsMax) {
        int rounds = chance.between(1, roundsMax);
        for (int i = 0; i < rounds; i++) {
            seeds.add(new Seed.Thing(Kind.FILE, drop(i), dropLabel(), "", "", 0, Presence.BOTH));
        }
        int things = chance.between(3, 7);
        for (int i = 0; i < things; i++) {
            thing();
        }
        int gates = chance.between(2, 4);
        openGate();
        for (int i = 1; i < gates; i++) {
            gate(i);
        }
        int services = chance.percent(50) ? chance.between(1, 2) : 0;
        for (int i = 0; i < services; i++) {
            service(i);
        }
        var requests = new Requests(chance, observer, places);
        var stories = new Stories(chance, observer, places, requests);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            if (chance.percent(25)) {
                steps.addAll(stories.story(drop(i)));
            } else {
                steps.add(requests.step(drop(i)));
            }
        }
        if (!observer.account().isEmpty() && !observer.account().equals(Vocabulary.NOBODY_ASKS)) {
            LAST_LOOKS.forEach(target -> steps.add(Requests.ask(observer.account(), target)));
        }
        return new Scenario(observer, seeds, steps);
    }

    /// What the program of one step writes all it knows to: the observer looks there. Everybody may write it, unless
    /// the observer relies on who vouches for it.
    private String drop(int step) {
        return Vocabulary.facet(dropLabel()) + ":o" + step;
    }

    private String dropLabel() {
        return observer.sees().integrity().isTrue() ? Vocabulary.PUBLIC : "T," + Vocabulary.ALICE;
    }

    /// Something in a facet, or in a directory there. Content differs where its label is secret, existence where a
    /// directory on the way is.
    private void thing() {
        String facet = places.label(60);
        boolean isDeep = !places.directories().isEmpty() && chance.percent(25);
        String directory = isDeep ? chance.of(places.directories()) : Vocabulary.facet(facet);
        String path = directory + ":" + chance.of(Vocabulary.NAMES);
        if (places.paths().contains(path)) {
            return;
        }
        String label = chance.percent(50) && !isDeep ? facet : places.label(60);
        Presence presence = presence(directory);
        Kind kind = chance.of(
                Kind.FILE, Kind.FILE, Kind.FILE, Kind.FILE, Kind.DIRECTORY, Kind.DIRECTORY, Kind.FACETED, Kind.BLOB);
        boolean differs = places.isHigh(label) && chance.percent(80);
        boolean isRewritten = differs && chance.percent(50);
        seeds.add(new Seed.Thing(
                kind,
                path,
                label,
                Vocabulary.SECRET_FIRST,
                differs ? Vocabulary.SECRET_SECOND : Vocabulary.SECRET_FIRST,
                isRewritten ? 1 : 0,
                presence));
        if (isRewritten && kind == Kind.FILE) {
            places.addRewritten(path);
        }
        places.add(path);
        if (kind == Kind.DIRECTORY && presence == Presence.BOTH) {
            places.addDirectory(path);
        } else if (kind == Kind.FACETED && presence == Presence.BOTH) {
            places.addDirectory(path + ":<" + places.label(60) + ">");
        }
    }

    private Presence presence(String directory) {
        return hides(directory) ? chance.of(Presence.values()) : Presence.BOTH;
    }

    /// Whether the observer may not know what is in a directory.
    private boolean hides(String directory) {
        boolean isHidden = false;
        for (Seed seed : seeds) {
            if (seed instanceof Seed.Thing thing && directory.startsWith(thing.path())) {
                isHidden |= thing.kind() == Kind.DIRECTORY && places.isHigh(thing.label());
            }
        }
        int from = directory.indexOf('<');
        while (from >= 0) {
            int to = directory.indexOf('>', from);
            isHidden |= places.isHigh(directory.substring(from + 1, to));
            from = directory.indexOf('<', to);
        }
        return isHidden;
    }

    /// Everybody may enter it, it has no authority, and it does whatever it is told.
    private void openGate() {
        String label = "T," + Vocabulary.ALICE;
        String path = Vocabulary.facet(label) + ":g0";
        seeds.add(new Seed.GateSeed(path, label, Trust.ANYTHING, "T", "T", "T", "F", Presence.BOTH));
        places.addGate(path);
    }

    private void gate(int number) {
        String privilege = chance.percent(50)
                ? "T"
                : chance.of(Vocabulary.ALICE, Vocabulary.BOB, Vocabulary.MALLORY, Vocabulary.ALICE + "/app");
        String owner = privilege.equals("T") ? Vocabulary.ALICE : privilege;
        String label = chance.percent(70) ? "T," + owner : places.label(40);
        if (!Label.parse(label).integrity().implies(Component.parse(privilege))) {
            privilege = "T";
        }
        String facet = chance.percent(75) ? label : places.label(90);
        String path = Vocabulary.facet(facet) + ":g" + number;
        boolean isClosed = isReleased(privilege) && (isReliedOn(privilege) || chance.percent(50));
        String declassify =
                isClosed || chance.percent(75) ? "T" : chance.of(Vocabulary.ALICE, Vocabulary.BOB, Vocabulary.MALLORY);
        Trust trust = isReleased(declassify)
                ? Trust.CONSTANT
                : isReleased(privilege) && !isClosed ? Trust.KEEPS_SECRETS : Trust.ANYTHING;
        seeds.add(new Seed.GateSeed(
                path,
                label,
                trust,
                privilege,
                isClosed
                        ? privilege
                        : chance.percent(70) ? "T" : chance.of(Vocabulary.ALICE, Vocabulary.BOB, Vocabulary.MALLORY),
                declassify,
                chance.percent(75) ? "F" : chance.of(Vocabulary.COMPONENTS),
                presence(Vocabulary.facet(facet))));
        if (isClosed) {
            places.addClosedGate(path, privilege);
        } else {
            places.addGate(path);
        }
    }

    /// A way out. What comes back differs if it is said to be secret.
    private void service(int number) {
        String asked = chance.of("T", "T", Vocabulary.ALICE, Vocabulary.BOB, Vocabulary.MALLORY);
        Component privilege = isReleased(asked) ? Component.TRUE : Component.parse(asked);
        Label egress = Label.parse(chance.percent(60) ? Vocabulary.PUBLIC : chance.of(Vocabulary.LABELS));
        String taint = chance.percent(50) ? Vocabulary.PUBLIC : places.label(70);
        Component backing = privilege.and(egress.secrecy());
        Component secrecy = chance.percent(80)
                ? Component.TRUE
                : Label.parse(places.label(100)).secrecy();
        String label = Label.of(secrecy, backing.isTrue() ? Component.parse(Vocabulary.ALICE) : backing)
                .toString();
        String facet = chance.percent(80) ? "T," + Vocabulary.ALICE : places.label(90);
        String path = Vocabulary.facet(facet) + ":s" + number;
        seeds.add(new Seed.ServiceSeed(
                path,
                label,
                (places.isHigh(taint) ? Sink.SECRET : "open") + number,
                privilege.toString(),
                chance.percent(80) ? "T" : chance.of(Vocabulary.ALICE, Vocabulary.BOB, Vocabulary.MALLORY),
                taint,
                egress.toString(),
                presence(Vocabulary.facet(facet))));
        places.addService(path);
    }

    /// Whether authority over `component` could carry a secret down to the observer, or vouch to him for what he
    /// relies on: a guest uses its gate's privilege with whatever it knows.
    private boolean isReleased(String component) {
        Component held = Component.parse(component);
        return isReliedOn(component)
                || (!held.isTrue()
                        && Vocabulary.LABELS.stream()
                                .map(Label::parse)
                                .anyMatch(label -> !observer.maySee(label)
                                        && observer.maySee(
                                                Label.of(label.downgrade(held).secrecy(), label.integrity()))));
    }

    private boolean isReliedOn(String component) {
        return !observer.sees().integrity().isTrue()
                && Component.parse(component).implies(observer.sees().integrity());
    }
}
