package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What each payer has stored. The sums change in the batch that changes what is stored, so they are exact after a
/// crash; they are added to and not replaced, so writers do not wait for one another.
///
/// Whoever acts pays, and is paid back when it is gone. So a refusal tells a task nothing but what its own payer's
/// tasks have stored.
final class Quotas {
    private static final String MORE = ", or ask the server's administrator for more: sluice iam update quota ORG --";

    private final Store store;
    private final Function<String, Quota> plan;

    Quotas(Store store, Function<String, Quota> plan) {
        this.store = store;
        this.plan = plan;
    }

    Batch charge(Batch batch, String payer, Cost cost) {
        Quota quota = plan.apply(payer);
        return batch.add(Keys.items(payer), cost.items(), quota.itemsMax())
                .add(Keys.bytes(payer), cost.bytes(), quota.bytesMax());
    }

    Batch release(Batch batch, String payer, Cost cost) {
        return batch.add(Keys.items(payer), -cost.items(), 0).add(Keys.bytes(payer), -cost.bytes(), 0);
    }

    /// Room for bytes that are being written: none of it yet.
    Reservation reservation(String payer) {
        return new Reservation(this, payer);
    }

    /// @return false if there is not so much left
    boolean reserve(String payer, long bytes) {
        return store.commit(new Batch()
                .add(Keys.bytes(payer), bytes, plan.apply(payer).bytesMax())
                .add(Keys.reserved(payer), bytes, Long.MAX_VALUE));
    }

    void unreserve(String payer, long bytes) {
        var batch = new Batch();
        unreserve(batch, payer, bytes);
        store.commit(batch);
    }

    void unreserve(Batch batch, String payer, long bytes) {
        batch.add(Keys.bytes(payer), -bytes, 0).add(Keys.reserved(payer), -bytes, 0);
    }

    /// Gives back what is reserved by nobody any more: before anything is served.
    void unreserveAll() {
        Bytes prefix = Keys.reservations();
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
        while (!page.isEmpty()) {
            for (Store.Entry reserved : page) {
                String payer = Keys.below(prefix, reserved.key()).utf8();
                unreserve(payer, Batch.number(Optional.of(reserved.value())));
            }
            page = store.scan(prefix, page.getLast().key(), Store.SCAN_ENTRIES_MAX);
        }
    }

    /// After a batch has failed: whether it was for want of room.
    ///
    /// @throws Refused `QUOTA` if `cost` does not fit now
    void requireRoom(String payer, Cost cost) {
        Quota quota = plan.apply(payer);
        Cost used = used(payer);
        if (used.items() + cost.items() > quota.itemsMax()) {
            throw new Refused(
                    Refusal.QUOTA,
                    "your organization has stored all the objects that it may: remove some" + MORE + "stored-items N");
        }
        if (used.bytes() + cost.bytes() > quota.bytesMax()) {
            throw outOfBytes();
        }
    }

    static Refused outOfBytes() {
        return new Refused(
                Refusal.QUOTA,
                "your organization has stored all the bytes that it may: remove some" + MORE + "stored-mib N");
    }

    /// @throws Refused `QUOTA` if there are none
    long bytesLeft(String payer) {
        long left = plan.apply(payer).bytesMax() - used(payer).bytes();
        if (left <= 0) {
            throw outOfBytes();
        }
        return left;
    }

    Cost used(String payer) {
        return new Cost(number(Keys.items(payer)), number(Keys.bytes(payer)));
    }

    private long number(Bytes key) {
        return Batch.number(store.get(key));
    }
}
