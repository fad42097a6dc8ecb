package dev.sluice.cli.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Reads the YAML that people write for configuration: block mappings and sequences, lists in brackets, objects in
/// braces, plain and quoted scalars of one line, comments, several documents. JSON on one line is such a text too, and
/// so is all that [Yaml] writes. What YAML has beside (anchors, tags, texts of several lines) is refused by name,
/// never read as something else.
public final class YamlText {
    private static final int DEPTH_MAX = 60;
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private final List<Line> lines;
    private int next;

    /// @param number from 1
    /// @param indent how many spaces stand before the text
    private record Line(int number, int indent, String text) {}

    private YamlText(List<Line> lines) {
        this.lines = lines;
    }

    /// The documents that have something in them.
    ///
    /// @throws NotYaml for anything else
    public static List<Json> parse(String text) {
        var documents = new ArrayList<Json>();
        var lines = new ArrayList<Line>();
        int number = 0;
        for (String raw : text.split("\r?\n", -1)) {
            number++;
            String line = YamlFlow.withoutComment(raw).stripTrailing();
            String bare = line.stripLeading();
            if (line.equals("---") || line.equals("...")) {
                document(lines).ifPresent(documents::add);
                lines = new ArrayList<>();
            } else if (!bare.isEmpty()) {
                lines.add(line(number, line.substring(0, line.length() - bare.length()), bare));
            }
        }
        document(lines).ifPresent(documents::add);
        return documents;
    }

    private static Line line(int number, String blanks, String text) {
        if (!blanks.matches(" *")) {
            throw new NotYaml(number, "lines are indented with spaces");
        }
        if (text.startsWith("---")) {
            throw new NotYaml(number, "a document begins in the line after ---");
        }
        return new Line(number, blanks.length(), text);
    }

    private static Optional<Json> document(List<Line> lines) {
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        var document = new YamlText(new ArrayList<>(lines));
        Json json = document.node(0);
        if (document.next < lines.size()) {
            throw new NotYaml(lines.get(document.next).number(), "it is indented unlike the lines above");
        }
        return Optional.of(json);
    }

    /// What begins in the next line.
    private Json node(int depth) {
        Line line = lines.get(next);
        if (depth > DEPTH_MAX) {
            throw new NotYaml(line.number(), "it is nested too deep");
        }
        if (isItem(line.text())) {
            return sequence(line.indent(), depth);
        }
        return YamlFlow.keyEnd(line.text()) >= 0 ? mapping(line.indent(), depth) : scalar(line.text());
    }

    private static boolean isItem(String text) {
        return text.equals("-") || text.startsWith("- ");
    }

    private Json sequence(int indent, int depth) {
        var items = new ArrayList<Json>();
        while (next < lines.size()
                && lines.get(next).indent() == indent
                && isItem(lines.get(next).text())) {
            Line line = lines.get(next);
            String rest = line.text().substring(1).stripLeading();
            if (rest.isEmpty()) {
                next++;
                items.add(below(indent, depth));
            } else {
                lines.set(next, new Line(line.number(), indent + line.text().length() - rest.length(), rest));
                items.add(node(depth + 1));
            }
        }
        return new Json.Arr(items);
    }

    private Json mapping(int indent, int depth) {
        var members = new LinkedHashMap<String, Json>();
        while (next < lines.size()
                && lines.get(next).indent() == indent
                && !isItem(lines.get(next).text())) {
            Line line = lines.get(next);
            int end = YamlFlow.keyEnd(line.text());
            if (end < 0) {
                throw new NotYaml(line.number(), "it should read NAME: VALUE");
            }
            String key = key(line, line.text().substring(0, end).strip());
            String rest = line.text().substring(end + 1).strip();
            Json value;
            if (rest.isEmpty()) {
                next++;
                value = isItemAt(indent) ? sequence(indent, depth + 1) : below(indent, depth);
            } else {
                value = scalar(rest);
            }
            if (members.put(key, value) != null) {
                throw new NotYaml(line.number(), key + " is there twice");
            }
        }
        return new Json.Obj(members);
    }

    private boolean isItemAt(int indent) {
        return next < lines.size()
                && lines.get(next).indent() == indent
                && isItem(lines.get(next).text());
    }

    /// What stands deeper than a line that ends where its value should begin; nothing is null.
    private Json below(int indent, int depth) {
        return next < lines.size() && lines.get(next).indent() > indent ? node(depth + 1) : Json.NULL;
    }

    private static String key(Line line, String text) {
        return switch (new YamlFlow(line.number(), text, DEPTH_MAX).whole()) {
            case Json.Text(String name) -> name;
            case Json.Num(String literal) -> literal;
            case Json.Bool _, Json.Null _, Json.Obj _, Json.Arr _ -> text;
        };
    }

    /// A value that begins in the next line and, in brackets only, may go on in those after it.
    private Json scalar(String text) {
        int number = lines.get(next).number();
        next++;
        var all = new StringBuilder(text);
        while (YamlFlow.isOpen(all) && next < lines.size()) {
            all.append(' ').append(lines.get(next).text());
            next++;
        }
        return new YamlFlow(number, all.toString(), DEPTH_MAX).whole();
    }

    /// What a plain word is.
    static Json plain(String word) {
        return switch (word) {
            case "", "~", "null", "Null", "NULL" -> Json.NULL;
            case "true", "True", "TRUE" -> new Json.Bool(true);
            case "false", "False", "FALSE" -> new Json.Bool(false);
            default -> NUMBER.matcher(word).matches() ? new Json.Num(word) : new Json.Text(word);
        };
    }
}
