package dev.sluice.worker;

import dev.sluice.label.Label;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Idle instances that have their function loaded, the longest idle first to go.
///
/// An instance leaves the pool only to somebody whose run may know what it has seen. Thread-safe; closing guests
/// happens outside the lock.
final class InstancePool {
    static final int IDLE_OF_ONE_KEY_MAX = 64;

    private final Map<InstanceKey, ArrayDeque<Instance>> byKey = new HashMap<>();
    private final LinkedHashMap<Instance, InstanceKey> byAge = new LinkedHashMap<>();
    private final Set<String> ended = new HashSet<>();
    private int idleMib;

    /// The most recently used instance of `key` that may serve a run starting at `start`.
    synchronized Optional<Instance> take(InstanceKey key, Label start) {
        ArrayDeque<Instance> idle = byKey.get(key);
        if (idle == null) {
            return Optional.empty();
        }
        for (Iterator<Instance> each = idle.iterator(); each.hasNext(); ) {
            Instance instance = each.next();
            if (instance.mayServe(start)) {
                each.remove();
                forget(instance, key, idle);
                return Optional.of(instance);
            }
        }
        return Optional.empty();
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

    /// Keeps an instance for later, unless an organization has ended that it belongs to.
    ///
    /// @return instances that had to leave, to be closed by the caller
    synchronized List<Instance> put(InstanceKey key, Instance instance) {
        if (instance.belongsToAny(ended)) {
            return List.of(instance);
        }
        ArrayDeque<Instance> idle = byKey.computeIfAbsent(key, k -> new ArrayDeque<>());
        instance.idleSinceNanos(System.nanoTime());
        idle.addFirst(instance);
        byAge.put(instance, key);
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

    /// Takes out the longest idle until at most `mib` are idle.
    synchronized List<Instance> shrinkTo(int mib) {
        var leaving = new ArrayList<Instance>();
        while (idleMib > mib && !byAge.isEmpty()) {
            leaving.add(removeOldest());
        }
        return leaving;
    }

    /// Takes out what has been idle for longer than `patience`.
    synchronized List<Instance> idleLongerThan(Duration patience) {
        var leaving = new ArrayList<Instance>();
        long now = System.nanoTime();
        while (!byAge.isEmpty() && now - byAge.firstEntry().getKey().idleSinceNanos() > patience.toNanos()) {
            leaving.add(removeOldest());
        }
        return leaving;
    }

    /// Takes out all of an organization, and keeps none of it from now on.
    synchronized List<Instance> endAllOf(String organization) {
        ended.add(organization);
        List<Map.Entry<Instance, InstanceKey>> leaving = byAge.entrySet().stream()
                .filter(each -> each.getKey().belongsTo(organization))
                .map(Map.Entry::copyOf)
                .toList();
        leaving.forEach(each -> remove(each.getKey(), each.getValue()));
        return leaving.stream().map(Map.Entry::getKey).toList();
    }

    private Instance removeOldest() {
        var oldest = byAge.firstEntry();
        remove(oldest.getKey(), oldest.getValue());
        return oldest.getKey();
    }

    private void remove(Instance instance, InstanceKey key) {
        ArrayDeque<Instance> idle = byKey.getOrDefault(key, new ArrayDeque<>());
        idle.remove(instance);
        forget(instance, key, idle);
    }

    private void forget(Instance instance, InstanceKey key, ArrayDeque<Instance> idle) {
        byAge.remove(instance);
        idleMib -= instance.memoryMib();
        if (idle.isEmpty()) {
            byKey.remove(key);
        }
    }
}
