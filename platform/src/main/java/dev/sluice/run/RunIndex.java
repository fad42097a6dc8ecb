package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// By what runs are listed: all of an organization, those of a function and of an application, and the dead letters.
///
/// Each list is in parts, one for each label that runs of it exist at, and each part is in the order of time. So
/// reading it costs a look at each label that there is, and what is on the page: not what the reader may not know,
/// however many runs that are. An entry says the label, so that no record is needed to know whether to go on.
final class RunIndex {
    /// So many labels does one list look at: what it costs has an end, whatever labels people run at.
    static final int LABELS_MAX = 10_000;

    private RunIndex() {}

    static Bytes all(String organization) {
        return RunKeys.list(organization, "runs");
    }

    static Bytes ofFunction(String organization, String function) {
        return RunKeys.list(organization, "function " + function);
    }

    static Bytes ofApplication(String organization, String application) {
        return RunKeys.list(organization, "application " + application);
    }

    static Bytes letters(String organization) {
        return RunKeys.list(organization, "letters");
    }

    static Bytes lettersOfFunction(String organization, String function) {
        return RunKeys.list(organization, "letters of " + function);
    }

    static void add(Run run, Batch batch) {
        listsOf(run).forEach(list -> put(list, run, batch));
    }

    static void remove(Run run, Batch batch) {
        listsOf(run).forEach(list -> batch.delete(RunKeys.listed(list, run)));
    }

    static void addLetter(Run run, Batch batch) {
        listsOfLetter(run).forEach(list -> put(list, run, batch));
    }

    static void removeLetter(Run run, Batch batch) {
        listsOfLetter(run).forEach(list -> batch.delete(RunKeys.listed(list, run)));
    }

    private static void put(Bytes list, Run run, Batch batch) {
        batch.put(RunKeys.listed(list, run), Bytes.utf8(run.existence().toString()));
    }

    private static Stream<Bytes> listsOf(Run run) {
        String organization = run.organization();
        return Stream.concat(
                Stream.of(all(organization), ofFunction(organization, run.function())),
                run.applications().stream().map(application -> ofApplication(organization, application)));
    }

    private static Stream<Bytes> listsOfLetter(Run run) {
        return Stream.of(letters(run.organization()), lettersOfFunction(run.organization(), run.function()));
    }

    /// What is on a list for a reader.
    ///
    /// @param before only what is older than this run
    /// @param isFor  which labels' parts he reads
    /// @throws Refused `INVALID` where runs of it exist at more than [#LABELS_MAX] labels, known to him or not: a
    ///     part of a list would look like the whole
    static NewestFirst newest(Store store, Bytes list, Optional<UUID> before, Predicate<Label> isFor) {
        var newest = new NewestFirst(store);
        List<Store.Entry> last = store.scanBackwards(list, Bytes.EMPTY, 1);
        for (int labels = 1; !last.isEmpty(); labels++) {
            if (labels > LABELS_MAX) {
                throw new Refused(
                        Refusal.INVALID,
                        "this list has runs at more than " + LABELS_MAX + " labels: ask for those of one function"
                                + " (functionName=NAME), of one application, or for one run by its name");
            }
            Store.Entry entry = last.getFirst();
            Bytes part = RunKeys.partOf(list, entry.key());
            if (isFor.test(Label.parse(entry.value().utf8()))) {
                newest.add(part, before);
            }
            last = store.scanBackwards(list, part, 1);
        }
        return newest;
    }
}
