package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import dev.sluice.store.StoreClosed;
import dev.sluice.store.StoreFailed;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What became of requests at endpoints, for who may know it: each record has a label, and is read as
/// [Task#current].
///
/// A record is no promise. It is taken into a bounded queue, and written with others behind; one that finds no room is
/// counted, and the log says where so many are missing. The last ones are lost in a crash. The oldest go after [#KEPT],
/// or when an API has more than its share of what its organization's APIs have together.
///
/// Thread-safe.
public final class AccessLog {
    public static final int PAGE_RECORDS_MAX = 1_000;

    /// Of one organization; its APIs have even shares.
    static final long BYTES_MAX = 64L << 20;

    static final Duration KEPT = Duration.ofDays(7);
    private static final long RECORD_BYTES = 64; // beside its text
    private static final int TRIMMED_AT_ONCE = 500;
    private static final int WITHIN_MILLISECOND_BITS = 16;
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

    private final Store store;
    private final InstantSource clock;
    private final Executor behind;
    private final ConcurrentMap<FsPath, Source> sources = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Home> homes = new ConcurrentHashMap<>();

    /// An endpoint's API.
    ///
    /// @param organization its token
    /// @param label        of who may know its requests
    public record Source(String organization, String api, Label label) {}

    /// A record where it stands.
    ///
    /// @param isTold whether who may know the record may know that there was a run
    public record Entry(long place, Seen seen, Optional<UUID> run, boolean isTold) {}

    /// What everybody may know who may know the record.
    public record Seen(
            long atMillis,
            String method,
            String path,
            int status,
            long bytes,
            long millis,
            boolean isCut,
            String client,
            long lost) {}

    /// What is kept of an organization.
    private static final class Home {
        private final AccessQueue queue = new AccessQueue();
        private final Map<String, Long> bytes = new HashMap<>(); // by API; only by who writes
        private volatile Set<FsPath> gates = Set.of();
        private long last; // only by who writes
    }

    public AccessLog(Store store, InstantSource clock) {
        this(
                store,
                clock,
                later -> Thread.ofVirtual().name("access-log").start(() -> {
                    LockSupport.parkNanos(AccessQueue.PAUSE.toNanos());
                    later.run();
                }));
    }

    /// @param behind runs what writes, after a while
    AccessLog(Store store, InstantSource clock, Executor behind) {
        this.store = store;
        this.clock = clock;
        this.behind = behind;
    }

    /// These are the APIs of an organization from now on, and no others.
    public void keep(String organization, Map<FsPath, Source> now) {
        Home home = homes.computeIfAbsent(organization, _ -> new Home());
        synchronized (home) {
            var gone = new HashSet<>(home.gates);
            gone.removeAll(now.keySet());
            sources.keySet().removeAll(gone);
            sources.putAll(now);
            home.gates = Set.copyOf(now.keySet());
        }
        if (now.isEmpty()) {
            homes.remove(organization);
        }
    }

    long nowMillis() {
        return clock.millis();
    }

    /// Takes a record in, or counts that it is lost. Never waits for the disk.
    void note(FsPath gate, AccessRecord record) {
        Source source = sources.get(gate);
        Home home = source == null ? null : homes.get(source.organization());
        if (source != null && home != null && home.queue.add(source, record)) {
            behind.execute(() -> write(source.organization(), home));
        }
    }

    private void write(String organization, Home home) {
        try {
            synchronized (home) {
                AccessQueue.Taken taken = home.queue.take();
                var batch = new Batch();
                Set<String> grown = new HashSet<>();
                taken.noted().forEach(one -> {
                    grown.add(one.source().api());
                    put(
                            batch,
                            home,
                            one.source(),
                            one.record().labeled(one.source().label()));
                });
                taken.lost().forEach((source, lost) -> {
                    grown.add(source.api());
                    put(batch, home, source, AccessRecord.lost(source.label(), clock.millis(), lost));
                });
                if (batch.size() > 0) {
                    store.commitBehind(batch);
                }
                grown.forEach(api -> trim(organization, api, home));
            }
        } catch (StoreClosed ended) {
            LOG.debug("the log of accesses ended with the server");
        } catch (StoreFailed failed) {
            LOG.warn("requests at the gateway are not on record: {}", failed.getMessage());
        }
    }

    private void put(Batch batch, Home home, Source source, AccessRecord record) {
        long had = home.bytes.computeIfAbsent(source.api(), api -> counted(source.organization(), api, home));
        Bytes encoded = record.encode();
        home.last = Math.max(home.last + 1, clock.millis() << WITHIN_MILLISECOND_BITS);
        batch.put(AccessKeys.at(source.organization(), source.api(), home.last), encoded);
        home.bytes.put(source.api(), had + encoded.length() + RECORD_BYTES);
    }

    /// What is there of an API from before the server was started.
    private long counted(String organization, String api, Home home) {
        Bytes prefix = AccessKeys.of(organization, api);
        long bytes = 0;
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
        while (!page.isEmpty()) {
            bytes += page.stream().mapToLong(AccessLog::bytes).sum();
            home.last = Math.max(home.last, AccessKeys.place(page.getLast().key()));
            page = store.scan(prefix, page.getLast().key(), Store.SCAN_ENTRIES_MAX);
        }
        return bytes;
    }

    private static long bytes(Store.Entry entry) {
        return entry.value().length() + RECORD_BYTES;
    }

    private void trim(String organization, String api, Home home) {
        long share = BYTES_MAX / Math.max(1, home.gates.size());
        long left = home.bytes.getOrDefault(api, 0L);
        boolean isDone = left <= share
                && store.scan(AccessKeys.of(organization, api), Bytes.EMPTY, 1).stream()
                        .allMatch(oldest -> AccessKeys.place(oldest.key()) >= firstKept());
        while (!isDone) {
            var batch = new Batch();
            for (Store.Entry oldest : store.scan(AccessKeys.of(organization, api), Bytes.EMPTY, TRIMMED_AT_ONCE)) {
                if (left <= share && AccessKeys.place(oldest.key()) >= firstKept()) {
                    break;
                }
                batch.delete(oldest.key());
                left -= bytes(oldest);
            }
            if (batch.size() > 0) {
                store.commitBehind(batch);
            }
            isDone = batch.size() < TRIMMED_AT_ONCE;
        }
        home.bytes.put(api, left);
    }

    private long firstKept() {
        return clock.instant().minus(KEPT).toEpochMilli() << WITHIN_MILLISECOND_BITS;
    }

    /// Leaves nothing of an API that is no more.
    public void forget(String organization, String api) {
        Home home = homes.getOrDefault(organization, new Home());
        write(organization, home);
        synchronized (home) {
            new AccessErasure(store).removeBelow(AccessKeys.of(organization, api));
            home.bytes.remove(api);
        }
    }

    /// The first ones after a place, oldest first, what is not yet written too. Those that [Task#current] may not know
    /// are not there; the others taint it.
    ///
    /// @param wanted labels of records; others are not there, whoever may know them
    /// @param after  none for the last ones
    public List<Entry> read(String organization, String api, Predicate<Label> wanted, Optional<Long> after, int limit) {
        Home home = homes.get(organization);
        if (home != null) {
            write(organization, home);
        }
        long from = Math.max(after.orElse(0L), firstKept());
        Bytes prefix = AccessKeys.of(organization, api);
        Bytes end = AccessKeys.at(organization, api, from);
        var found = new ArrayList<Entry>();
        Bytes at = after.isPresent() ? end : Bytes.EMPTY;
        List<Store.Entry> page = page(prefix, at, after.isPresent());
        while (!page.isEmpty() && found.size() < limit) {
            page.stream()
                    .filter(entry -> AccessKeys.place(entry.key()) > from)
                    .flatMap(entry -> readable(entry, wanted).stream())
                    .limit(limit - found.size())
                    .forEach(found::add);
            at = page.getLast().key();
            page = AccessKeys.place(at) < from ? List.of() : page(prefix, at, after.isPresent());
        }
        return after.isPresent() ? found : found.reversed();
    }

    private List<Store.Entry> page(Bytes prefix, Bytes at, boolean isForward) {
        return isForward ? store.scan(prefix, at, PAGE_RECORDS_MAX) : store.scanBackwards(prefix, at, PAGE_RECORDS_MAX);
    }

    private static Optional<Entry> readable(Store.Entry entry, Predicate<Label> wanted) {
        AccessRecord record = AccessRecord.decode(entry.value());
        Label label = Label.parse(record.label());
        if (!wanted.test(label) || !Task.current().mayObserve(label)) {
            return Optional.empty();
        }
        Task.current().observe(label, "a record of a request");
        var seen = new Seen(
                record.atMillis(),
                record.method(),
                record.path(),
                record.status(),
                record.bytes(),
                record.millis(),
                record.isCut(),
                record.client(),
                record.lost());
        return Optional.of(new Entry(AccessKeys.place(entry.key()), seen, record.runId(), record.isTold()));
    }
}
