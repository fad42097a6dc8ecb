package dev.sluice.schedule;

import dev.sluice.schedule.Scheduler.Admission;
import dev.sluice.schedule.Scheduler.Bound;
import dev.sluice.schedule.Scheduler.Lease;
import dev.sluice.schedule.Scheduler.Limits;
import dev.sluice.schedule.Scheduler.Standing;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who has what, who waits, and whose turn it is. Guarded by the scheduler's lock.
final class Turns {
    private final int memoryMib;
    private final Function<String, Limits> limits;
    private final Reserve reserve;

    /// Those that are not idle.
    private final Map<String, Tenant> tenants = new HashMap<>();

    /// Those with waiting runs, whose turn it is first, but for who was found at a limit of his own: he takes no part
    /// until something changes about him.
    private final LinkedHashMap<String, Tenant> inTurn = new LinkedHashMap<>();

    private int waiting;
    private long joined;
    private int leasedMib;

    /// Leases whose runs wait for no other run.
    private int progressing;

    Turns(int memoryMib, Function<String, Limits> limits) {
        this.memoryMib = memoryMib;
        this.limits = limits;
        this.reserve = new Reserve(memoryMib);
    }

    Reserve reserve() {
        return reserve;
    }

    /// Whether so much may be set aside: nobody waits for room, and it is free.
    boolean isLeftOver(Tenant tenant, int mib) {
        return waiting == 0 && reserve.isRoomFor(tenant, mib, leasedMib, limits.apply(tenant.name));
    }

    Tenant tenant(String name) {
        return tenants.computeIfAbsent(name, Tenant::new);
    }

    void forgetIfIdle(Tenant tenant) {
        if (tenant.isIdle()) {
            tenants.remove(tenant.name, tenant);
        }
    }

    Scheduler.Load load() {
        return new Scheduler.Load(waiting, leasedMib + reserve.mib(), memoryMib);
    }

    /// Whether a wish can be granted before it waits: nobody does, or it takes no memory from who does.
    boolean isRoomFor(Tenant tenant, int wishMib, boolean isNested) {
        return (waiting == 0 || wishMib == 0)
                && fits(wishMib)
                && isWithinShare(tenant, wishMib)
                && tenant.hindrance(wishMib, isNested, limits.apply(tenant.name))
                        .isEmpty();
    }

    /// Why a wish may not even wait.
    ///
    /// @param standing who is accepted may, however many of the tenant's wait
    Optional<Admission> refusal(Tenant tenant, int wishMib, Standing standing) {
        Limits its = limits.apply(tenant.name);
        if (wishMib > memoryMib) {
            return Optional.of(new Admission.QueueFull());
        }
        if (wishMib > its.memoryMib()) {
            return Optional.of(new Admission.AtLimit(Bound.MEMORY));
        }
        if (tenant.isQueueFull(standing, its)) {
            return Optional.of(new Admission.AtLimit(Bound.WAITING));
        }
        return waiting >= Scheduler.QUEUE_RUNS_MAX && tenant.queued() > 0
                ? Optional.of(new Admission.QueueFull())
                : Optional.empty();
    }

    /// Why a wish was not granted in its time: for the tenant's own limit, if it was that.
    Admission missed(Waiter waiter) {
        if (waiter.isRefused) {
            return waiter.refusedBy == null ? new Admission.QueueFull() : new Admission.AtLimit(waiter.refusedBy);
        }
        return hindrance(waiter).<Admission>map(Admission.AtLimit::new).orElseGet(Admission.TimedOut::new);
    }

    void join(Waiter waiter) {
        waiter.order = joined++;
        waiter.tenant.join(waiter);
        waiting++;
        suspend(waiter.outer);
        settle(waiter.tenant);
    }

    void giveUp(Waiter waiter) {
        if (waiter.isGranted) {
            giveBack(waiter.tenant, waiter.wishMib, waiter.outer);
        } else if (!waiter.isRefused) {
            leave(waiter);
            resume(waiter.outer);
        }
        settle(waiter.tenant);
    }

    /// After something has changed about a tenant.
    void settle(Tenant tenant) {
        takePart(tenant);
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
            takePart(tenant);
            reserve.giveWay(tenant, leasedMib, limits.apply(tenant.name));
            serveWeightless(tenant, tenant::isOldest);
        });
        serveInTurn();
        tenants.values().forEach(tenant -> serveWeightless(tenant, _ -> true));
        settleNestedAll();
        List.copyOf(tenants.values()).forEach(this::settleStuck);
    }

    /// The run of `outer` waits for another one from now on.
    void suspend(@Nullable Lease outer) {
        if (outer != null) {
            outer.tenant().progressing--;
            progressing--;
        }
    }

    /// After [#suspend].
    void resume(@Nullable Lease outer) {
        if (outer != null) {
            outer.tenant().progressing++;
            progressing++;
        }
    }

    void take(Tenant tenant, int mib, @Nullable Lease outer) {
        progressing++;
        leasedMib += mib;
        tenant.progressing++;
        tenant.heldMib += mib;
        tenant.running += outer == null ? 1 : 0;
        reserve.giveWay(tenant, leasedMib, limits.apply(tenant.name));
    }

    /// The run of `outer` goes on.
    void giveBack(Tenant tenant, int mib, @Nullable Lease outer) {
        progressing--;
        leasedMib -= mib;
        tenant.progressing--;
        tenant.heldMib -= mib;
        tenant.running -= outer == null ? 1 : 0;
        resume(outer);
    }

    /// Serves the tenants in turn for as long as the next one's oldest wish fits. Who has had his share is passed
    /// over.
    private void serveInTurn() {
        for (Optional<Waiter> next = next(); next.isPresent(); next = next()) {
            Waiter waiter = next.get();
            inTurn.remove(waiter.tenant.name);
            leave(waiter);
            takePart(waiter.tenant);
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
        boolean isStuck = progressing == 0;
        while (isStuck) {
            isStuck = settleNested() && progressing == 0;
        }
    }

    /// @return whether there was one
    private boolean settleNested() {
        @Nullable Waiter last = null;
        for (Tenant tenant : inTurn.values()) {
            for (Waiter waiter : tenant.queue) {
                if (waiter.isNested()
                        && fits(waiter.wishMib)
                        && hindrance(waiter).isEmpty()) {
                    leave(waiter);
                    grant(waiter);
                    return true;
                }
                last = waiter.isNested() ? waiter : last;
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
        resume(waiter.outer);
        waiter.isRefused = true;
        waiter.refusedBy = bound;
        waiter.settled.signal();
    }

    private void grant(Waiter waiter) {
        take(waiter.tenant, waiter.wishMib, waiter.outer);
        waiter.isGranted = true;
        waiter.settled.signal();
    }

    private void leave(Waiter waiter) {
        Tenant tenant = waiter.tenant;
        tenant.leave(waiter);
        waiting--;
        if (tenant.queue.isEmpty()) {
            inTurn.remove(tenant.name, tenant);
        }
    }

    private void takePart(Tenant tenant) {
        if (!tenant.queue.isEmpty()) {
            inTurn.putIfAbsent(tenant.name, tenant);
        }
    }

    /// Whose turn it is, if his oldest wish fits.
    private Optional<Waiter> next() {
        Iterator<Tenant> turns = inTurn.values().iterator();
        while (turns.hasNext()) {
            Waiter oldest = turns.next().queue.getFirst();
            if (hindrance(oldest).isPresent()) {
                turns.remove();
            } else if (isWithinShare(oldest.tenant, oldest.wishMib)) {
                return fits(oldest.wishMib) ? Optional.of(oldest) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private Optional<Bound> hindrance(Waiter waiter) {
        return waiter.tenant.hindrance(waiter.wishMib, waiter.isNested(), limits.apply(waiter.tenant.name));
    }

    private boolean isWithinShare(Tenant tenant, int wishMib) {
        long leftOver = (long) memoryMib - leasedMib - wishMib;
        return wishMib == 0 || tenant.heldMib == 0 || tenant.heldMib + wishMib <= Scheduler.SHARE * leftOver;
    }

    private boolean fits(int wishMib) {
        return leasedMib + wishMib <= memoryMib;
    }
}
