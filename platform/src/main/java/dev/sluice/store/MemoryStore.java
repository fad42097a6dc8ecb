package dev.sluice.store;

import dev.sluice.bytes.Bytes;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/// A store that forgets everything when it is closed: for tests and tools.
public final class MemoryStore implements Store {
    private final NavigableMap<Bytes, Bytes> values = new TreeMap<>();
    private boolean closed;

    @Override
    public synchronized Optional<Bytes> get(Bytes key) {
        requireOpen();
        return Optional.ofNullable(values.get(Batch.checkedKey(key)));
    }

    @Override
    public List<Entry> scan(Bytes prefix, Bytes afterKey, int limit) {
        return page(KeyRange.after(prefix, afterKey), limit, false);
    }

    @Override
    public List<Entry> scanBackwards(Bytes prefix, Bytes beforeKey, int limit) {
        return page(KeyRange.before(prefix, beforeKey), limit, true);
    }

    @Override
    public void rewrite(Collection<Bytes> prefixes) {
        // memory keeps nothing of what was deleted
    }

    @Override
    public synchronized boolean commit(Batch batch) {
        requireOpen();
        for (Batch.Condition condition : batch.conditions()) {
            if (!Objects.equals(values.get(condition.key()), condition.expected())) {
                return false;
            }
        }
        Map<Bytes, Batch.Change> sums = new HashMap<>();
        for (Batch.Addition addition : batch.additions()) {
            Batch.Change before = sums.get(addition.key());
            Optional<Batch.Change> sum =
                    addition.to(Optional.ofNullable(before == null ? values.get(addition.key()) : before.value()));
            if (sum.isEmpty()) {
                return false;
            }
            sums.put(addition.key(), sum.get());
        }
        batch.changes().forEach(this::make);
        sums.values().forEach(this::make);
        return true;
    }

    private void make(Batch.Change change) {
        if (change.value() == null) {
            values.remove(change.key());
        } else {
            values.put(change.key(), change.value());
        }
    }

    @Override
    public void commitBehind(Batch batch) {
        commit(batch.requireUnconditional());
    }

    @Override
    public synchronized void close() {
        closed = true;
        values.clear();
    }

    private synchronized List<Entry> page(KeyRange range, int limit, boolean backwards) {
        requireOpen();
        var page = new Page(limit);
        if (range.isEmpty()) {
            return page.entries();
        }
        var from = values.tailMap(range.from(), true);
        var keys = range.to() == null ? from : from.headMap(range.to(), false);
        for (Map.Entry<Bytes, Bytes> entry : (backwards ? keys.descendingMap() : keys).entrySet()) {
            if (page.isFull()) {
                break;
            }
            page.add(entry.getKey(), entry.getValue());
        }
        return page.entries();
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreClosed();
        }
    }
}
