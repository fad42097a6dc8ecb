package dev.sluice.fuzz;

import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fuzz.Scenario.Observer;
import dev.sluice.fuzz.Scenario.Seed;
import dev.sluice.fuzz.Scenario.Step;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Run;
import dev.sluice.run.Runs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// All that an observer can see of one world: what his requests were answered, and in the end everything in the
/// file system and in the book of runs that flows to his label.
///
/// Ids are told apart and not shown: each is replaced by its place in the order in which he met them.
final class Look {
    /// How long something took, which the real clock says, and how many digits that has.
    private static final Pattern MICROS = Pattern.compile("(Micros\":)[0-9]+");

    private static final Pattern LENGTH = Pattern.compile("(Content-Length: )[0-9]+");

    private static final int DEPTH_MAX = 5;

    private final Observer observer;
    private final List<String> lines = new ArrayList<>();
    private final Map<String, String> names = new HashMap<>();

    Look(Observer observer) {
        this.observer = observer;
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    void at(Step step, String answer) {
        if (step.who().equals(observer.account())) {
            note(step.method() + " " + step.target() + ": " + answer);
        }
    }

    /// Looks at everything, one task for each thing, so that one look does not blind the next.
    void around(World world) {
        directory(world.fs(), FsPath.ROOT, 0);
        for (String organization : List.of("acme", "blue", "dispatch")) {
            reading(() -> world.runs().list(organization, Runs.Wanted.ALL, Optional.empty(), 100))
                    .ifPresent(views -> views.forEach(this::run));
        }
    }

    /// Looks at what left by external gates, as far as their egress labels let him. What left by his own is his.
    void outside(List<Seed> seeds, List<String> received) {
        for (String request : received) {
            boolean isSeen = request.contains(" /" + Stories.OWN_SERVICE + "/")
                    ? !observer.account().equals(Vocabulary.NOBODY_ASKS)
                    : seeds.stream()
                            .filter(seed -> seed instanceof Seed.ServiceSeed service
                                    && request.contains(" /" + service.name() + "/"))
                            .anyMatch(seed -> observer.maySee(Label.parse(((Seed.ServiceSeed) seed).egress())));
            if (isSeen) {
                note("outside arrives " + request);
            }
        }
    }

    private void directory(LabeledFs fs, FsPath path, int depth) {
        if (depth > DEPTH_MAX) {
            return;
        }
        Optional<List<Entry>> entries = reading(() -> fs.list(path, "", LabeledFs.LIST_ENTRIES_MAX));
        for (Entry entry : entries.orElse(List.of())) {
            FsPath there = path.child(entry.name());
            note(there + " is a " + entry.kind() + " labeled " + entry.label());
            switch (entry.kind()) {
                case DIRECTORY -> directory(fs, there, depth + 1);
                case FACETED -> facets(fs, there, depth + 1);
                case FILE, GATE, SERVICE, BLOB -> content(fs, there, entry.kind());
            }
        }
    }

    private void facets(LabeledFs fs, FsPath path, int depth) {
        for (Label facet : reading(() -> fs.facets(path, observer.sees())).orElse(List.of())) {
            note(path + " has a facet " + facet);
            directory(fs, path.facet(facet), depth);
        }
    }

    private void content(LabeledFs fs, FsPath path, Kind kind) {
        reading(() -> fs.read(path, kind))
                .ifPresent(content -> note(path + " holds version " + content.version() + ": "
                        + content.bytes().utf8()));
    }

    private void run(Run.View view) {
        Run run = view.run();
        note("run " + run.id() + " of " + run.function() + " in " + run.organization() + " existing at "
                + run.existence() + ", begun by " + run.beginning());
        view.content()
                .ifPresent(content -> note("  " + content.status() + " at " + content.label() + ", output at "
                        + content.outputLabel() + ", input " + content.input().utf8() + ", fault " + content.fault()
                        + ", printed " + content.stdout() + content.stderr() + ", timed "
                        + content.times().isPresent()));
        view.output()
                .ifPresent(output ->
                        note("  output " + output.status() + " " + output.body().utf8()));
    }

    private <T> Optional<T> reading(ScopedValue.CallableOp<T, RuntimeException> body) {
        try {
            return Optional.of(new Task(Label.BOTTOM, observer.sees(), Privilege.NONE).run(body));
        } catch (Refused refused) {
            return Optional.empty();
        }
    }

    private static String untimed(String line) {
        Matcher times = MICROS.matcher(line);
        return times.find() ? LENGTH.matcher(times.replaceAll("$1#")).replaceFirst("$1#") : line;
    }

    private void note(String line) {
        String untimed = untimed(line);
        String known = line.contains("eyJ") ? Client.TOKEN.matcher(untimed).replaceAll("a token") : untimed;
        lines.add(Client.ID
                .matcher(known)
                .replaceAll(found ->
                        Matcher.quoteReplacement(names.computeIfAbsent(found.group(), _ -> "#" + names.size()))));
    }
}
