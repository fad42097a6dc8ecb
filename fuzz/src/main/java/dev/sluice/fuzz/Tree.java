package dev.sluice.fuzz;

import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import dev.sluice.run.Runs;
import dev.sluice.store.Store;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// All that somebody sees who may see everything.
///
/// @param things by path
/// @param runs   by id
/// @param broken what should be there and is not, or is not what is said of it; empty for nothing
record Tree(SortedMap<String, Thing> things, SortedMap<String, Run.View> runs, String broken) {
    static final List<String> ORGANIZATIONS = List.of("acme", "blue", "dispatch");
    private static final int DEPTH_MAX = 8;
    private static final int SHOWN_CHARS_MAX = 80;

    /// @param content empty where it has none of its own
    record Thing(String kind, Label label, long version, String content) {
        @Override
        public String toString() {
            String begin = content.substring(0, Math.min(content.length(), SHOWN_CHARS_MAX));
            return kind + " " + label + ", version " + version + ", [" + begin + "]";
        }
    }

    static Tree of(Store store) {
        var tree = new Tree(new TreeMap<>(), new TreeMap<>(), "");
        var fs = new LabeledFs(store, new SeededRandom(0));
        var runs = new Runs(store, Realm.CLOCK);
        var broken = new StringBuilder();
        Realm.asRoot(() -> {
            tree.directory(fs, FsPath.ROOT, 0, broken);
            for (String organization : ORGANIZATIONS) {
                runs.list(organization, Runs.Wanted.ALL, Optional.empty(), Runs.LIST_RUNS_MAX)
                        .forEach(view -> tree.runs.put(view.run().id().toString(), view));
            }
        });
        return new Tree(tree.things, tree.runs, broken.toString());
    }

    private void directory(LabeledFs fs, FsPath path, int depth, StringBuilder broken) {
        if (depth > DEPTH_MAX) {
            return;
        }
        for (Entry entry : fs.list(path, "", LabeledFs.LIST_ENTRIES_MAX)) {
            FsPath there = path.child(entry.name());
            try {
                thing(fs, there, entry, depth, broken);
            } catch (Refused gone) {
                broken.append(there).append(" leads to ").append(gone.refusal()).append('\n');
            }
        }
    }

    private void thing(LabeledFs fs, FsPath path, Entry entry, int depth, StringBuilder broken) {
        String kind = entry.kind().toString();
        Label label = Objects.requireNonNullElse(entry.label(), Label.PUBLIC); // a faceted directory has none
        switch (entry.kind()) {
            case DIRECTORY -> {
                things.put(path.toString(), new Thing(kind, label, 0, ""));
                directory(fs, path, depth + 1, broken);
            }
            case FACETED -> {
                things.put(path.toString(), new Thing(kind, label, 0, ""));
                for (Label facet : fs.facets(path, Label.TOP)) {
                    directory(fs, path.facet(facet), depth + 1, broken);
                }
            }
            case FILE, GATE, SERVICE, BLOB -> {
                LabeledFs.Content content = fs.read(path, entry.kind());
                String text = Client.ID.matcher(content.bytes().utf8()).replaceAll("#");
                things.put(path.toString(), new Thing(kind, content.label(), content.version(), text));
                if (!content.label().equals(label) || !content.id().equals(entry.target())) {
                    broken.append(path).append(" is not what its entry says\n");
                }
            }
        }
    }
}
