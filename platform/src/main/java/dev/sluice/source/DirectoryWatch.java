package dev.sluice.source;

import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Tells what has changed in a directory since it was looked at last. To look is to read: each change is labeled with
/// all that was read to notice it, the directory and, unless it is gone, what the entry names.
///
/// Who looks comes at times of his own choosing, whatever is written in between: nothing that is written there makes
/// anything happen to who may not read it. Of several changes of one entry between two looks the last one counts.
///
/// @param every from one look to the next
public record DirectoryWatch(FsPath directory, Duration every) {
    /// Of a directory: with more it is not watched, or changes of some would be passed over in silence.
    public static final int ENTRIES_MAX = LabeledFs.LIST_ENTRIES_MAX;

    static final Set<String> SETTINGS = Set.of("directory", "seconds", "label");
    private static final int SECONDS = 10;
    private static final int SECONDS_MAX = 86_400;

    /// What is not known of what an entry names.
    private static final long UNKNOWN = -1;

    /// @throws Refused `INVALID`
    public static DirectoryWatch of(Settings settings) {
        settings.requireAmong(SETTINGS);
        String text = settings.text("directory", "':home:<acme/runs,acme/runs>:inbox'");
        FsPath directory;
        try {
            directory = FsPath.parse(text, Component.TRUE, Label.PUBLIC);
        } catch (Refused wrong) {
            throw Settings.invalid("the setting directory is no path, such as :home:<acme/runs,acme/runs>:inbox");
        }
        return new DirectoryWatch(directory, Duration.ofSeconds(settings.number("seconds", SECONDS, 1, SECONDS_MAX)));
    }

    /// An entry as it was.
    ///
    /// @param object  what it named
    /// @param version of that; [#UNKNOWN] for what has none, and for what could not be read
    public record Seen(String object, long version) {}

    /// What happened to an entry.
    public enum What {
        CREATED,
        CHANGED,
        REMOVED
    }

    /// @param label all that was read to notice it
    public record Change(What what, String name, String kind, Seen seen, Label label) {}

    /// @param seen    all entries by their names
    /// @param changes in the order of the names
    public record Look(SortedMap<String, Seen> seen, List<Change> changes) {}

    /// @param before what was seen the last time
    /// @param tasks  each knows nothing yet; one reads one thing
    /// @throws Refused as [LabeledFs#list]; `TOO_LARGE` for more than [#ENTRIES_MAX]
    public Look look(LabeledFs fs, Map<String, Seen> before, Supplier<Task> tasks) {
        Task lister = tasks.get();
        List<Entry> entries = lister.run(() -> entries(fs));
        var seen = new TreeMap<String, Seen>();
        var changes = new ArrayList<Change>();
        for (Entry entry : entries) {
            Task reader = tasks.get();
            Seen now = new Seen(entry.target().toString(), version(fs, entry, reader));
            Seen then = before.get(entry.name());
            seen.put(entry.name(), now);
            if (!now.equals(then)) {
                What what = then == null ? What.CREATED : What.CHANGED;
                String kind = entry.kind().name().toLowerCase(Locale.ROOT);
                changes.add(
                        new Change(what, entry.name(), kind, now, lister.label().joinOrTop(reader.label())));
            }
        }
        before.forEach((name, then) -> {
            if (!seen.containsKey(name)) {
                changes.add(new Change(What.REMOVED, name, "", new Seen(then.object(), UNKNOWN), lister.label()));
            }
        });
        return new Look(seen, List.copyOf(changes));
    }

    private List<Entry> entries(LabeledFs fs) {
        List<Entry> entries = fs.list(directory, "", ENTRIES_MAX);
        if (entries.size() == ENTRIES_MAX
                && !fs.list(directory, entries.getLast().name(), 1).isEmpty()) {
            throw new Refused(Refusal.TOO_LARGE, "a directory that is watched has at most " + ENTRIES_MAX + " entries");
        }
        return entries;
    }

    /// Of what is gone by now, or is above what the reader may know, there is none: then it has learnt nothing of it.
    private long version(LabeledFs fs, Entry entry, Task reader) {
        try {
            return reader.run(() -> fs.stat(directory.child(entry.name())).version());
        } catch (Refused unknown) {
            return UNKNOWN;
        }
    }
}
