package dev.sluice.audit;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One append-only chain of records. Each record and its link are written in one batch, behind: in order, seen by
/// whoever reads next, and durable with whatever is durably written after it.
///
/// Thread-safe. One process appends.
final class Chain {
    private static final int PRUNED_RECORDS = 1_000;

    private final Store store;
    private final ChainKeys keys;
    private volatile @Nullable End end;

    /// Where the chain ends, how many bytes its records have had, and had before the first one that is kept.
    private record End(Head head, long bytes, long prunedBytes) {}

    Chain(Store store, ChainKeys keys) {
        this.store = store;
        this.keys = keys;
    }

    ChainKeys keys() {
        return keys;
    }

    Head head() {
        return end().head();
    }

    /// How many bytes of records are kept.
    long keptBytes() {
        End now = end();
        return now.bytes() - now.prunedBytes();
    }

    synchronized void append(AuditRecord record) {
        End before = end();
        Bytes content = record.encode();
        var link = new Link(
                before.head().number() + 1,
                before.head().hash(),
                Link.commitment(content),
                before.bytes() + content.length());
        var batch = new Batch().put(keys.link(link.number()), link.encode());
        batch.put(keys.record(link.number()), content);
        Bytes place = keys.record(link.number());
        for (String id : List.of(record.request(), record.run())) {
            if (!id.isEmpty()) {
                batch.put(ChainKeys.index(id), place);
            }
        }
        store.commitBehind(batch);
        end = new End(new Head(link.number(), link.hash(keys)), link.bytes(), before.prunedBytes());
    }

    /// The link up to which the oldest records may go, if there are any besides the last: one at least, and no more
    /// than half of what is kept.
    synchronized Head prunable() {
        List<Store.Entry> page = store.scan(keys.links(), Bytes.EMPTY, PRUNED_RECORDS);
        if (page.size() < 2) {
            return Head.NONE;
        }
        long half = end().prunedBytes() + keptBytes() / 2;
        Link last = decode(page.getFirst());
        for (Store.Entry entry : page.subList(1, page.size() - 1)) {
            Link next = decode(entry);
            last = next.bytes() <= half ? next : last;
        }
        return new Head(last.number(), last.hash(keys));
    }

    /// Forgets the oldest records, up to `last` from [#prunable].
    synchronized void prune(Head last) {
        End before = end();
        long bytes = before.prunedBytes();
        var batch = new Batch();
        for (Store.Entry entry : store.scan(keys.links(), Bytes.EMPTY, PRUNED_RECORDS)) {
            Link link = decode(entry);
            if (link.number() <= last.number()) {
                bytes = link.bytes();
                batch.delete(entry.key());
                forget(keys.record(link.number()), batch);
            }
        }
        store.commitBehind(batch);
        end = new End(before.head(), before.bytes(), bytes);
    }

    private void forget(Bytes place, Batch batch) {
        store.get(place).map(AuditRecord::decode).ifPresent(record -> {
            for (String id : List.of(record.request(), record.run())) {
                if (!id.isEmpty()) {
                    batch.delete(ChainKeys.index(id));
                }
            }
        });
        batch.delete(place);
    }

    private End end() {
        End known = end;
        return known == null ? load() : known;
    }

    private synchronized End load() {
        End known = end;
        if (known == null) {
            List<Store.Entry> last = store.scanBackwards(keys.links(), Bytes.EMPTY, 1);
            if (last.isEmpty()) {
                known = new End(Head.NONE, 0, 0);
            } else {
                Link link = decode(last.getFirst());
                Link first = decode(store.scan(keys.links(), Bytes.EMPTY, 1).getFirst());
                int firstBytes = store.get(keys.record(first.number()))
                        .map(Bytes::length)
                        .orElse(0);
                known = new End(new Head(link.number(), link.hash(keys)), link.bytes(), first.bytes() - firstBytes);
            }
            end = known;
        }
        return known;
    }

    private static Link decode(Store.Entry entry) {
        return Link.decode(ChainKeys.numberOf(entry.key()), entry.value())
                .orElseThrow(() -> new IllegalStateException("the store holds a damaged audit chain: verify it"));
    }
}
