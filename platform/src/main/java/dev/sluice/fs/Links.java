package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What directories hold. Each entry is a key of its own: no operation on one name reads or writes another one.
///
/// A faceted directory holds a mark for each facet that something was ever linked into. The mark is written
/// before the first entry, in a step of its own, because the two may live on different shards: after a crash
/// between them the facet is listed and empty.
final class Links {
    private static final String MARK = "1";

    private final Store store;
    private final Quotas quotas;
    private final Barrier barrier;

    Links(Store store, Quotas quotas, Barrier barrier) {
        this.store = store;
        this.quotas = quotas;
        this.barrier = barrier;
    }

    /// Taints with the directory, then looks.
    Optional<Entry> find(Node directory, String name) {
        Task.current().observe(directory.requireLabel(), name);
        return store.get(Keys.entry(directory.id(), name)).map(stored -> Entry.decode(name, stored));
    }

    /// Taints with the directory, checks that it may be written, and that the name is free.
    void requireFree(Node directory, String name, Privilege with) {
        Optional<Entry> taken = find(directory, name);
        Task.current().requireMayAffect(directory.requireLabel(), with, name);
        if (taken.isPresent()) {
            throw exists();
        }
    }

    /// Links a faceted directory into the root, unless it is there. Nobody pays for it.
    void establish(String name) {
        var entry = new Entry(name, Kind.FACETED, ObjectId.derived("", "faceted", name), null);
        store.putIfAbsent(Keys.entry(Walk.ROOT_ID, name), entry.encode(""));
    }

    /// Applies `batch` and the entry as a whole, after [#requireFree].
    ///
    /// @param made what `batch` makes, which is charged with the entry
    /// @throws Refused `EXISTS`, `QUOTA`; `CONFLICT` for an organization that is being deleted
    void add(Node directory, Entry entry, Batch batch, Cost made) {
        barrier.requireOpen(directory.requireLabel());
        if (entry.label() != null) {
            barrier.requireOpen(entry.label());
        }
        if (directory.facetOf() != null) {
            mark(directory.facetOf(), directory.requireLabel());
        }
        barrier.shade(entry.kind(), entry.target());
        String payer = Task.current().payer();
        Bytes key = Keys.entry(directory.id(), entry.name());
        Bytes value = entry.encode(payer);
        Cost cost = made.plus(Cost.of(key, value));
        quotas.charge(batch.requireAbsent(key).put(key, value), payer, cost);
        while (!store.commit(batch)) {
            if (store.get(key).isPresent()) {
                throw exists();
            }
            quotas.requireRoom(payer, cost);
        }
    }

    private void mark(ObjectId faceted, Label label) {
        String payer = Task.current().payer();
        Bytes key = Keys.facet(faceted, Labels.requireStorable(label));
        Bytes value = Bytes.utf8(MARK + payer);
        Cost cost = Cost.of(key, value);
        while (store.get(key).isEmpty()
                && !store.commit(quotas.charge(new Batch().requireAbsent(key).put(key, value), payer, cost))) {
            quotas.requireRoom(payer, cost);
        }
    }

    static String payerOfMark(Bytes stored) {
        return stored.utf8().substring(MARK.length());
    }

    /// Taints with the directory, checks that it may be written, and removes the entry that is there.
    void remove(Node directory, String name, Privilege with) {
        Bytes key = Keys.entry(directory.id(), name);
        boolean done = false;
        while (!done) {
            done = store.commit(
                    without(name, key, present(directory, name, with)).delete(key));
        }
    }

    /// As [#remove], with `entry` in its place.
    void replace(Node directory, Entry entry, Privilege with) {
        barrier.shade(entry.kind(), entry.target());
        String payer = Task.current().payer();
        Bytes key = Keys.entry(directory.id(), entry.name());
        Bytes value = entry.encode(payer);
        Cost cost = Cost.of(key, value);
        while (true) {
            Bytes before = present(directory, entry.name(), with);
            if (store.commit(quotas.charge(without(entry.name(), key, before).put(key, value), payer, cost))) {
                return;
            }
            boolean isRefunded = Entry.payerOf(before).equals(payer);
            quotas.requireRoom(payer, isRefunded ? cost.minus(Cost.of(key, before)) : cost);
        }
    }

    /// The beginning of a batch that takes an entry away.
    private Batch without(String name, Bytes key, Bytes before) {
        var batch = new Batch().requireEquals(key, before);
        Entry entry = Entry.decode(name, before);
        barrier.suspect(entry.kind(), entry.target(), batch);
        return quotas.release(batch, Entry.payerOf(before), Cost.of(key, before));
    }

    private Bytes present(Node directory, String name, Privilege with) {
        Task.current().observe(directory.requireLabel(), name);
        Optional<Bytes> stored = store.get(Keys.entry(directory.id(), name));
        Task.current().requireMayAffect(directory.requireLabel(), with, name);
        return stored.orElseThrow(Refused::notFound);
    }

    /// Taints with the directory.
    List<Entry> list(Node directory, String after, int limit, Object what) {
        Task.current().observe(directory.requireLabel(), what);
        Bytes prefix = Keys.entries(directory.id());
        Bytes from = after.isEmpty() ? Bytes.EMPTY : Keys.entry(directory.id(), after);
        var entries = new ArrayList<Entry>();
        for (Store.Entry stored : store.scan(prefix, from, limit)) {
            entries.add(Entry.decode(Keys.below(prefix, stored.key()).utf8(), stored.value()));
        }
        return entries;
    }

    /// Taints with `upTo`. Looks at all marks, and not at a number of them: else how many hidden facets there
    /// are would decide which visible ones are shown.
    List<Label> facets(Node faceted, Label upTo, Optional<Label> after, int limit) {
        Task.current().observe(upTo, "the facets up to there");
        Bytes prefix = Keys.facets(faceted.id());
        var labels = new ArrayList<Label>();
        List<Store.Entry> page = store.scan(
                prefix,
                after.map(label -> Keys.facet(faceted.id(), label)).orElse(Bytes.EMPTY),
                LabeledFs.LIST_ENTRIES_MAX);
        while (!page.isEmpty()) {
            for (Store.Entry stored : page) {
                Label label = Labels.decode(Keys.below(prefix, stored.key()).toArray());
                if (label.canFlowTo(upTo)) {
                    labels.add(label);
                    if (labels.size() == limit) {
                        return labels;
                    }
                }
            }
            page = store.scan(prefix, page.getLast().key(), LabeledFs.LIST_ENTRIES_MAX);
        }
        return labels;
    }

    private static Refused exists() {
        return new Refused(Refusal.EXISTS, "the name is taken");
    }
}
