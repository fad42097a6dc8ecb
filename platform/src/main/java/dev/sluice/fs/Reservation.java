package dev.sluice.fs;

import dev.sluice.kernel.Refused;
import dev.sluice.store.Batch;

/// Room for bytes that are being written, charged to their payer before they come: what is under way counts as what
/// is there. Its owner closes it, whatever came of the bytes. For one thread at a time.
///
/// What a server held that was killed is given back by [LabeledFs#bootstrap].
public final class Reservation implements AutoCloseable {
    /// By how much more it grows than is needed at the moment, so that not each piece waits for the disk.
    static final long STEP_BYTES = 4 << 20;

    private final Quotas quotas;
    private final String payer;
    private long bytes;

    Reservation(Quotas quotas, String payer) {
        this.quotas = quotas;
        this.payer = payer;
    }

    /// Makes it exactly that large, where it is known how much will come.
    ///
    /// @throws Refused `QUOTA`
    public void take(long needed) {
        if (needed > bytes && !grow(needed - bytes)) {
            throw Quotas.outOfBytes();
        }
    }

    /// Makes it at least that large, by steps.
    ///
    /// @throws Refused `QUOTA`
    public void reach(long needed) {
        if (needed > bytes && !grow(Math.max(needed - bytes, STEP_BYTES))) {
            take(needed);
        }
    }

    private boolean grow(long more) {
        boolean isTaken = quotas.reserve(payer, more);
        bytes += isTaken ? more : 0;
        return isTaken;
    }

    long bytes() {
        return bytes;
    }

    /// In the batch that charges what it was for; to be followed by [#settled] when that is done.
    void settle(Batch batch) {
        if (bytes > 0) {
            quotas.unreserve(batch, payer, bytes);
        }
    }

    void settled() {
        bytes = 0;
    }

    @Override
    public void close() {
        if (bytes > 0) {
            quotas.unreserve(payer, bytes);
            bytes = 0;
        }
    }
}
