package dev.sluice.bench;

import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;

/// `label`: what a flow check costs that was made before, and one that was not.
final class LabelBench {
    private static final String NAME = "label";
    private static final int ROUNDS = 20_000_000;
    private static final int LABELS = 64;
    private static final int PARSES = 300_000;

    private LabelBench() {}

    static void run(Report report) {
        Label[] labels = labels();
        Privilege lent = Privilege.mintTcb(Component.parse("acme"), Component.TRUE);
        double empty = Math.min(emptyLoop(), emptyLoop());
        flows(labels);
        double cached = Math.min(flows(labels), flows(labels));
        joins(labels);
        double joined = Math.min(joins(labels), joins(labels));
        double withPrivilege = Math.min(flowsWith(labels, lent), flowsWith(labels, lent));
        report.add(Figure.of(NAME, "flow check of cached labels", cached, "ns", "<= 50 ns")
                .beside("empty loop", empty));
        report.add(Figure.of(NAME, "join of cached labels", joined, "ns", "").beside("empty loop", empty));
        report.add(Figure.of(NAME, "flow check with a privilege", withPrivilege, "ns", "")
                .beside("empty loop", empty));
        report.add(
                Figure.of(NAME, "parse of a label's text", parses(), "ns", "").beside("cached check", cached));
    }

    /// As many as a busy tenant has, so that nothing is a constant to the compiler.
    private static Label[] labels() {
        var labels = new Label[LABELS];
        for (int i = 0; i < LABELS; i++) {
            labels[i] = Label.parse((i % 2 == 0 ? "acme" : "acme/runs&acme/user/u" + i) + ",T");
        }
        return labels;
    }

    private static double flows(Label[] labels) {
        long flowing = 0;
        long start = System.nanoTime();
        for (int i = 0; i < ROUNDS; i++) {
            flowing += count(labels[i % LABELS].canFlowTo(labels[(i >> 6) % LABELS]));
        }
        return perRound(start, ROUNDS, flowing);
    }

    private static double flowsWith(Label[] labels, Privilege lent) {
        long flowing = 0;
        long start = System.nanoTime();
        for (int i = 0; i < ROUNDS / 10; i++) {
            flowing += count(labels[i % LABELS].canFlowTo(Label.PUBLIC, lent));
        }
        return perRound(start, ROUNDS / 10, flowing);
    }

    private static double joins(Label[] labels) {
        long raised = 0;
        long start = System.nanoTime();
        for (int i = 0; i < ROUNDS / 10; i++) {
            raised += count(labels[i % LABELS].join(labels[(i >> 6) % LABELS]).equals(labels[0]));
        }
        return perRound(start, ROUNDS / 10, raised);
    }

    private static double parses() {
        long parsed = 0;
        long start = System.nanoTime();
        for (int i = 0; i < PARSES; i++) {
            parsed += count(Label.parse("acme/runs&acme/user/u" + (i & 63) + ",T")
                    .secrecy()
                    .isTrue());
        }
        return perRound(start, PARSES, parsed + 1);
    }

    private static double emptyLoop() {
        long odd = 0;
        long start = System.nanoTime();
        for (int i = 0; i < ROUNDS; i++) {
            odd += i & 1;
        }
        return perRound(start, ROUNDS, odd);
    }

    private static long count(boolean truth) {
        return truth ? 1 : 0;
    }

    /// Uses the sum, so that no loop is optimized away.
    private static double perRound(long start, int rounds, long sum) {
        double nanos = (System.nanoTime() - start) / (double) rounds;
        if (sum < 0) {
            throw new IllegalStateException("a sum of truths is not negative");
        }
        return nanos;
    }
}
