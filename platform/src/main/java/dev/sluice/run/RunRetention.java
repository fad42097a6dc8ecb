package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Label;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Forgets runs that are old, or that too many newer ones have followed. What runs or waits is kept.
///
/// Runs are counted with those of the same existence only: how many there are of others is not for whoever sees that
/// one of these is gone.
public final class RunRetention {
    private static final int PAGE_RECORDS = 64;

    private final Store store;
    private final Contents contents;
    private final Rules rules;
    private final long lettersMax;
    private final InstantSource clock;

    /// @param ageMax   of a run, since it was accepted
    /// @param countMax of one organization's runs whose existence has one label
    public record Rules(Duration ageMax, long countMax) {}

    public RunRetention(Store store, Rules rules, InstantSource clock) {
        this(store, rules, DeadLetters.LETTERS_MAX, clock);
    }

    RunRetention(Store store, Rules rules, long lettersMax, InstantSource clock) {
        this.store = store;
        this.contents = new Contents(store, clock);
        this.rules = rules;
        this.lettersMax = lettersMax;
        this.clock = clock;
    }

    /// May be broken off anywhere and begun again.
    public void prune(String organization) {
        long oldest = clock.millis() - rules.ageMax().toMillis();
        Map<Label, Long> newer = new HashMap<>();
        Bytes prefix = RunKeys.existences(organization);
        List<Store.Entry> page = store.scanBackwards(prefix, Bytes.EMPTY, PAGE_RECORDS);
        while (!page.isEmpty()) {
            var batch = new Batch();
            for (Store.Entry entry : page) {
                Run run = RunCodec.decodeRun(entry.value());
                long count = newer.merge(run.existence(), 1L, Long::sum);
                if ((run.startedMillis() < oldest || count > rules.countMax()) && hasEnded(run.id())) {
                    contents.remove(run, batch);
                }
            }
            store.commitBehind(batch);
            page = store.scanBackwards(prefix, page.getLast().key(), PAGE_RECORDS);
        }
        pruneLetters(organization);
        pruneKeys(organization);
    }

    /// Gives up dead letters that too many newer ones have followed, and those of runs that are gone.
    private void pruneLetters(String organization) {
        Map<Label, Long> newer = new HashMap<>();
        Bytes prefix = RunKeys.letters(organization);
        List<Store.Entry> page = store.scanBackwards(prefix, Bytes.EMPTY, PAGE_RECORDS);
        while (!page.isEmpty()) {
            var batch = new Batch();
            for (Store.Entry entry : page) {
                Queued letter = RunCodec.decodeQueued(entry.value(), Bytes.EMPTY);
                Run run = letter.run();
                long count = newer.merge(run.existence(), 1L, Long::sum);
                if (count > lettersMax
                        || contents.existence(organization, run.id()).isEmpty()) {
                    contents.letters().remove(letter, batch);
                }
            }
            store.commitBehind(batch);
            page = store.scanBackwards(prefix, page.getLast().key(), PAGE_RECORDS);
        }
    }

    private boolean hasEnded(UUID id) {
        return store.get(RunKeys.open(id)).isEmpty()
                && store.get(RunKeys.queued(id)).isEmpty();
    }

    /// Idempotency keys of runs that are gone: who uses one again wishes a new run.
    private void pruneKeys(String organization) {
        Bytes prefix = RunKeys.idempotencies(organization);
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, PAGE_RECORDS);
        while (!page.isEmpty()) {
            var batch = new Batch();
            for (Store.Entry entry : page) {
                UUID run = Claim.idIn(entry.value());
                if (store.get(RunKeys.existence(organization, run)).isEmpty()) {
                    batch.delete(entry.key());
                }
            }
            store.commitBehind(batch);
            page = store.scan(prefix, page.getLast().key(), PAGE_RECORDS);
        }
    }
}
