package dev.sluice.label;

/// Authority to release (secrecy) and to endorse (integrity). Holding one is the permission: it is made only by
/// [#mintTcb], by combining what is held and by delegating less of it.
public final class Privilege {
    /// May do nothing that an unprivileged caller may not.
    public static final Privilege NONE = new Privilege(Component.TRUE, Component.TRUE);

    private final Component secrecy;
    private final Component integrity;

    private Privilege(Component secrecy, Component integrity) {
        this.secrecy = secrecy;
        this.integrity = integrity;
    }

    /// Creates authority out of nothing.
    @Tcb(why = "a gate's stored grant and a verified credential become authority here")
    public static Privilege mintTcb(Component both) {
        return new Privilege(both, both);
    }

    /// Creates authority out of nothing, other for releasing than for endorsing.
    @Tcb(why = "a policy lends reading and writing apart")
    public static Privilege mintTcb(Component secrecy, Component integrity) {
        return new Privilege(secrecy, integrity);
    }

    public Component secrecy() {
        return secrecy;
    }

    public Component integrity() {
        return integrity;
    }

    /// A weaker privilege, for handing on.
    ///
    /// @throws LabelInvalid unless this privilege implies `less`
    public Privilege delegate(Component less) {
        if (!implies(less)) {
            throw new LabelInvalid("nobody delegates more than is held");
        }
        return new Privilege(less, less);
    }

    /// A weaker privilege, other for releasing than for endorsing.
    ///
    /// @throws LabelInvalid unless each side of this privilege implies its part
    public Privilege delegate(Component lessSecrecy, Component lessIntegrity) {
        if (!secrecy.implies(lessSecrecy) || !integrity.implies(lessIntegrity)) {
            throw new LabelInvalid("nobody delegates more than is held");
        }
        return new Privilege(lessSecrecy, lessIntegrity);
    }

    /// Whether both sides imply `component`.
    public boolean implies(Component component) {
        return secrecy.implies(component) && integrity.implies(component);
    }

    /// Both together.
    ///
    /// @throws LabelInvalid if the result is over a size cap
    public Privilege and(Privilege other) {
        return new Privilege(secrecy.and(other.secrecy), integrity.and(other.integrity));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Privilege that && secrecy == that.secrecy && integrity == that.integrity;
    }

    @Override
    public int hashCode() {
        return 31 * secrecy.hashCode() + integrity.hashCode();
    }

    /// Names no principal: a log line must not say whose it is.
    @Override
    public String toString() {
        return equals(NONE) ? "Privilege[none]" : "Privilege[...]";
    }
}
