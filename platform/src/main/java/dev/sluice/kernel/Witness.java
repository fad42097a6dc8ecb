package dev.sluice.kernel;

import java.util.function.Supplier;

/// Puts on record what must not happen unseen: who changes a gate, a policy, an account or an organization, and who is
/// lent what is not his every day.
///
/// An act is recorded before it is done. What its doer then writes durably makes the record durable with it; if it
/// fails after all, a second record says so.
@FunctionalInterface
public interface Witness {
    /// What failed after it was recorded has this behind its kind.
    String FAILED = ".failed";

    /// Notes `deed` as about to be done by [Task#current], or by the platform itself where there is none.
    void record(Deed deed);

    /// Does what `deed` says, on record.
    default <T> T witness(Deed deed, Supplier<T> doing) {
        record(deed);
        boolean isDone = false;
        try {
            T result = doing.get();
            isDone = true;
            return result;
        } finally {
            if (!isDone) {
                record(new Deed(deed.kind() + FAILED, deed.what(), deed.target(), deed.details()));
            }
        }
    }
}
