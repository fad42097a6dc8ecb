package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;

/// How much of its [Quota] somebody has used up, for who may know what all of his do together: no label is asked.
public record Usage(long items, long bytes) {
    public static Usage of(Store store, String payer) {
        return new Usage(number(store, Keys.items(payer)), number(store, Keys.bytes(payer)));
    }

    private static long number(Store store, Bytes key) {
        return Batch.number(store.get(key));
    }
}
