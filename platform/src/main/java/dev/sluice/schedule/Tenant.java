package dev.sluice.schedule;

import dev.sluice.schedule.Scheduler.Bound;
import dev.sluice.schedule.Scheduler.Limits;
import dev.sluice.schedule.Scheduler.Standing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What one tenant has under way and waiting. Guarded by the scheduler's lock; forgotten once it is idle.
final class Tenant extends Turn {
    /// So many of its functions are looked at for one that fits.
    private static final int LINES_LOOKED_AT_MAX = 16;

    final String name;

    /// Wishes for memory inside other runs, which go before the others, the latest first.
    final ArrayDeque<Waiter> nested = new ArrayDeque<>();

    /// Functions whose wishes for memory wait. They are the tenant's own, and all of one weight.
    final Rotation<Line> lines;

    private final Map<String, Line> known = new HashMap<>();
    private int inLines;

    /// Those that are [Waiter#isWeightless], which are in none of the others.
    final ArrayDeque<Waiter> weightless = new ArrayDeque<>();

    /// Of all its leases.
    int heldMib;

    /// Set aside for what waits for its runs.
    int reservedMib;

    /// Its leases that are inside no other: a run and those that it waits for count once.
    int running;

    /// Its leases whose runs wait for no other run.
    int progressing;

    /// Of those that wait here, what nobody in particular has caused.
    private int nobodysQueued;

    final Accepted accepted = new Accepted();

    /// @param debtMax as [Rotation] has it
    Tenant(String name, double debtMax) {
        this.name = name;
        this.lines = new Rotation<>(debtMax);
    }

    Line line(String function) {
        return known.computeIfAbsent(function, Line::new);
    }

    void forgetIfIdle(Line line) {
        if (line.queue.isEmpty() && line.leases == 0) {
            known.remove(line.function, line);
        }
    }

    boolean isIdle() {
        return queued() == 0
                && heldMib == 0
                && reservedMib == 0
                && running == 0
                && progressing == 0
                && accepted.isNone();
    }

    Tenant promise(Parcel parcel) {
        accepted.promise(parcel);
        return this;
    }

    /// @return the limit that it would be over: then nothing is counted
    Optional<Bound> promise(Parcel parcel, Limits limits) {
        Optional<Bound> bound = hindrance(parcel, limits);
        if (bound.isEmpty()) {
            promise(parcel);
        }
        return bound;
    }

    Tenant redeem(Parcel parcel) {
        accepted.redeem(parcel);
        return this;
    }

    Tenant release(Parcel parcel) {
        accepted.release(parcel);
        return this;
    }

    void join(Waiter waiter) {
        if (waiter.isWeightless()) {
            weightless.addLast(waiter);
        } else if (waiter.isNested()) {
            nested.addFirst(waiter);
        } else {
            waiter.line.queue.addLast(waiter);
            lines.enter(waiter.line);
            inLines++;
        }
        nobodysQueued += waiter.isNobodys() ? 1 : 0;
    }

    void leave(Waiter waiter) {
        if (waiter.isWeightless()) {
            weightless.remove(waiter);
        } else if (waiter.isNested()) {
            nested.remove(waiter);
        } else {
            waiter.line.queue.remove(waiter);
            inLines--;
            if (waiter.line.queue.isEmpty()) {
                lines.leave(waiter.line);
            }
        }
        nobodysQueued -= waiter.isNobodys() ? 1 : 0;
    }

    int queued() {
        return forMemory() + weightless.size();
    }

    /// How many wait for memory.
    int forMemory() {
        return nested.size() + inLines;
    }

    /// The wishes for memory that may be served next, whose turn it is first: one of each function, of a few.
    List<Waiter> next() {
        var next = new ArrayList<Waiter>();
        if (!nested.isEmpty()) {
            next.add(nested.getFirst());
        }
        for (Line line : lines) {
            if (next.size() >= LINES_LOOKED_AT_MAX) {
                break;
            }
            next.add(line.queue.getFirst());
        }
        return next;
    }

    int waiting() {
        return queued() + accepted.promised();
    }

    /// The oldest wish for no memory, if no limit hinders it now: then none hinders those behind it less.
    Optional<Waiter> nextWeightless(Limits limits) {
        return Optional.ofNullable(weightless.peekFirst())
                .filter(oldest -> hindrance(0, false, limits).isEmpty());
    }

    /// Whether it came before the next of those that wait for memory.
    boolean isOldest(Waiter waiter) {
        return forMemory() == 0 || waiter.order < next().getFirst().order;
    }

    /// Which limit a run would be over that is accepted now.
    private Optional<Bound> hindrance(Parcel parcel, Limits limits) {
        if (waiting() >= limits.waiting() || (parcel.isNobodys() && isNobodysPartTaken(limits))) {
            return Optional.of(Bound.WAITING);
        }
        return accepted.isTooMuch(parcel, limits.bytes()) ? Optional.of(Bound.BYTES) : Optional.empty();
    }

    /// Whether no other wish may wait.
    boolean isQueueFull(Standing standing, Limits limits) {
        return switch (standing) {
            case ACCEPTED -> false;
            case KNOWN -> waiting() >= limits.waiting() || queued() >= Scheduler.TENANT_QUEUE_RUNS_MAX;
            case NOBODY -> isQueueFull(Standing.KNOWN, limits) || isNobodysPartTaken(limits);
        };
    }

    private boolean isNobodysPartTaken(Limits limits) {
        return accepted.nobodysPromised() + nobodysQueued >= limits.waiting() / Scheduler.NOBODYS_PART
                || nobodysQueued >= Scheduler.TENANT_QUEUE_RUNS_MAX / Scheduler.NOBODYS_PART;
    }

    /// Which of its own limits a wish would be over now.
    Optional<Bound> hindrance(int wishMib, boolean isNested, Limits limits) {
        if (!isNested && running >= limits.runs()) {
            return Optional.of(Bound.RUNS);
        }
        return heldMib + (long) wishMib > limits.memoryMib() ? Optional.of(Bound.MEMORY) : Optional.empty();
    }

    /// The last wish of a run that waits for another one, if only the end of one of the tenant's own runs could give it
    /// room, and none of those makes progress.
    Optional<Waiter> stuck(Limits limits) {
        if (progressing > 0) {
            return Optional.empty();
        }
        Iterator<Waiter> latestFirst = nested.descendingIterator();
        Optional<Waiter> last = Optional.empty();
        while (latestFirst.hasNext()) {
            Waiter waiter = latestFirst.next();
            if (hindrance(waiter.wishMib, true, limits).isEmpty()) {
                return Optional.empty();
            }
            last = last.isEmpty() ? Optional.of(waiter) : last;
        }
        return last;
    }
}
