package dev.sluice.schedule;

import dev.sluice.schedule.Scheduler.Lease;
import dev.sluice.schedule.Scheduler.Limits;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What runs hold, and what their tenants are charged for it: memory times time. Guarded by the scheduler's lock.
final class Ledger {
    /// What each run is charged for before it is known how long it lasts.
    private static final Duration CHARGED_AHEAD = Duration.ofMillis(50);

    private final int memoryMib;
    private final Function<String, Limits> limits;
    private final LongSupplier nanos;
    private final Rotation<Tenant> inTurn;
    private final Reserve reserve;
    private int leasedMib;

    /// Leases whose runs wait for no other run.
    private int progressing;

    Ledger(int memoryMib, Function<String, Limits> limits, LongSupplier nanos, Rotation<Tenant> inTurn) {
        this.memoryMib = memoryMib;
        this.limits = limits;
        this.nanos = nanos;
        this.inTurn = inTurn;
        this.reserve = new Reserve(memoryMib);
    }

    Reserve reserve() {
        return reserve;
    }

    int progressing() {
        return progressing;
    }

    /// Leased or reserved.
    int mib() {
        return leasedMib + reserve.mib();
    }

    /// What no run holds.
    int freeMib() {
        return memoryMib - leasedMib;
    }

    boolean isLeftOver(Tenant tenant, int mib) {
        return reserve.isRoomFor(tenant, mib, leasedMib, limits.apply(tenant.name));
    }

    /// Of what is reserved, as much as runs need.
    void giveWay(Tenant tenant) {
        reserve.giveWay(tenant, leasedMib, limits.apply(tenant.name));
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

    /// @param isFree whether nobody waits, who could have it instead
    Grant take(Waiter waiter, boolean isFree) {
        Tenant tenant = waiter.tenant;
        int mib = waiter.wishMib;
        progressing++;
        leasedMib += mib;
        tenant.progressing++;
        tenant.heldMib += mib;
        tenant.running += waiter.isNested() ? 0 : 1;
        waiter.line.leases++;
        inTurn.serve(tenant);
        tenant.lines.serve(waiter.line);
        charge(tenant, waiter.line, (double) mib * CHARGED_AHEAD.toMillis(), isFree);
        giveWay(tenant);
        return new Grant(tenant, waiter.line, mib, waiter.outer, nanos.getAsLong());
    }

    /// The run of the grant's `outer` goes on.
    void giveBack(Grant grant, boolean isFree) {
        Tenant tenant = grant.tenant();
        progressing--;
        leasedMib -= grant.mib();
        tenant.progressing--;
        tenant.heldMib -= grant.mib();
        tenant.running -= grant.outer() == null ? 1 : 0;
        grant.line().leases--;
        double millis = (nanos.getAsLong() - grant.sinceNanos()) / 1e6;
        charge(tenant, grant.line(), grant.mib() * Math.max(0, millis - CHARGED_AHEAD.toMillis()), isFree);
        tenant.forgetIfIdle(grant.line());
        resume(grant.outer());
    }

    /// @param cost MiB times milliseconds
    private void charge(Tenant tenant, Line line, double cost, boolean isFree) {
        double weighted = cost * Limits.WEIGHT_USUAL / limits.apply(tenant.name).weight();
        inTurn.charge(tenant, weighted, isFree);
        tenant.lines.charge(line, cost, tenant.forMemory() == 0);
    }

    /// Of what is left, a tenant may have the more the more weight it has: so shares keep to weights where all want
    /// more.
    boolean isWithinShare(Tenant tenant, int wishMib) {
        if (wishMib == 0 || tenant.heldMib == 0) {
            return true;
        }
        long leftOver = (long) memoryMib - leasedMib - wishMib;
        long weight = limits.apply(tenant.name).weight();
        return (tenant.heldMib + (long) wishMib) * Limits.WEIGHT_USUAL <= Scheduler.SHARE * leftOver * weight;
    }

    boolean fits(int wishMib) {
        return leasedMib + wishMib <= memoryMib;
    }
}
