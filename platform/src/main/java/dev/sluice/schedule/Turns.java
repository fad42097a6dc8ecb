package dev.sluice.schedule;

import dev.sluice.schedule.Scheduler.Admission;
import dev.sluice.schedule.Scheduler.Bound;
import dev.sluice.schedule.Scheduler.Limits;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who has what, who waits, and whose turn it is. Guarded by the scheduler's lock.
final class Turns {
    /// Of what has been had in excess, the whole machine for so long is remembered.
    private static final Duration DEBT_MAX = Duration.ofSeconds(10);

    private final int memoryMib;
    private final Function<String, Limits> limits;
    private final Ledger held;

    /// Those that are not idle.
    private final Map<String, Tenant> tenants = new HashMap<>();

    private final Queue queue;
    private final double debtMax;

    private int waiting;
    private long joined;

    /// @param nanos the time, as [System#nanoTime] has it
    Turns(int memoryMib, Function<String, Limits> limits, LongSupplier nanos) {
        this.memoryMib = memoryMib;
        this.limits = limits;
        this.debtMax = (double) memoryMib * DEBT_MAX.toMillis();
        this.queue = new Queue(memoryMib, debtMax);
        this.held = new Ledger(memoryMib, limits, nanos, queue.inTurn());
    }

    Ledger held() {
        return held;
    }

    /// Whether so much may be set aside: nobody waits for room, and it is free.
    boolean isLeftOver(Tenant tenant, int mib) {
        return waiting == 0 && held.isLeftOver(tenant, mib);
    }

    Tenant tenant(String name) {
        return tenants.computeIfAbsent(name, _ -> new Tenant(name, debtMax));
    }

    void forgetIfIdle(Tenant tenant) {
        if (tenant.isIdle()) {
            tenants.remove(tenant.name, tenant);
        }
    }

    Scheduler.Load load() {
        return new Scheduler.Load(waiting, held.mib(), memoryMib);
    }

    /// Grants a wish, refuses it, or has it wait.
    void ask(Waiter waiter) {
        if (isRoomFor(waiter)) {
            held.suspend(waiter.outer);
            waiter.granted = held.take(waiter, waiting == 0);
            return;
        }
        refusal(waiter).ifPresentOrElse(refused -> waiter.refused = refused, () -> join(waiter));
        if (waiter.refused != null) {
            waiter.tenant.forgetIfIdle(waiter.line);
            forgetIfIdle(waiter.tenant);
        }
    }

    /// Whether a wish can be granted before it waits: nobody does, or it takes no memory from who does.
    private boolean isRoomFor(Waiter waiter) {
        Tenant tenant = waiter.tenant;
        int wishMib = waiter.wishMib;
        return (waiting == 0 || wishMib == 0)
                && held.fits(wishMib)
                && held.isWithinShare(tenant, wishMib)
                && tenant.hindrance(wishMib, waiter.isNested(), limits.apply(tenant.name))
                        .isEmpty();
    }

    /// Why a wish may not even wait.
    ///
    /// Who is accepted may, however many of the tenant's wait.
    private Optional<Admission> refusal(Waiter waiter) {
        Tenant tenant = waiter.tenant;
        int wishMib = waiter.wishMib;
        Limits its = limits.apply(tenant.name);
        if (wishMib > memoryMib) {
            return Optional.of(new Admission.QueueFull());
        }
        if (wishMib > its.memoryMib()) {
            return Optional.of(new Admission.AtLimit(Bound.MEMORY));
        }
        if (tenant.isQueueFull(waiter.standing, its)) {
            return Optional.of(new Admission.AtLimit(Bound.WAITING));
        }
        return waiting >= Scheduler.QUEUE_RUNS_MAX && tenant.queued() > 0
                ? Optional.of(new Admission.QueueFull())
                : Optional.empty();
    }

    /// Why a wish was not granted in its time: for the tenant's own limit, if it was that.
    Admission missed(Waiter waiter) {
        if (waiter.refused != null) {
            return waiter.refused;
        }
        return hindrance(waiter).<Admission>map(Admission.AtLimit::new).orElseGet(Admission.TimedOut::new);
    }

    void join(Waiter waiter) {
        waiter.order = joined++;
        waiter.tenant.join(waiter);
        queue.joined(waiter);
        waiting++;
        held.suspend(waiter.outer);
        settle(waiter.tenant);
    }

    void giveUp(Waiter waiter) {
        if (waiter.granted != null) {
            held.giveBack(waiter.granted, waiting == 0);
        } else if (waiter.refused == null) {
            leave(waiter);
            held.resume(waiter.outer);
        }
        settle(waiter.tenant);
    }

    void giveBack(Grant grant) {
        held.giveBack(grant, waiting == 0);
        settle(grant.tenant());
    }

    /// After something has changed about a tenant.
    void settle(Tenant tenant) {
        queue.takePart(tenant);
        serveWeightless(tenant, tenant::isOldest);
        serveInTurn();
        serveWeightless(tenant, _ -> true);
        settleNestedAll();
        settleStuck(tenant);
        forgetIfIdle(tenant);
    }

    /// After anything may have changed about anybody.
    void settleAnew() {
        tenants.values().forEach(tenant -> {
            queue.takePart(tenant);
            held.giveWay(tenant);
            serveWeightless(tenant, tenant::isOldest);
        });
        serveInTurn();
        tenants.values().forEach(tenant -> serveWeightless(tenant, _ -> true));
        settleNestedAll();
        List.copyOf(tenants.values()).forEach(this::settleStuck);
    }

    /// Serves the tenants in turn for as long as something fits. Who has had his share is passed over.
    private void serveInTurn() {
        for (Optional<Waiter> next = next(); next.isPresent(); next = next()) {
            Waiter waiter = next.get();
            leave(waiter);
            grant(waiter);
        }
    }

    /// Grants what waits for no memory: it waits for its tenant's limits, and for nobody else's wishes.
    private void serveWeightless(Tenant tenant, Predicate<Waiter> which) {
        Limits its = limits.apply(tenant.name);
        Optional<Waiter> next = tenant.nextWeightless(its).filter(which);
        while (next.isPresent()) {
            leave(next.get());
            grant(next.get());
            next = tenant.nextWeightless(its).filter(which);
        }
    }

    /// While no run makes progress, nested wishes: one that fits is granted out of turn, else one is refused, whose
    /// outer run goes on with that.
    private void settleNestedAll() {
        boolean isStuck = held.progressing() == 0;
        while (isStuck) {
            isStuck = settleNested() && held.progressing() == 0;
        }
    }

    /// @return whether there was one
    private boolean settleNested() {
        @Nullable Waiter last = null;
        for (Tenant tenant : queue.inTurn()) {
            for (Waiter waiter : tenant.nested) {
                if (held.fits(waiter.wishMib) && hindrance(waiter).isEmpty()) {
                    leave(waiter);
                    grant(waiter);
                    return true;
                }
                last = waiter;
            }
        }
        if (last == null) {
            return false;
        }
        refuse(last, null);
        return true;
    }

    /// Refuses the nested wishes that only the tenant's own runs could make room for, while none of these makes
    /// progress.
    private void settleStuck(Tenant tenant) {
        Limits its = limits.apply(tenant.name);
        for (Optional<Waiter> stuck = tenant.stuck(its); stuck.isPresent(); stuck = tenant.stuck(its)) {
            refuse(stuck.get(), Bound.MEMORY);
        }
    }

    private void refuse(Waiter waiter, @Nullable Bound bound) {
        leave(waiter);
        held.resume(waiter.outer);
        waiter.refused = bound == null ? new Admission.QueueFull() : new Admission.AtLimit(bound);
        waiter.settled.signal();
    }

    private void grant(Waiter waiter) {
        waiter.granted = held.take(waiter, waiting == 0);
        waiter.settled.signal();
    }

    private void leave(Waiter waiter) {
        waiter.tenant.leave(waiter);
        queue.left(waiter);
        waiting--;
        waiter.tenant.forgetIfIdle(waiter.line);
    }

    private Optional<Waiter> next() {
        return queue.next(
                held.freeMib(),
                waiter -> hindrance(waiter).isPresent(),
                waiter -> held.isWithinShare(waiter.tenant, waiter.wishMib));
    }

    private Optional<Bound> hindrance(Waiter waiter) {
        return waiter.tenant.hindrance(waiter.wishMib, waiter.isNested(), limits.apply(waiter.tenant.name));
    }
}
