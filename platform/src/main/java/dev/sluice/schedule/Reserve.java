package dev.sluice.schedule;

import dev.sluice.schedule.Scheduler.Limits;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;

/// Memory that is set aside for what waits for runs. It is what runs leave: whatever a run is granted that does not
/// fit beside it is taken from it, so that no run ever waits for it. Guarded by the scheduler's lock.
final class Reserve {
    /// One of so many parts of the machine may be set aside, by all tenants together.
    static final int PART = 4;

    private final int memoryMib;
    private final Set<Reservation> all = new LinkedHashSet<>();
    private int reservedMib;

    Reserve(int memoryMib) {
        this.memoryMib = memoryMib;
    }

    int mib() {
        return reservedMib;
    }

    boolean isRoomFor(Tenant tenant, int mib, int leasedMib, Limits its) {
        return reservedMib + mib <= memoryMib / PART
                && leasedMib + reservedMib + mib <= memoryMib
                && tenant.heldMib + tenant.reservedMib + (long) mib <= its.memoryMib();
    }

    void add(Reservation reservation) {
        all.add(reservation);
        reservedMib += reservation.memoryMib();
        reservation.tenant().reservedMib += reservation.memoryMib();
    }

    /// @return whether it was there
    boolean remove(Reservation reservation) {
        boolean isThere = all.remove(reservation);
        if (isThere) {
            reservedMib -= reservation.memoryMib();
            reservation.tenant().reservedMib -= reservation.memoryMib();
        }
        return isThere;
    }

    /// Gives up what does not fit any more beside what runs hold: of the tenant what is over its own limit, of the
    /// machine's what those have who have most.
    void giveWay(Tenant tenant, int leasedMib, Limits its) {
        while (tenant.reservedMib > 0 && tenant.heldMib + (long) tenant.reservedMib > its.memoryMib()) {
            revoke(one -> one.tenant() == tenant);
        }
        while (reservedMib > 0 && leasedMib + reservedMib > memoryMib) {
            revoke(_ -> true);
        }
    }

    private void revoke(Predicate<Reservation> which) {
        Reservation revoked = all.stream()
                .filter(which)
                .max(Comparator.comparingInt(one -> one.tenant().reservedMib))
                .orElseThrow();
        remove(revoked);
        revoked.revoke();
    }
}
