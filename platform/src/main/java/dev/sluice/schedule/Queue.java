package dev.sluice.schedule;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Wishes for memory that wait, and which of them is served next: that of whose turn it is, and if it does not fit, of
/// the next one whose does. So a wish that is too big for what is free stops nobody, until others that came after it
/// in turn were given as much memory as the machine has: from then on nobody overtakes it, so that it does not starve.
///
/// Guarded by the scheduler's lock.
final class Queue {
    /// So many of those that are overtaken are counted for, the first in turn.
    private static final int OVERTAKEN_COUNTED_MAX = 16;

    private final int memoryMib;

    /// Those with waiting runs, but for who was found at a limit of his own: he takes no part until something changes
    /// about him.
    private final Rotation<Tenant> inTurn;

    /// How many wishes of each size there are.
    private final TreeMap<Integer, Integer> sizes = new TreeMap<>();

    private @Nullable Waiter urgent;

    Queue(int memoryMib, double debtMax) {
        this.memoryMib = memoryMib;
        this.inTurn = new Rotation<>(debtMax);
    }

    Rotation<Tenant> inTurn() {
        return inTurn;
    }

    void joined(Waiter waiter) {
        if (!waiter.isWeightless()) {
            sizes.merge(waiter.wishMib, 1, Integer::sum);
        }
    }

    void left(Waiter waiter) {
        if (!waiter.isWeightless()) {
            sizes.computeIfPresent(waiter.wishMib, (_, count) -> count == 1 ? null : count - 1);
        }
        if (waiter == urgent) {
            urgent = null;
        }
        if (waiter.tenant.forMemory() == 0) {
            inTurn.leave(waiter.tenant);
        }
    }

    /// Its turn is considered again.
    void takePart(Tenant tenant) {
        if (tenant.forMemory() > 0) {
            inTurn.enter(tenant);
        }
    }

    /// What is to be granted now, if anything is.
    ///
    /// @param freeMib     what no run holds
    /// @param isHindered  by a limit of its tenant's
    /// @param isInShare   whether its tenant may have so much of the machine
    Optional<Waiter> next(int freeMib, Predicate<Waiter> isHindered, Predicate<Waiter> isInShare) {
        if (sizes.isEmpty() || sizes.firstKey() > freeMib) {
            return Optional.empty();
        }
        if (urgent != null && !isHindered.test(urgent) && isInShare.test(urgent)) {
            return urgent.wishMib <= freeMib ? Optional.of(urgent) : Optional.empty();
        }
        List<Waiter> overtaken = new ArrayList<>();
        for (Iterator<Tenant> turns = inTurn.iterator(); turns.hasNext(); ) {
            Tenant tenant = turns.next();
            boolean isWaitingForItself = true;
            for (Waiter waiter : tenant.next()) {
                if (isHindered.test(waiter)) {
                    continue;
                }
                isWaitingForItself = false;
                if (urgent != null && waiter != urgent && waiter.tenant == urgent.tenant && !waiter.isNested()) {
                    continue; // else its tenant never has so little that it may have the urgent one
                }
                if (isInShare.test(waiter) && waiter.wishMib <= freeMib) {
                    count(overtaken, waiter.wishMib);
                    return Optional.of(waiter);
                }
                if (waiter.wishMib > freeMib && overtaken.size() < OVERTAKEN_COUNTED_MAX) {
                    overtaken.add(waiter);
                }
            }
            if (isWaitingForItself) {
                turns.remove();
                inTurn.left(tenant);
            }
        }
        return Optional.empty();
    }

    private void count(List<Waiter> overtaken, int mib) {
        for (Waiter waiter : overtaken) {
            waiter.overtakenMib += mib;
            if (urgent == null && waiter.overtakenMib >= memoryMib) {
                urgent = waiter;
            }
        }
    }
}
