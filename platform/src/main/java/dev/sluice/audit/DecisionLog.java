package dev.sluice.audit;

import dev.sluice.audit.DecisionPage.Noted;
import dev.sluice.audit.Scribe.Subject;
import dev.sluice.bytes.Bytes;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// What policies decided, with all that they were asked about, so that other policies can be asked the same.
///
/// A record is no promise: equal decisions are counted in memory and written together each minute, so the last minute
/// is lost in a crash. Stands in a chain of its own with the organization whose policies decided, readable to who may
/// read its `iam`. Bounded: the oldest go.
///
/// Thread-safe.
public final class DecisionLog {
    /// From one [#write] to the next.
    public static final Duration PAUSE = Duration.ofMinutes(1);

    private static final String KIND = "decisions";
    private static final String UNNOTED = "unnoted";
    private static final int SCANNED_RECORDS = 4;
    private static final TypeReference<List<Noted>> PAGE = new TypeReference<>() {};
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Store store;
    private final Scribe scribe;
    private final Tally tally;
    private final Function<String, Chain> chains;
    private final Consumer<String> grown;

    /// @param chains an organization's, for its decisions
    /// @param grown  is told whose chain has another record
    DecisionLog(Store store, Scribe scribe, Tally tally, Function<String, Chain> chains, Consumer<String> grown) {
        this.store = store;
        this.scribe = scribe;
        this.tally = tally;
        this.chains = chains;
        this.grown = grown;
    }

    public void note(Judgment judgment) {
        tally.note(judgment);
    }

    /// Writes what was counted since the last time, behind.
    public void write() {
        tally.homes().forEach(this::write);
    }

    private void write(String home) {
        tally.take(home).ifPresent(page -> {
            Label label = Label.of(AuditLog.iam(home), Component.TRUE);
            var subject = new Subject(KIND, home, Component.TRUE, "", label);
            Map<String, String> details = Map.of(UNNOTED, Long.toString(page.unnoted()));
            chains.apply(home).append(scribe.flow(subject, "", "", details, JSON.writeValueAsString(page.noted())));
            grown.accept(home);
        });
    }

    /// What the policies of an organization decided, what was not yet written too, the oldest first. Pages that
    /// [dev.sluice.kernel.Task#current] may not know are not there; the others taint it.
    ///
    /// @param since  pages that were written later than that
    /// @param reader whether he wants the next page too
    public void walk(String home, Instant since, Predicate<DecisionPage> reader) {
        write(home);
        ChainKeys keys = chains.apply(home).keys();
        long last = firstAfter(keys, since.toEpochMilli()) - 1;
        List<Store.Entry> found = store.scan(keys.records(), keys.record(last), SCANNED_RECORDS);
        while (!found.isEmpty()) {
            for (Store.Entry entry : found) {
                AuditRecord record = AuditRecord.decode(entry.value());
                if (Reader.isReadable(record) && !reader.test(page(record))) {
                    return;
                }
            }
            found = store.scan(keys.records(), found.getLast().key(), SCANNED_RECORDS);
        }
    }

    private static DecisionPage page(AuditRecord record) {
        long unnoted = Long.parseLong(record.details().getOrDefault(UNNOTED, "0"));
        return new DecisionPage(record.timeMillis(), unnoted, JSON.readValue(record.trace(), PAGE));
    }

    /// The number of the first record that was written later than that. Records are in the order of their times.
    private long firstAfter(ChainKeys keys, long millis) {
        List<Store.Entry> first = store.scan(keys.links(), Bytes.EMPTY, 1);
        long low = first.isEmpty() ? 1 : ChainKeys.numberOf(first.getFirst().key());
        long high = chains.apply(keys.organization()).head().number() + 1;
        while (low < high) {
            long middle = low + (high - low) / 2;
            Optional<AuditRecord> record = store.get(keys.record(middle)).map(AuditRecord::decode);
            if (record.filter(later -> later.timeMillis() > millis).isPresent()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
