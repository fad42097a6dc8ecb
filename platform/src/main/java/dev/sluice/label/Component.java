package dev.sluice.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// A conjunction of clauses: one half of a label, or the authority of a privilege. `TRUE` has no clause, `FALSE`
/// has the empty one, and every rule below holds for both without an exception.
///
/// Always in normal form (no clause implies another one, all sorted) and interned: equal meaning is the same
/// object, so identity is equality. Never over [#CLAUSES_MAX] clauses or [Clause#PRINCIPALS_MAX] principals in one:
/// an operation whose result would be is refused, nothing is ever cut off.
public final class Component {
    public static final int CLAUSES_MAX = 64;

    private static final Interned<List<Clause>, Component> ALL = new Interned<>();

    /// A clause comes before every clause that it implies: it has no more principals, and where it has as many, its
    /// principals have fewer tokens.
    private static final Comparator<Clause> STRONGER_FIRST = (one, other) -> one.size() != other.size()
            ? Integer.compare(one.size(), other.size())
            : Integer.compare(one.depth(), other.depth());

    /// Asks for nothing: public, or vouched for by nobody.
    public static final Component TRUE = normal();

    /// Asks for what only root has.
    public static final Component FALSE = normal(Clause.FALSE);

    private final List<Clause> allOf;

    private Component(List<Clause> allOf) {
        this.allOf = allOf;
    }

    public static Component of(Principal principal) {
        return anyOf(principal);
    }

    /// @throws LabelInvalid if there are more than [Clause#PRINCIPALS_MAX]
    public static Component anyOf(Principal... principals) {
        return ofClauses(List.of(List.of(principals)));
    }

    /// @throws LabelInvalid over a size cap, counted as given
    public static Component ofClauses(Collection<? extends Collection<Principal>> allOf) {
        if (allOf.size() > CLAUSES_MAX) {
            throw tooManyClauses();
        }
        Clause[] clauses = new Clause[allOf.size()];
        int filled = 0;
        for (Collection<Principal> anyOf : allOf) {
            if (anyOf.size() > Clause.PRINCIPALS_MAX) {
                throw tooManyPrincipals();
            }
            clauses[filled++] = Clause.of(anyOf.toArray(new Principal[0]));
        }
        return normal(clauses);
    }

    /// @throws LabelInvalid for whatever is not a component's text
    public static Component parse(String text) {
        return LabelParser.component(text);
    }

    /// The clauses in order.
    public List<Clause> allOf() {
        return allOf;
    }

    public boolean isTrue() {
        return this == TRUE;
    }

    public boolean isFalse() {
        return this == FALSE;
    }

    /// @throws LabelInvalid if the result is over a size cap
    public Component and(Component other) {
        if (implies(other)) {
            return this;
        }
        if (other.implies(this)) {
            return other;
        }
        Clause[] both = new Clause[allOf.size() + other.allOf.size()];
        for (int i = 0; i < both.length; i++) {
            both[i] = i < allOf.size() ? allOf.get(i) : other.allOf.get(i - allOf.size());
        }
        return normal(both);
    }

    /// Distributes pairwise. At most [#CLAUSES_MAX]² pairs are looked at.
    ///
    /// @throws LabelInvalid if the result is over a size cap
    public Component or(Component other) {
        if (implies(other)) {
            return other;
        }
        if (other.implies(this)) {
            return this;
        }
        Clause[] pairs = new Clause[allOf.size() * other.allOf.size()];
        int filled = 0;
        for (Clause mine : allOf) {
            for (Clause theirs : other.allOf) {
                pairs[filled++] = mine.or(theirs);
            }
        }
        return normal(pairs);
    }

    /// `this ⟹ other`: whoever satisfies this component satisfies `other`.
    public boolean implies(Component other) {
        return impliedBy(other, this, this);
    }

    /// `(one ∧ another) ⟹ what`, without building the conjunction, which may be over a cap.
    static boolean impliedBy(Component what, Component one, Component another) {
        if (what == one || what == another || what == TRUE) {
            return true;
        }
        for (Clause clause : what.allOf) {
            if (!one.implies(clause) && (one == another || !another.implies(clause))) {
                return false;
            }
        }
        return true;
    }

    /// This component without the clauses that `authority` satisfies: the least that is missing to imply it.
    public Component without(Component authority) {
        List<Clause> rest = new ArrayList<>(allOf.size());
        for (Clause clause : allOf) {
            if (!authority.implies(clause)) {
                rest.add(clause);
            }
        }
        return rest.size() == allOf.size() ? this : normal(rest.toArray(new Clause[0]));
    }

    /// The canonical text; [#parse] gives this component back.
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        printTo(out);
        return out.toString();
    }

    void printTo(StringBuilder out) {
        if (isTrue() || isFalse()) {
            out.append(isTrue() ? LabelParser.TRUE : LabelParser.FALSE);
            return;
        }
        for (int i = 0; i < allOf.size(); i++) {
            if (i > 0) {
                out.append(LabelParser.AND);
            }
            allOf.get(i).printTo(out);
        }
    }

    private boolean implies(Clause clause) {
        for (int i = 0; i < allOf.size(); i++) {
            if (allOf.get(i).implies(clause)) {
                return true;
            }
        }
        return false;
    }

    /// Takes `clauses` over. Since stronger clauses come first, a kept clause stays, and the first one over a cap
    /// ends the work: at most [#CLAUSES_MAX] comparisons for each clause given.
    private static Component normal(Clause... clauses) {
        Arrays.sort(clauses, STRONGER_FIRST);
        int kept = 0;
        for (Clause clause : clauses) {
            if (!impliedByFirst(kept, clauses, clause)) {
                if (clause.size() > Clause.PRINCIPALS_MAX) {
                    throw tooManyPrincipals();
                }
                if (kept == CLAUSES_MAX) {
                    throw tooManyClauses();
                }
                clauses[kept++] = clause;
            }
        }
        Arrays.sort(clauses, 0, kept);
        List<Clause> allOf = List.of(Arrays.copyOf(clauses, kept));
        return ALL.get(allOf, () -> new Component(allOf));
    }

    private static boolean impliedByFirst(int count, Clause[] clauses, Clause clause) {
        for (int i = 0; i < count; i++) {
            if (clauses[i].implies(clause)) {
                return true;
            }
        }
        return false;
    }

    static LabelInvalid tooManyClauses() {
        return new LabelInvalid("a component has too many clauses");
    }

    static LabelInvalid tooManyPrincipals() {
        return new LabelInvalid("a clause has too many principals");
    }
}
