package dev.sluice.schedule;

import java.util.Comparator;
import java.util.Iterator;
import java.util.TreeSet;

/// Whose turn it is, by start-time fair queueing (Goyal, Vin and Cheng, 1996): each has a virtual time, which goes on
/// with what he is given, the slower the more weight he has; the earliest goes next. Who comes back from having wanted
/// nothing starts at the time of who was served last: he has saved nothing up.
///
/// Guarded by the scheduler's lock. Each step costs the logarithm of how many take part.
final class Rotation<T extends Turn> implements Iterable<T> {
    private final TreeSet<T> all =
            new TreeSet<>(Comparator.<T>comparingDouble(one -> one.had).thenComparingLong(one -> one.number));
    private final double debtMax;
    private double now;
    private long entered;

    /// @param debtMax how far ahead of who was served last anybody can be
    Rotation(double debtMax) {
        this.debtMax = debtMax;
    }

    void enter(T one) {
        if (!one.isIn) {
            one.isIn = true;
            one.had = Math.max(one.had, now);
            add(one);
        }
    }

    void leave(T one) {
        if (one.isIn) {
            all.remove(one);
            one.isIn = false;
        }
    }

    /// It is served.
    void serve(T one) {
        now = Math.max(now, one.had);
    }

    /// @param isFree whether nobody else wants anything: then he owes nothing for it
    void charge(T one, double cost, boolean isFree) {
        if (one.isIn) {
            all.remove(one);
        }
        one.had = Math.min(Math.max(one.had, now) + cost, now + debtMax);
        if (isFree) {
            now = one.had;
        }
        if (one.isIn) {
            add(one);
        }
    }

    private void add(T one) {
        one.number = entered++;
        all.add(one);
    }

    /// The next first. Not to be changed meanwhile but by the iterator, whose `remove` is followed by [#left].
    @Override
    public Iterator<T> iterator() {
        return all.iterator();
    }

    /// After the iterator removed it.
    void left(T one) {
        one.isIn = false;
    }
}
