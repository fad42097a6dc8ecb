package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;

/// A story of flows, line by line:
///
/// ```
/// file PATH LABEL                       root makes it, before the story (also: dir, faceted)
/// task LABEL PRIVILEGE [clearance C]    from here on it is this task that acts
/// VERB ARGUMENT... [with S,I] -> OUTCOME LABEL
/// ```
///
/// A step says what comes of it and the label that the task then has. `with` names the privilege that this one
/// step uses for secrecy and for integrity; without it, none. The story is told again with what really came of
/// each step.
final class Story {
    private static final Bytes TEXT = Bytes.utf8("text");

    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final Task root = Tasks.root();
    private Task task = root;

    private Story() {
        fs.bootstrap();
    }

    static String told(String text) {
        var story = new Story();
        var told = new StringBuilder();
        for (String line : text.lines().toList()) {
            told.append(story.tell(line)).append('\n');
        }
        return told.toString();
    }

    private String tell(String line) {
        int arrow = line.indexOf(" -> ");
        List<String> words = List.of((arrow < 0 ? line : line.substring(0, arrow)).split(" ", -1));
        if (words.getFirst().equals("task")) {
            task = Tasks.of(words.get(1), words.size() > 3 ? words.get(4) : "F,T", words.get(2));
            return line;
        }
        if (arrow < 0) {
            Privilege all = Tasks.all(root, "F");
            root.run(() -> act(words.getFirst(), words, all));
            return line;
        }
        return line.substring(0, arrow) + " -> " + task.run(() -> outcome(words)) + " " + task.label();
    }

    private String outcome(List<String> words) {
        try {
            int with = words.indexOf("with");
            if (with < 0) {
                return act(words.getFirst(), words, Privilege.NONE);
            }
            Label used = Label.parse(words.get(with + 1));
            return act(
                    words.getFirst(),
                    words.subList(0, with),
                    Task.current().exercise(used.secrecy(), used.integrity()));
        } catch (Refused refused) {
            return refused.refusal().name().toLowerCase(Locale.ROOT);
        }
    }

    private String act(String verb, List<String> words, Privilege with) {
        String first = words.get(1);
        switch (verb) {
            case "file", "create" -> fs.create(path(first), Kind.FILE, label(words), TEXT, with);
            case "dir", "mkdir" -> fs.createDirectory(path(first), label(words), with);
            case "faceted" -> fs.createFaceted(path(first), with);
            case "read" -> fs.read(path(first), Kind.FILE);
            case "stat" -> fs.stat(path(first));
            case "write" -> fs.write(path(first), Kind.FILE, TEXT, 0, with);
            case "unlink" -> fs.unlink(path(first), with);
            case "taint" -> Task.current().observe(Label.parse(first));
            case "declassify" -> Task.current().declassify(Component.parse(first));
            case "endorse" -> Task.current().endorse(Component.parse(first));
            case "list" -> {
                return fs.list(path(first), "", 10).stream()
                        .map(Entry::name)
                        .toList()
                        .toString();
            }
            case "facets" -> {
                var shown = new StringBuilder();
                fs.facets(path(first), label(words)).forEach(l -> shown.append("<" + l + ">"));
                return "[" + shown + "]";
            }
            default -> throw new IllegalArgumentException(verb);
        }
        return "ok";
    }

    private static FsPath path(String text) {
        return FsPath.parse(text, Component.TRUE, Label.PUBLIC);
    }

    private static Label label(List<String> words) {
        return Label.parse(words.get(2));
    }
}
