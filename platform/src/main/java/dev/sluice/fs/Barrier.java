package dev.sluice.fs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What operations tell the collector, so that it may run beside them, and what they ask whoever ends an organization:
/// see docs/design/file-system.md.
class Barrier {
    /// How long an object that was created unlinked is kept for whoever holds its id.
    static final Duration LEASE = Duration.ofHours(1);

    private static final long DRAIN_PAUSE_NANOS = 50_000;

    final Store store;
    private final InstantSource clock;
    private final long boot;
    private final List<AtomicLong> underWay = List.of(new AtomicLong(), new AtomicLong());

    /// Roots: what is opened stays, as long as a path of this process begins with it.
    private final Cache<FsPath.Step.Opened, Boolean> opened =
            Caffeine.newBuilder().weakKeys().build();

    private final ReentrantLock freeing = new ReentrantLock();
    private final ReentrantLock draining = new ReentrantLock();

    /// The tokens of the organizations for which nothing is linked any more ([Closing]).
    final Set<String> closed = ConcurrentHashMap.newKeySet();

    private volatile long epoch;
    private volatile long cycle;
    private volatile @Nullable Marks marks;

    Barrier(Store store, SecureRandom random, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.boot = random.nextLong();
    }

    /// An operation under way, which the collector waits for where one phase ends.
    interface Operation extends AutoCloseable {
        @Override
        void close();
    }

    Operation begin() {
        while (true) {
            long entered = epoch();
            AtomicLong count = underWay.get((int) entered & 1);
            count.incrementAndGet();
            if (epoch() == entered) {
                return count::decrementAndGet;
            }
            count.decrementAndGet();
        }
    }

    /// Who removes what no task asks about does so alone, from looking at it to the commit: what it has cost is paid
    /// back once.
    <T> T freeing(Supplier<T> body) {
        freeing.lock();
        try {
            return body.get();
        } finally {
            freeing.unlock();
        }
    }

    /// Before an entry is made, in an operation that has begun.
    ///
    /// @param label of the directory, or of what is linked
    /// @throws Refused `CONFLICT` for what is a closed organization's own
    void requireOpen(Label label) {
        if (!closed.isEmpty()
                && Stream.of(label.secrecy(), label.integrity())
                        .flatMap(Barrier::organizations)
                        .anyMatch(one -> closed.contains(one) && Estates.isOwn(label, one))) {
            throw new Refused(Refusal.CONFLICT, "the organization that this belongs to is being deleted");
        }
    }

    private static Stream<String> organizations(Component component) {
        return component.allOf().stream()
                .flatMap(clause -> clause.anyOf().stream())
                .map(principal -> principal.tokens().getFirst());
    }

    /// Which phase it is. Overridden where a test ends one between two steps of [#begin].
    long epoch() {
        return epoch;
    }

    /// Before an entry to it is made, and when it is opened.
    void shade(Kind kind, ObjectId id) {
        Marks now = marks;
        if (now != null) {
            now.shade(kind, id);
        }
    }

    /// Before it is created.
    void born(Kind kind, ObjectId id) {
        Marks now = marks;
        if (now != null) {
            now.born(kind, id);
            if (kind.refers()) {
                now.push(new Marks.Gray(kind, id, false));
            }
        }
    }

    /// After its content has changed.
    void changed(Kind kind, ObjectId id) {
        Marks now = marks;
        if (now != null && kind.refers()) {
            now.push(new Marks.Gray(kind, id, false));
        }
    }

    /// Before something is used that was found by its id alone.
    ///
    /// @throws Refused `NOT_FOUND` if nothing reached it when the collector last looked
    void reach(Kind kind, ObjectId id) {
        Marks now = marks;
        if (now != null && !now.reach(kind, id)) {
            throw Refused.notFound();
        }
    }

    FsPath open(Node node) {
        var step = new FsPath.Step.Opened(node);
        opened.put(step, true);
        shadeAll(node);
        return new FsPath(List.of(step));
    }

    /// An object that is made unlinked is a candidate whose time comes when its lease is over.
    ///
    /// @return when that is, since 1970
    long lease(Kind kind, ObjectId id, Duration lease, Batch batch) {
        long until = clock.millis() + lease.toMillis();
        batch.put(Keys.candidate(id), new Candidate(kind, until, boot, cycle).encode());
        return until;
    }

    /// One that has a lease has one that ends in [#LEASE] or later. In an operation that has begun.
    void retain(Kind kind, ObjectId id) {
        Bytes key = Keys.candidate(id);
        while (true) {
            Optional<Bytes> stored = store.get(key);
            long until = clock.millis() + LEASE.toMillis();
            if (stored.isEmpty() || Candidate.decode(stored.get()).notBefore() >= until) {
                return;
            }
            if (store.compareAndSet(key, stored.get(), new Candidate(kind, until, boot, cycle).encode())) {
                return;
            }
        }
    }

    /// In the batch that takes an entry to it away. A lease that it has is not shortened.
    void suspect(Kind kind, ObjectId id, Batch batch) {
        long notBefore = store.get(Keys.candidate(id))
                .map(stored -> Candidate.decode(stored).notBefore())
                .orElse(0L);
        batch.put(Keys.candidate(id), new Candidate(kind, notBefore, boot, cycle).encode());
    }

    /// In the batch that takes away an entry of something unreachable: the next cycle shall look at what it
    /// names.
    void postpone(Kind kind, ObjectId id, Batch batch) {
        if (store.get(Keys.candidate(id)).isEmpty()) {
            batch.put(Keys.candidate(id), new Candidate(kind, 0, boot, cycle).encode());
        }
    }

    /// Whether this cycle may judge it: the note is older than the cycle, and its time has come.
    boolean isDue(Candidate candidate) {
        return !isLeased(candidate) && !(candidate.boot() == boot && candidate.cycle() == cycle);
    }

    boolean isLeased(Candidate candidate) {
        return candidate.notBefore() > clock.millis();
    }

    /// Whether it counts as reachable, though nothing may link to it.
    boolean isHeld(ObjectId id, Candidate candidate) {
        return isLeased(candidate) || ObjectUses.isUsed(store, id);
    }

    /// Begins a cycle: from here on all operations tell what they link. Returns when no operation is under way
    /// that does not.
    @SuppressWarnings("NonAtomicVolatileUpdate") // the collector's thread alone writes it
    void start(Marks fresh) {
        cycle++;
        marks = fresh;
        drain();
        for (FsPath.Step.Opened step : new ArrayList<>(opened.asMap().keySet())) {
            shadeAll(step.node());
        }
    }

    void stop() {
        marks = null;
    }

    /// Waits until every operation that is under way now has ended. Later ones do not keep it waiting.
    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock alone
    void drain() {
        draining.lock();
        try {
            AtomicLong before = underWay.get((int) epoch & 1);
            epoch++;
            while (before.get() != 0) {
                LockSupport.parkNanos(DRAIN_PAUSE_NANOS);
            }
        } finally {
            draining.unlock();
        }
    }

    private void shadeAll(Node node) {
        shade(node.kind(), node.id());
        if (node.facetOf() != null) {
            shade(Kind.FACETED, node.facetOf());
        }
    }
}
