package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What each payer has stored, counted from what is there.
final class Sums {
    private static final int LETTER_AT = 4;

    private Sums() {}

    static Map<String, Cost> counted(Store store) {
        var sums = new HashMap<String, Cost>();
        List<Store.Entry> page = store.scan(Bytes.EMPTY, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
        while (!page.isEmpty()) {
            for (Store.Entry entry : page) {
                add(sums, entry);
            }
            page = store.scan(Bytes.EMPTY, page.getLast().key(), Store.SCAN_ENTRIES_MAX);
        }
        sums.values().removeIf(Cost.NONE::equals);
        return sums;
    }

    private static void add(Map<String, Cost> sums, Store.Entry entry) {
        Cost one = Cost.of(entry.key(), entry.value());
        switch (entry.key().at(LETTER_AT)) {
            case 'o' -> {
                StoredObject object = StoredObject.decode(entry.value());
                sums.merge(object.payer(), object.cost(entry.key()), Cost::plus);
            }
            case 'e' -> sums.merge(Entry.payerOf(entry.value()), one, Cost::plus);
            case 'f' -> sums.merge(Links.payerOfMark(entry.value()), one, Cost::plus);
            default -> {}
        }
    }

    /// What the store's own sums say of those who have any.
    static Map<String, Cost> kept(Store store, List<String> payers) {
        var sums = new HashMap<String, Cost>();
        for (String payer : payers) {
            Cost used =
                    new Cost(Batch.number(store.get(Keys.items(payer))), Batch.number(store.get(Keys.bytes(payer))));
            if (!used.equals(Cost.NONE)) {
                sums.put(payer, used);
            }
        }
        return sums;
    }
}
