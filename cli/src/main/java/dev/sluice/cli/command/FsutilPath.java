package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Turns the text of a path into the names that `fsutil` takes: without brackets around labels, and with `~` put out
/// in full. Colons inside of brackets are a label's own.
final class FsutilPath {
    private FsutilPath() {}

    /// @param self asked for what `~` stands for, and only if it is there
    static List<String> elements(String path, Supplier<String> self) {
        var elements = new ArrayList<String>();
        var element = new StringBuilder();
        boolean isLabel = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == ':' && !isLabel) {
                end(element, elements);
            } else {
                isLabel = isLabel ? c != '>' : c == '<' && element.isEmpty();
                element.append(c);
            }
        }
        if (isLabel) {
            throw Failure.usage("a label in a path ends with >");
        }
        end(element, elements);
        if (!elements.isEmpty() && elements.getFirst().equals("~")) {
            String me = self.get();
            elements.set(0, "home");
            elements.add(1, me + "," + me);
        }
        return elements;
    }

    private static void end(StringBuilder element, List<String> elements) {
        String text = element.toString();
        element.setLength(0);
        if (text.startsWith("<") && text.endsWith(">")) {
            elements.add(text.substring(1, text.length() - 1));
        } else if (!text.isEmpty()) {
            elements.add(text);
        }
    }
}
