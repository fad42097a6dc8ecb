package dev.sluice.fuzz;

import dev.sluice.fuzz.Scenario.Observer;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is where in one scenario, for those who make requests and programs about it.
final class Places {
    private final Chance chance;
    private final Observer observer;
    private final List<String> paths = new ArrayList<>();
    private final List<String> directories = new ArrayList<>();
    private final List<String> rewritten = new ArrayList<>();
    private final List<String> services = new ArrayList<>();
    private final List<String> gates = new ArrayList<>();
    private final Map<String, String> closedGates = new LinkedHashMap<>();

    Places(Chance chance, Observer observer) {
        this.chance = chance;
        this.observer = observer;
        paths.add(Vocabulary.facet(Vocabulary.PUBLIC) + ":" + Vocabulary.NAMES.getFirst());
    }

    void add(String path) {
        paths.add(path);
    }

    void addDirectory(String path) {
        directories.add(path);
    }

    /// A secret file that has been written more often in the second world.
    void addRewritten(String path) {
        rewritten.add(path);
    }

    List<String> rewritten() {
        return rewritten.isEmpty() ? paths : rewritten;
    }

    void addService(String path) {
        services.add(path);
    }

    /// External gates, or one path where none is.
    List<String> services() {
        return services.isEmpty() ? paths.subList(0, 1) : services;
    }

    void addGate(String path) {
        gates.add(path);
    }

    /// A gate whose code may release what its owner may: only he may enter.
    void addClosedGate(String path, String owner) {
        closedGates.put(path, owner);
    }

    /// What seeds have put somewhere, and one path where nothing is.
    List<String> paths() {
        return paths;
    }

    List<String> directories() {
        return directories;
    }

    /// Gates that `who` may try. The owners of closed ones are people like Alice, whose releasing is their own
    /// affair.
    List<String> gates(String who) {
        Component his = Component.parse(Vocabulary.principal(who));
        var all = new ArrayList<>(gates);
        closedGates.forEach((path, owner) -> {
            if (!his.implies(Component.parse(owner))) {
                all.add(path);
            }
        });
        if (all.isEmpty()) {
            all.add(paths.getFirst());
        }
        return all;
    }

    /// A path where something is, more often than not.
    String path() {
        int kind = chance.below(10);
        return kind < 6 ? chance.of(paths) : kind < 7 ? chance.of(gates("")) : newPath();
    }

    String newPath() {
        return Vocabulary.facet(chance.of(Vocabulary.LABELS)) + ":" + chance.of(Vocabulary.NAMES);
    }

    boolean isHigh(String label) {
        return !observer.maySee(Label.parse(label));
    }

    /// A label; a secret one with this chance.
    String label(int percentHigh) {
        List<String> high = Vocabulary.LABELS.stream().filter(this::isHigh).toList();
        return chance.percent(percentHigh) && !high.isEmpty() ? chance.of(high) : chance.of(Vocabulary.LABELS);
    }
}
