package dev.sluice.worker;

import dev.sluice.function.Reuse;
import dev.sluice.label.Label;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/// Idle instances that have their function loaded. Where memory is short, those leave first that are worth least: by
/// GreedyDual-Size-Frequency (Cherkasova, 1998), what it costs to have one again times how often it was of use, for its
/// memory, over what those were worth that have left; so what is of no use any more leaves too. Of equal ones, the
/// longest idle leaves. How often is counted for each instance. Unless [Reuse#LABEL_FLOW] is chosen, all of its
/// runs start at one label, and what runs at others do raises nothing.
///
/// An instance leaves the pool only to somebody whose run may know what it has seen. Thread-safe; closing guests
/// happens outside the lock.
final class InstancePool {
    static final int IDLE_OF_ONE_KEY_MAX = 64;

    private final Map<InstanceKey, ArrayDeque<Instance>> byKey = new HashMap<>();
    private final Map<Instance, InstanceKey> keys = new HashMap<>();
    private final TreeSet<Instance> byEnd =
            new TreeSet<>(Comparator.<Instance>comparingLong(one -> one.worth().keptUntilNanos())
                    .thenComparingLong(one -> one.worth().number()));
    private final TreeSet<Instance> byWorth = new TreeSet<>(
            Comparator.<Instance>comparingDouble(one -> one.worth().worth())
                    .thenComparingLong(one -> one.worth().number()));
    private final Set<String> ended = new HashSet<>();
    private final IdleTimes idleTimes = new IdleTimes();
    private final Reuse most;
    private final LongSupplier nanos; // since the pool was made
    private int idleMib;
    private double floor;
    private long puts;

    /// @param most  that the operator allows
    /// @param nanos the time, as [System#nanoTime] has it
    InstancePool(Reuse most, LongSupplier nanos) {
        this.most = most;
        long began = nanos.getAsLong();
        this.nanos = () -> nanos.getAsLong() - began;
    }

    /// What holds for instances of `key`.
    Reuse reuse(InstanceKey key) {
        return most.and(key.reuse());
    }

    /// The most recently used instance of `key` that may serve a run starting at `start`; of that very label if there
    /// is one.
    synchronized Optional<Instance> take(InstanceKey key, Label start) {
        idleTimes.wanted(key, start, nanos.getAsLong());
        ArrayDeque<Instance> idle = byKey.get(key);
        if (idle == null) {
            return Optional.empty();
        }
        Optional<Instance> next = next(idle, start, reuse(key).and(Reuse.SAME_LABEL));
        if (next.isEmpty()) {
            next = next(idle, start, reuse(key));
        }
        next.ifPresent(instance -> {
            idle.remove(instance);
            forget(instance, key, idle);
        });
        return next;
    }

    private static Optional<Instance> next(ArrayDeque<Instance> idle, Label start, Reuse reuse) {
        return idle.stream().filter(instance -> instance.mayServe(start, reuse)).findFirst();
    }

    /// As [#take], of those that live, as far as is known: one may have been killed from outside, or by the kernel. The
    /// dead are closed.
    Optional<Instance> takeLiving(InstanceKey key, Label start) {
        Optional<Instance> next = take(key, start);
        while (next.isPresent() && next.get().sandbox().death().isPresent()) {
            next.get().sandbox().close();
            next = take(key, start);
        }
        return next;
    }

    /// Keeps an instance for later, unless an organization has ended that it belongs to, or nothing may reuse it.
    ///
    /// @return instances that had to leave, to be closed by the caller
    synchronized List<Instance> put(InstanceKey key, Instance instance) {
        if (instance.belongsToAny(ended) || reuse(key) == Reuse.NEVER) {
            return List.of(instance);
        }
        ArrayDeque<Instance> idle = byKey.computeIfAbsent(key, k -> new ArrayDeque<>());
        long now = nanos.getAsLong();
        Duration keep = idleTimes.idle(key, instance.seen(), now);
        instance.worth().rise(floor, puts++, instance.memoryMib());
        instance.worth().keepUntil(now + keep.toNanos());
        byWorth.add(instance);
        byEnd.add(instance);
        idle.addFirst(instance);
        keys.put(instance, key);
        idleMib += instance.memoryMib();
        if (idle.size() <= IDLE_OF_ONE_KEY_MAX) {
            return List.of();
        }
        Instance oldest = idle.removeLast();
        forget(oldest, key, idle);
        return List.of(oldest);
    }

    synchronized int idleMib() {
        return idleMib;
    }

    /// Takes out what is worth least until at most `mib` are idle.
    synchronized List<Instance> shrinkTo(int mib) {
        var leaving = new ArrayList<Instance>();
        while (idleMib > mib && !byWorth.isEmpty()) {
            Instance least = byWorth.first();
            floor = least.worth().worth();
            remove(least);
            leaving.add(least);
        }
        return leaving;
    }

    /// Takes out what has been idle for longer than it is worth to be kept ([IdleTimes]).
    synchronized List<Instance> idleTooLong() {
        var leaving = new ArrayList<Instance>();
        long now = nanos.getAsLong();
        while (!byEnd.isEmpty() && byEnd.first().worth().keptUntilNanos() < now) {
            Instance next = byEnd.first();
            remove(next);
            leaving.add(next);
        }
        return leaving;
    }

    /// Takes out all of an organization, and keeps none of it from now on.
    synchronized List<Instance> endAllOf(String organization) {
        ended.add(organization);
        idleTimes.forget(organization);
        List<Instance> leaving = keys.keySet().stream()
                .filter(each -> each.belongsTo(organization))
                .toList();
        leaving.forEach(this::remove);
        return leaving;
    }

    private void remove(Instance instance) {
        InstanceKey key = Objects.requireNonNull(keys.get(instance), "it is idle");
        ArrayDeque<Instance> idle = byKey.getOrDefault(key, new ArrayDeque<>());
        idle.remove(instance);
        forget(instance, key, idle);
    }

    private void forget(Instance instance, InstanceKey key, ArrayDeque<Instance> idle) {
        keys.remove(instance);
        byEnd.remove(instance);
        byWorth.remove(instance);
        idleMib -= instance.memoryMib();
        if (idle.isEmpty()) {
            byKey.remove(key);
        }
    }
}
