package dev.sluice.kernel;

import dev.sluice.kernel.Trace.Act;
import dev.sluice.kernel.Trace.Check;
import dev.sluice.kernel.Trace.Denial;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Privilege;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// What the kernel knows of one computation: its label (rises as it reads), its clearance (the ceiling of that
/// label) and its privilege.
///
/// Invariants: the label only rises, but for [#declassify] and [#endorse], which privilege pays for; and it always
/// flows to the clearance. A refused operation leaves the label as it was.
///
/// It remembers, within bounds, how its label came about and what it was last refused ([#trace]). Refusals
/// themselves say nothing of it.
///
/// Thread-safe. A task is bound to the calling thread by [#run]. It is *not* inherited by a thread started inside:
/// hand it on with [#carry]. Code outside any task has no label at all, and [#current] throws: a forgotten binding
/// is a refusal, never a public label.
///
/// Source: Buckle's floating label with LIO's clearance; contracts/faasten.md sections 0 and 2.3 `[R]`.
public final class Task {
    private static final ScopedValue<Task> CURRENT = ScopedValue.newInstance();

    private final Label clearance;
    private final Privilege privilege;
    private final String payer;
    private final Label start;
    private final Steps steps = new Steps(); // guarded by this
    private Label label; // guarded by this
    private Label highest; // guarded by this

    /// A task that nobody in particular pays for.
    ///
    /// @throws Refused `DENIED` if `label` does not flow to `clearance`
    public Task(Label label, Label clearance, Privilege privilege) {
        this(label, clearance, privilege, "");
    }

    /// @param payer as [#payer]
    /// @throws Refused `DENIED` if `label` does not flow to `clearance`
    public Task(Label label, Label clearance, Privilege privilege, String payer) {
        if (!label.canFlowTo(clearance)) {
            throw Refused.denied();
        }
        this.start = label;
        this.label = label;
        this.highest = label;
        this.clearance = clearance;
        this.privilege = privilege;
        this.payer = payer;
    }

    /// @throws NoSuchElementException if this thread runs no task
    public static Task current() {
        return CURRENT.orElseThrow(() -> new NoSuchElementException("no task is bound to this thread"));
    }

    /// Whether this thread runs a task at all: for what is noted either way, and decides nothing.
    public static boolean isBound() {
        return CURRENT.isBound();
    }

    /// Runs `body` as this task. A refusal that leaves it remembers whose it was.
    public <T, X extends Throwable> T run(ScopedValue.CallableOp<T, X> body) throws X {
        try {
            return ScopedValue.where(CURRENT, this).call(body);
        } catch (Refused refused) {
            refused.happenedTo(this);
            throw refused;
        }
    }

    /// Wraps `body` so that another thread runs it as this task.
    public <T> Callable<T> carry(Callable<T> body) {
        return () -> run(body::call);
    }

    /// As [#observe(Label, Object)], of something that has no name.
    public void observe(Label source) {
        observe(source, "");
    }

    /// Records that this task is about to learn something labeled `source`. Call it before reading.
    ///
    /// @param what what it is, for the trace: rendered only if the label changes or the reading is denied
    /// @throws Refused `DENIED` if the task would rise above its clearance; its label is then unchanged
    public synchronized void observe(Label source, Object what) {
        if (source.canFlowTo(label)) {
            return; // known already, and the label is below the clearance
        }
        Label risen = joined(label, source);
        if (risen == null || !moveTo(risen, Act.OBSERVE, what, source)) {
            throw denied(Check.READ, risen == null ? source : risen, clearance, Privilege.NONE, what);
        }
    }

    /// Whether [#observe] would succeed now.
    public synchronized boolean mayObserve(Label source) {
        Label risen = joined(label, source);
        return risen != null && risen.canFlowTo(clearance) && joined(highest, risen) != null;
    }

    /// Whether this task may already know something labeled `source`: observing it would change nothing.
    public synchronized boolean knows(Label source) {
        return source.canFlowTo(label);
    }

    /// As [#requireMayAffect(Label, Privilege, Object)], of something that has no name.
    public void requireMayAffect(Label target, Privilege with) {
        requireMayAffect(target, with, "");
    }

    /// Checks that this task may change something labeled `target`, using no privilege but `with`.
    ///
    /// @param what what it is, for the trace
    /// @throws Refused `DENIED` if it has learnt more, or is vouched for less, than `target` asks
    public synchronized void requireMayAffect(Label target, Privilege with, Object what) {
        requireHeld(with.secrecy(), with.integrity(), what);
        if (!label.canFlowTo(target, with)) {
            throw denied(Check.WRITE, label, target, with, what);
        }
    }

    /// As [#requireMayCreate(Label, Privilege, Object)], of something that has no name.
    public void requireMayCreate(Label target, Privilege with) {
        requireMayCreate(target, with, "");
    }

    /// Checks that this task may bring an object labeled `target` into being: as [#requireMayAffect], and `target`
    /// may not lie above the clearance (LIO's newRef, HiStar's object creation).
    ///
    /// @param what what it is, for the trace
    /// @throws Refused `DENIED`
    public synchronized void requireMayCreate(Label target, Privilege with, Object what) {
        requireMayAffect(target, with, what);
        if (!target.canFlowTo(clearance)) {
            throw denied(Check.CREATE, target, clearance, Privilege.NONE, what);
        }
    }

    /// Lowers the secrecy of this task to `secrecy`, paid for by its privilege. Integrity is unchanged.
    ///
    /// @throws Refused `DENIED` if the privilege does not cover what is given up; the label is then unchanged
    public synchronized Label declassify(Component secrecy) {
        Label lowered = Label.of(secrecy, label.integrity());
        if (!label.canFlowTo(lowered, privilege)) {
            throw denied(Check.DECLASSIFY, label, lowered, privilege, "");
        }
        if (!moveTo(lowered, Act.DECLASSIFY, "", lowered)) {
            throw denied(Check.DECLASSIFY, lowered, clearance, Privilege.NONE, "");
        }
        return label;
    }

    /// Raises the integrity of this task by `with`, which its privilege must imply.
    ///
    /// @throws Refused `DENIED` if it does not; the label is then unchanged
    public synchronized Label endorse(Component with) {
        Label wanted = Label.of(Component.TRUE, with);
        if (!privilege.integrity().implies(with)) {
            throw denied(Check.ENDORSE, Label.PUBLIC, wanted, privilege, "");
        }
        try {
            moveTo(label.endorse(with), Act.ENDORSE, "", wanted); // more integrity flows wherever less did
        } catch (LabelInvalid tooLarge) {
            throw denied(Check.ENDORSE, Label.PUBLIC, wanted, privilege, "");
        }
        return label;
    }

    /// The part of this task's privilege that an operation shall use, named by what it is used for.
    ///
    /// @throws Refused `DENIED` if the task does not hold it
    public Privilege exercise(Component secrecy, Component integrity) {
        requireHeld(secrecy, integrity, "");
        return privilege.delegate(secrecy, integrity);
    }

    /// All of this task's privilege, for endorsing only: it releases nothing.
    public Privilege forEndorsing() {
        return privilege.delegate(Component.TRUE, privilege.integrity());
    }

    /// Whether `(label.integrity ∧ privilege)` implies `who`: the rule for entering a gate.
    public synchronized boolean vouchesFor(Component who) {
        return Label.of(Component.TRUE, label.integrity()).canFlowTo(Label.of(Component.TRUE, who), privilege);
    }

    /// All that vouches for what this task does: what it says of itself when it enters a gate.
    ///
    /// @throws Refused `DENIED` if that is over a size cap
    public synchronized Component vouched() {
        try {
            return label.integrity().and(privilege.integrity());
        } catch (LabelInvalid tooLarge) {
            throw Refused.denied();
        }
    }

    /// Whether this task may hand `granted` on: both sides of its privilege imply it.
    public boolean holds(Component granted) {
        return privilege.implies(granted);
    }

    /// Whether a value labeled `source` may be delivered to the outside channel `sink`, downgraded by this task's
    /// privilege.
    public boolean mayDeliver(Label source, Label sink) {
        return source.canFlowTo(sink, privilege);
    }

    /// Why [#mayDeliver] says no, if it does. The task itself does not remember it: the answer may be about what it
    /// must not know.
    public Optional<Denial> undeliverable(Label source, Label sink, Object what) {
        return mayDeliver(source, sink)
                ? Optional.empty()
                : Optional.of(new Denial(
                        Check.DELIVER, what.toString(), source, sink, privilege.secrecy(), privilege.integrity()));
    }

    public synchronized Label label() {
        return label;
    }

    /// The join of all labels this task has had: no declassification or endorsement lowers it. What the run's
    /// memory, its logs and its failures may hold.
    public synchronized Label highest() {
        return highest;
    }

    public Label clearance() {
        return clearance;
    }

    /// Whose quota this task uses up: the first token of the principals of one organization or realm. It decides no
    /// flow.
    public String payer() {
        return payer;
    }

    /// How this task came by its label and what it was last refused, as it is now.
    public synchronized Trace trace() {
        return new Trace(privilege.integrity(), start, label, highest, steps.kept(), steps.omitted(), steps.denial());
    }

    /// Remembers a check that this task's own privilege did not pass elsewhere: that what it is vouched for by
    /// enters a gate, that it holds what it grants, that an answer may leave.
    public synchronized void remember(Check check, Label from, Label to, Object what) {
        steps.denied(check, what, from, to, privilege);
    }

    /// As [#remember], for a check that no privilege helps with.
    public synchronized void rememberUnaided(Check check, Label from, Label to, Object what) {
        steps.denied(check, what, from, to, Privilege.NONE);
    }

    /// Null where the join is over the caps, and so above every clearance.
    private static @Nullable Label joined(Label one, Label other) {
        try {
            return one.join(other);
        } catch (LabelInvalid tooLarge) {
            return null;
        }
    }

    /// @return false, and nothing has changed, if `to` is above the clearance
    private boolean moveTo(Label to, Act act, Object what, Label source) {
        Label summit = joined(highest, to);
        if (summit == null || !to.canFlowTo(clearance)) {
            return false;
        }
        if (to != label) {
            steps.add(act, what, source, label, to);
        }
        highest = summit;
        label = to;
        return true;
    }

    private synchronized void requireHeld(Component secrecy, Component integrity, Object what) {
        if (!privilege.secrecy().implies(secrecy) || !privilege.integrity().implies(integrity)) {
            Label from = Label.of(secrecy, Component.TRUE);
            throw denied(Check.USE, from, Label.of(Component.TRUE, integrity), privilege, what);
        }
    }

    private Refused denied(Check check, Label from, Label to, Privilege used, Object what) {
        steps.denied(check, what, from, to, used);
        return Refused.denied();
    }
}
