package dev.sluice.kernel;

import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Privilege;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/// What the kernel knows of one computation: its label (rises as it reads), its clearance (the ceiling of that
/// label) and its privilege.
///
/// Invariants: the label only rises, but for [#declassify] and [#endorse], which privilege pays for; and it always
/// flows to the clearance. A refused operation leaves the label as it was.
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
    private Label label; // guarded by this
    private Label highest; // guarded by this

    /// @throws Refused `DENIED` if `label` does not flow to `clearance`
    public Task(Label label, Label clearance, Privilege privilege) {
        if (!label.canFlowTo(clearance)) {
            throw Refused.denied();
        }
        this.label = label;
        this.highest = label;
        this.clearance = clearance;
        this.privilege = privilege;
    }

    /// @throws NoSuchElementException if this thread runs no task
    public static Task current() {
        return CURRENT.orElseThrow(() -> new NoSuchElementException("no task is bound to this thread"));
    }

    public <T, X extends Throwable> T run(ScopedValue.CallableOp<T, X> body) throws X {
        return ScopedValue.where(CURRENT, this).call(body);
    }

    /// Wraps `body` so that another thread runs it as this task.
    public <T> Callable<T> carry(Callable<T> body) {
        return () -> run(body::call);
    }

    /// Records that this task is about to learn something labeled `source`. Call it before reading.
    ///
    /// @throws Refused `DENIED` if the task would rise above its clearance; its label is then unchanged
    public synchronized void observe(Label source) {
        moveTo(() -> label.join(source));
    }

    /// Whether [#observe] would succeed now.
    public synchronized boolean mayObserve(Label source) {
        try {
            return label.join(source).canFlowTo(clearance)
                    && highest.join(source).canFlowTo(Label.TOP);
        } catch (LabelInvalid tooLarge) {
            return false;
        }
    }

    /// Whether this task may already know something labeled `source`: observing it would change nothing.
    public synchronized boolean knows(Label source) {
        return source.canFlowTo(label);
    }

    /// Checks that this task may change something labeled `target`, using no privilege but `with`.
    ///
    /// @throws Refused `DENIED` if it has learnt more, or is vouched for less, than `target` asks
    public synchronized void requireMayAffect(Label target, Privilege with) {
        requireHeld(with);
        if (!label.canFlowTo(target, with)) {
            throw Refused.denied();
        }
    }

    /// Checks that this task may bring an object labeled `target` into being: as [#requireMayAffect], and `target`
    /// may not lie above the clearance (LIO's newRef, HiStar's object creation).
    ///
    /// @throws Refused `DENIED`
    public synchronized void requireMayCreate(Label target, Privilege with) {
        requireMayAffect(target, with);
        if (!target.canFlowTo(clearance)) {
            throw Refused.denied();
        }
    }

    /// Lowers the secrecy of this task to `secrecy`, paid for by its privilege. Integrity is unchanged.
    ///
    /// @throws Refused `DENIED` if the privilege does not cover what is given up; the label is then unchanged
    public synchronized Label declassify(Component secrecy) {
        Label lowered = Label.of(secrecy, label.integrity());
        if (!label.canFlowTo(lowered, privilege)) {
            throw Refused.denied();
        }
        moveTo(() -> lowered);
        return label;
    }

    /// Raises the integrity of this task by `with`, which its privilege must imply.
    ///
    /// @throws Refused `DENIED` if it does not; the label is then unchanged
    public synchronized Label endorse(Component with) {
        if (!privilege.integrity().implies(with)) {
            throw Refused.denied();
        }
        moveTo(() -> label.endorse(with));
        return label;
    }

    /// The part of this task's privilege that an operation shall use, named by what it is used for.
    ///
    /// @throws Refused `DENIED` if the task does not hold it
    public Privilege exercise(Component secrecy, Component integrity) {
        if (!privilege.secrecy().implies(secrecy) || !privilege.integrity().implies(integrity)) {
            throw Refused.denied();
        }
        return privilege.delegate(secrecy, integrity);
    }

    /// All of this task's privilege, for endorsing only: it releases nothing.
    public Privilege forEndorsing() {
        return privilege.delegate(Component.TRUE, privilege.integrity());
    }

    /// Whether `(label.integrity ∧ privilege)` implies `who`: the rule for entering a gate.
    public synchronized boolean vouchesFor(Component who) {
        Label vouched = Label.of(Component.TRUE, label.integrity());
        return vouched.canFlowTo(Label.of(Component.TRUE, who), privilege);
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

    public synchronized Label label() {
        return label;
    }

    /// The join of all labels this task has had: no declassification or endorsement lowers it. What the run's memory,
    /// its logs and its failures may hold.
    public synchronized Label highest() {
        return highest;
    }

    public Label clearance() {
        return clearance;
    }

    /// A label that would grow over its caps is above every clearance.
    private void moveTo(Supplier<Label> next) {
        try {
            Label to = next.get();
            if (!to.canFlowTo(clearance)) {
                throw Refused.denied();
            }
            highest = highest.join(to);
            label = to;
        } catch (LabelInvalid tooLarge) {
            throw Refused.denied();
        }
    }

    private void requireHeld(Privilege with) {
        if (!privilege.secrecy().implies(with.secrecy())
                || !privilege.integrity().implies(with.integrity())) {
            throw Refused.denied();
        }
    }
}
