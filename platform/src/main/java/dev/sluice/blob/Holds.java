package dev.sluice.blob;

import dev.sluice.bytes.Digest;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Which blobs somebody in this process holds. Thread-safe.
public final class Holds {
    private final ConcurrentHashMap<Digest, Integer> held = new ConcurrentHashMap<>();

    public Blobs.Hold take(Digest digest) {
        held.merge(digest, 1, Integer::sum);
        var isOpen = new AtomicBoolean(true);
        return () -> {
            if (isOpen.compareAndSet(true, false)) {
                held.computeIfPresent(digest, (_, count) -> count == 1 ? null : count - 1);
            }
        };
    }

    public boolean has(Digest digest) {
        return held.containsKey(digest);
    }
}
