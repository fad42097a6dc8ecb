package dev.sluice.meter;

import dev.sluice.bytes.Bytes;
import dev.sluice.sandbox.Account;
import dev.sluice.sandbox.Amount;
import dev.sluice.sandbox.Meter;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// What guests have used, in sums that only grow: for each organization, one for each of its functions, and one for its
/// builds and its drivers each. Every amount is in exactly one sum.
///
/// [#write], called every [#WRITE_AFTER], puts the sums on disk; what was added after the last time is lost in a crash.
/// An organization has at most [#ITEMS_MAX] sums of their own; what comes after them is in [#OTHERS] together.
///
/// Thread-safe.
public final class Ledger implements Meter.Book {
    public static final Duration WRITE_AFTER = Duration.ofSeconds(10);
    public static final int ITEMS_MAX = 10_000;
    public static final String OTHERS = "others";
    private static final int PAGE = 1_000;
    private static final byte FORMAT = 1;
    private static final int RECORD_BYTES = 1 + 5 * Long.BYTES;

    private final Store store;
    private final ReentrantLock book = new ReentrantLock();
    private final Map<String, Integer> counts = new HashMap<>(); // of sums on disk, where known; guarded by book
    private Map<Account, Amount> added = new HashMap<>(); // since the last write; guarded by this
    private final Set<String> closed = new HashSet<>(); // guarded by this

    public Ledger(Store store) {
        this.store = store;
    }

    @Override
    public synchronized void add(Account account, Amount amount) {
        if (!closed.contains(account.owner())) {
            added.merge(account, amount, Amount::plus);
        }
    }

    /// Puts on disk what was added since the last time: durable within 100 ms.
    public void write() {
        book.lock();
        try {
            Map<Account, Amount> taken;
            synchronized (this) {
                taken = added;
                added = new HashMap<>();
            }
            try {
                writeAll(taken);
            } finally {
                if (!taken.isEmpty()) { // the disk has refused
                    counts.clear();
                    taken.forEach(this::add);
                }
            }
        } finally {
            book.unlock();
        }
    }

    /// Takes out of `taken` what is written.
    private void writeAll(Map<Account, Amount> taken) {
        while (!taken.isEmpty()) {
            List<Account> next = taken.keySet().stream().limit(PAGE).toList();
            var sums = new HashMap<Bytes, Amount>();
            next.forEach(
                    account -> sums.merge(key(account), taken.getOrDefault(account, Amount.NOTHING), Amount::plus));
            var batch = new Batch();
            sums.forEach((key, amount) -> batch.put(key, encode(stored(key).plus(amount))));
            store.commitBehind(batch);
            next.forEach(taken::remove);
        }
    }

    /// Where an account's sum is: its own, or that of all others.
    private Bytes key(Account account) {
        Bytes own = LedgerKeys.of(account.owner(), account.item());
        if (store.get(own).isPresent()) {
            return own;
        }
        int count = counts.computeIfAbsent(account.owner(), this::count);
        if (count >= ITEMS_MAX) {
            return LedgerKeys.of(account.owner(), OTHERS);
        }
        counts.put(account.owner(), count + 1);
        return own;
    }

    private int count(String organization) {
        return stored(organization).size();
    }

    private Amount stored(Bytes key) {
        return store.get(key).map(Ledger::decode).orElse(Amount.NOTHING);
    }

    private SortedMap<String, Amount> stored(String organization) {
        var sums = new TreeMap<String, Amount>();
        Bytes all = LedgerKeys.all(organization);
        var page = store.scan(all, Bytes.EMPTY, PAGE);
        while (!page.isEmpty()) {
            page.forEach(entry -> sums.put(LedgerKeys.item(organization, entry.key()), decode(entry.value())));
            page = store.scan(all, page.getLast().key(), PAGE);
        }
        return sums;
    }

    /// The sums of an organization, by the ids of functions and gates, and the words for the rest.
    ///
    /// @param organization its token; empty for the server's own
    public SortedMap<String, Amount> of(String organization) {
        book.lock();
        try {
            SortedMap<String, Amount> sums = stored(organization);
            synchronized (this) {
                added.forEach((account, amount) -> {
                    if (account.owner().equals(organization)) {
                        sums.merge(account.item(), amount, Amount::plus);
                    }
                });
            }
            return sums;
        } finally {
            book.unlock();
        }
    }

    /// Forgets an organization that has ended, for good.
    ///
    /// @return where something was removed, as the first bytes of the store's keys
    public Set<Bytes> remove(String organization) {
        book.lock();
        try {
            synchronized (this) {
                closed.add(organization);
                added.keySet().removeIf(account -> account.owner().equals(organization));
            }
            counts.remove(organization);
            SortedMap<String, Amount> sums = stored(organization);
            sums.keySet().forEach(item -> store.commitBehind(new Batch().delete(LedgerKeys.of(organization, item))));
            return sums.isEmpty() ? Set.of() : Set.of(LedgerKeys.shard(organization));
        } finally {
            book.unlock();
        }
    }

    private static Bytes encode(Amount sum) {
        return Bytes.takeOver(ByteBuffer.allocate(RECORD_BYTES)
                .put(FORMAT)
                .putLong(sum.guests())
                .putLong(sum.cpuMicros())
                .putLong(sum.aliveMicros())
                .putLong(sum.mibMicros())
                .putLong(sum.peakBytes())
                .array());
    }

    private static Amount decode(Bytes stored) {
        ByteBuffer in = stored.asBuffer();
        if (in.remaining() != RECORD_BYTES || in.get() != FORMAT) {
            throw new IllegalStateException("the store holds a sum of an unknown format");
        }
        return new Amount(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }
}
