package dev.sluice.api;

import dev.sluice.bytes.Traces;
import dev.sluice.host.HostProofs;
import dev.sluice.org.Organization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks again and again whether organizations have shown that hosts are theirs: after 1 s, then each time after twice
/// as long, up to [#PAUSE_MAX]. One at a time of an organization, [#AT_ONCE] of all.
///
/// Thread-safe.
final class HostChecks implements AutoCloseable {
    static final Duration PAUSE_MIN = Duration.ofSeconds(1);
    static final Duration PAUSE_MAX = Duration.ofMinutes(10);
    static final int AT_ONCE = 32;

    private static final Logger LOG = LoggerFactory.getLogger(HostChecks.class);
    private static final Duration TURN = Duration.ofMillis(250);

    private final HostProofs proofs;
    private final BiConsumer<Organization, HostWish> shown;
    private final LongSupplier nanos;
    private final ConcurrentMap<Key, Wait> waiting = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("hosts").factory());

    private record Key(String organization, String host) {}

    /// @param number no other has it
    private record Wait(long number, Organization organization, HostWish wish, Duration pause, long notBefore) {}

    /// @param shown is told of each that was shown, perhaps again
    HostChecks(HostProofs proofs, BiConsumer<Organization, HostWish> shown, LongSupplier nanos) {
        this.proofs = proofs;
        this.shown = shown;
        this.nanos = nanos;
        var _ = clock.scheduleWithFixedDelay(this::turn, TURN.toNanos(), TURN.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// From now on looks for this one, in place of what it was looked for before.
    void begin(Organization organization, HostWish wish) {
        waiting.put(new Key(organization.token(), wish.name()), later(organization, wish, PAUSE_MIN));
    }

    private Wait later(Organization organization, HostWish wish, Duration pause) {
        return new Wait(numbers.incrementAndGet(), organization, wish, pause, nanos.getAsLong() + pause.toNanos());
    }

    /// Whether that is still looked for, and as that.
    boolean isSought(Organization organization, HostWish wish) {
        Wait wait = waiting.get(new Key(organization.token(), wish.name()));
        return wait != null && wait.wish().equals(wish);
    }

    void end(Organization organization, String host) {
        waiting.remove(new Key(organization.token(), host));
    }

    void endAll(Organization organization) {
        waiting.keySet().removeIf(key -> key.organization().equals(organization.token()));
    }

    private void turn() {
        var due = new ConcurrentHashMap<String, List<Wait>>();
        long now = nanos.getAsLong();
        waiting.forEach((key, wait) -> {
            if (now - wait.notBefore() >= 0) {
                due.computeIfAbsent(key.organization(), _ -> new ArrayList<>()).add(wait);
            }
        });
        due.forEach((organization, waits) -> {
            if (busy.add(organization)) {
                Thread.ofVirtual().name("host-proof").start(() -> look(organization, waits));
            }
        });
    }

    private void look(String organization, List<Wait> waits) {
        try {
            for (Wait wait : waits) {
                look(wait);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            LOG.warn("looking for proofs of hosts failed and is tried again", Traces.withoutTexts(failed));
        } finally {
            busy.remove(organization);
        }
    }

    private void look(Wait wait) throws InterruptedException {
        var key = new Key(wait.organization().token(), wait.wish().name());
        if (!wait.equals(waiting.get(key))) {
            return;
        }
        Duration twice = wait.pause().multipliedBy(2);
        Duration pause = twice.compareTo(PAUSE_MAX) < 0 ? twice : PAUSE_MAX;
        room.acquire();
        try {
            HostWish wish = wait.wish();
            if (proofs.isWaived() || proofs.isShown(key.organization(), wish.way(), wish.host(), wish.challenge())) {
                shown.accept(wait.organization(), wish);
            }
        } finally {
            room.release();
            waiting.replace(key, wait, later(wait.organization(), wait.wish(), pause));
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
