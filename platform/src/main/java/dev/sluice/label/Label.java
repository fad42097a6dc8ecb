package dev.sluice.label;

import java.util.List;

/// How far a datum may travel: `secrecy` says who must agree to release it, `integrity` who vouches for it.
///
/// Labels form a lattice under [#canFlowTo]; `LabelLawsTest` checks the laws on every label of a small universe.
/// Interned: equal meaning is the same object, so identity is equality.
///
/// Source: Buckle, the label model of Faasten, after Stefan et al., "Disjunction Category Labels" (2011).
public final class Label {
    private static final Interned<List<Component>, Label> ALL = new Interned<>();
    private static final FlowCache FLOWS = new FlowCache();

    /// Anyone may learn it, nobody vouches for it.
    public static final Label PUBLIC = of(Component.TRUE, Component.TRUE);

    /// Flows everywhere.
    public static final Label BOTTOM = of(Component.TRUE, Component.FALSE);

    /// Everything flows here.
    public static final Label TOP = of(Component.FALSE, Component.TRUE);

    private final Component secrecy;
    private final Component integrity;
    private final long number = FLOWS.number();

    private Label(Component secrecy, Component integrity) {
        this.secrecy = secrecy;
        this.integrity = integrity;
    }

    public static Label of(Component secrecy, Component integrity) {
        return ALL.get(List.of(secrecy, integrity), () -> new Label(secrecy, integrity));
    }

    /// @throws LabelInvalid for whatever is not a label's text
    public static Label parse(String text) {
        return LabelParser.label(text);
    }

    public Component secrecy() {
        return secrecy;
    }

    public Component integrity() {
        return integrity;
    }

    /// May data labeled `this` influence something labeled `to`? Never refuses; a few nanoseconds for two labels
    /// that were compared before.
    public boolean canFlowTo(Label to) {
        return this == to || FLOWS.canFlow(this, to);
    }

    /// As [#canFlowTo(Label)], for a holder of `privilege`, who may release and endorse on its behalf.
    public boolean canFlowTo(Label to, Privilege privilege) {
        return canFlowTo(to)
                || (Component.impliedBy(secrecy, to.secrecy, privilege.secrecy())
                        && Component.impliedBy(to.integrity, integrity, privilege.integrity()));
    }

    /// The least label that both may flow to.
    ///
    /// @throws LabelInvalid if it is over a size cap
    public Label join(Label other) {
        if (canFlowTo(other)) {
            return other;
        }
        if (other.canFlowTo(this)) {
            return this;
        }
        return of(secrecy.and(other.secrecy), integrity.or(other.integrity));
    }

    /// As [#join], and [#TOP] where that would be over a size cap: for what is kept under a label, never for
    /// acting.
    public Label joinOrTop(Label other) {
        try {
            return join(other);
        } catch (LabelInvalid tooLarge) {
            return TOP;
        }
    }

    /// The greatest label that may flow to both.
    ///
    /// @throws LabelInvalid if it is over a size cap
    public Label meet(Label other) {
        if (canFlowTo(other)) {
            return this;
        }
        if (other.canFlowTo(this)) {
            return other;
        }
        return of(secrecy.or(other.secrecy), integrity.and(other.integrity));
    }

    /// The least label that a holder of `authority` can bring this data to. A description of what would happen,
    /// no permission: who may do it is the kernel's business.
    ///
    /// @throws LabelInvalid if it is over a size cap
    public Label downgrade(Component authority) {
        return of(secrecy.without(authority), authority.and(integrity));
    }

    /// As [#downgrade], in secrecy alone: who vouches for it stays as it was. A description of what would happen
    /// too.
    public Label release(Component authority) {
        return of(secrecy.without(authority), integrity);
    }

    /// This label vouched for by `authority` too. No permission either.
    ///
    /// @throws LabelInvalid if it is over a size cap
    public Label endorse(Component authority) {
        return of(secrecy, authority.and(integrity));
    }

    /// The canonical text; [#parse] gives this label back.
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        secrecy.printTo(out);
        out.append(LabelParser.SIDES);
        integrity.printTo(out);
        return out.toString();
    }

    long number() {
        return number;
    }

    boolean compareFlow(Label to) {
        return to.secrecy.implies(secrecy) && integrity.implies(to.integrity);
    }
}
