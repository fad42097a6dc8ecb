package dev.sluice.label;

import java.util.Arrays;
import java.util.List;

/// A disjunction of principals: any one of them suffices. The empty clause is false.
///
/// In normal form: sorted, and without a principal that acts for another one of the clause (`acme|acme/runs` asks
/// for no more than `acme/runs`). Ordered as lists of principals; a shorter list that is a prefix comes first.
public final class Clause implements Comparable<Clause> {
    public static final int PRINCIPALS_MAX = 16;

    static final Clause FALSE = new Clause(new Principal[0]);

    private final Principal[] sorted;
    private final int depth;
    private final int hash;

    private Clause(Principal[] sorted) {
        this.sorted = sorted;
        this.hash = Arrays.hashCode(sorted);
        int tokens = 0;
        for (Principal principal : sorted) {
            tokens += principal.tokens().size();
        }
        this.depth = tokens;
    }

    static Clause of(Principal... anyOf) {
        Principal[] sorted = anyOf.clone();
        Arrays.sort(sorted);
        return ofSorted(sorted);
    }

    /// What satisfies this clause or `other`. May be over [#PRINCIPALS_MAX]; a component refuses it then, if it needs
    /// it.
    Clause or(Clause other) {
        Principal[] both = Arrays.copyOf(sorted, sorted.length + other.sorted.length);
        System.arraycopy(other.sorted, 0, both, sorted.length, other.sorted.length);
        Arrays.sort(both);
        return ofSorted(both);
    }

    /// `this ⟹ other`: whoever satisfies this clause satisfies `other`.
    ///
    /// Both sides are sorted and what a principal acts for follows it directly, so one walk over both decides.
    public boolean implies(Clause other) {
        if (sorted.length > other.sorted.length) {
            return false; // each needs a partner of its own: one principal has no two prefixes in a normal clause
        }
        int theirs = 0;
        for (Principal mine : sorted) {
            while (theirs < other.sorted.length && other.sorted[theirs].compareTo(mine) < 0) {
                theirs++;
            }
            if (theirs == other.sorted.length || !mine.actsFor(other.sorted[theirs])) {
                return false;
            }
        }
        return true;
    }

    /// The principals in order.
    public List<Principal> anyOf() {
        return List.of(sorted);
    }

    int size() {
        return sorted.length;
    }

    /// How many tokens its principals have together.
    int depth() {
        return depth;
    }

    @Override
    public int compareTo(Clause other) {
        return Arrays.compare(sorted, other.sorted);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Clause that && hash == that.hash && Arrays.equals(sorted, that.sorted);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        printTo(out);
        return out.toString();
    }

    void printTo(StringBuilder out) {
        for (int i = 0; i < sorted.length; i++) {
            if (i > 0) {
                out.append(LabelParser.OR);
            }
            sorted[i].printTo(out);
        }
    }

    private static Clause ofSorted(Principal[] sorted) {
        int kept = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i + 1 == sorted.length || !sorted[i].actsFor(sorted[i + 1])) {
                sorted[kept++] = sorted[i];
            }
        }
        return new Clause(kept == sorted.length ? sorted : Arrays.copyOf(sorted, kept));
    }
}
