package dev.sluice.fs;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.util.ArrayList;
import java.util.List;

/// The text form of paths, strict and total: any text gives a path or a refusal `INVALID`.
///
/// ```
/// path  := ':'* (first (':' step)*)? ':'*
/// first := '~' | name                     '~' is home and the facet of who asks
/// step  := '%' | facet | name             '%' is the facet of the label of who asks
/// facet := '<' label '>'                  a label's text, in which '>' is written '\>'
/// name  := one or more of: any character but : and \, or '\' and one of < ~ % \
///                                         not beginning with a bare < ~ or %; see [FsPath.Step.Name]
/// ```
final class PathParser {
    /// Shown in place of an opened object. No path: a first step that begins so is refused.
    static final String OPENED = "<opened>";

    private static final char BETWEEN = ':';
    private static final char OPEN = '<';
    private static final char CLOSE = '>';
    private static final char HOME = '~';
    private static final char CURRENT = '%';
    private static final char ESCAPE = '\\';

    private final String text;
    private final Component self;
    private final Label current;
    private int at;
    private int end;

    private PathParser(String text, Component self, Label current) {
        this.text = text;
        this.self = self;
        this.current = current;
        this.end = text.length();
    }

    static FsPath path(String text, Component self, Label current) {
        if (text.length() > FsPath.TEXT_CHARS_MAX) {
            throw invalid("a path is at most " + FsPath.TEXT_CHARS_MAX + " characters");
        }
        return new FsPath(new PathParser(text, self, current).steps());
    }

    static String print(List<FsPath.Step> steps) {
        var out = new StringBuilder();
        for (FsPath.Step step : steps) {
            if (!out.isEmpty()) {
                out.append(BETWEEN);
            }
            switch (step) {
                case FsPath.Step.Name(String name) -> printName(name, out);
                case FsPath.Step.Opened opened -> out.append(opened);
                case FsPath.Step.Facet(Label label) ->
                    out.append(OPEN)
                            .append(label.toString().replace(">", "\\>"))
                            .append(CLOSE);
            }
        }
        return out.toString();
    }

    private static void printName(String name, StringBuilder out) {
        char first = name.charAt(0);
        if (first == OPEN || first == HOME || first == CURRENT) {
            out.append(ESCAPE);
        }
        out.append(name.replace("\\", "\\\\"));
    }

    private List<FsPath.Step> steps() {
        stripColons();
        var steps = new ArrayList<FsPath.Step>();
        if (at == end) {
            return steps;
        }
        do {
            addStep(steps);
        } while (accept(BETWEEN));
        return steps;
    }

    private void addStep(List<FsPath.Step> steps) {
        if (stands(HOME)) {
            if (!steps.isEmpty()) {
                throw invalid("'~' stands only at the beginning of a path; write '\\~' for a name");
            }
            steps.add(new FsPath.Step.Name("home"));
            steps.add(new FsPath.Step.Facet(Label.of(self, self)));
        } else if (stands(CURRENT)) {
            steps.add(new FsPath.Step.Facet(current));
        } else if (accept(OPEN)) {
            steps.add(new FsPath.Step.Facet(FsPath.label(facet())));
        } else {
            steps.add(new FsPath.Step.Name(name()));
        }
    }

    /// The text of the label up to its closing bracket, after which the step must end.
    private String facet() {
        var label = new StringBuilder();
        while (at < end && text.charAt(at) != CLOSE) {
            char c = text.charAt(at++);
            if (c == ESCAPE && at < end) {
                c = text.charAt(at++);
                if (c != CLOSE) {
                    label.append(ESCAPE); // an escape of the label's own grammar
                }
            }
            label.append(c);
        }
        if (!accept(CLOSE) || (at < end && text.charAt(at) != BETWEEN)) {
            throw invalid("a facet is a label between '<' and '>'");
        }
        return label.toString();
    }

    private String name() {
        if (at < end && (text.charAt(at) == HOME || text.charAt(at) == CURRENT)) {
            throw invalid("a name beginning with '~' or '%' is written with a backslash before it");
        }
        var name = new StringBuilder();
        while (at < end && text.charAt(at) != BETWEEN) {
            char c = text.charAt(at++);
            if (c == ESCAPE) {
                if (at == end || "<~%\\".indexOf(text.charAt(at)) < 0) {
                    throw invalid("a backslash in a name stands before '<', '~', '%' or a backslash");
                }
                c = text.charAt(at++);
            }
            name.append(c);
        }
        return name.toString();
    }

    /// Whether the step here is `c` alone; consumes it.
    private boolean stands(char c) {
        return (at + 1 == end || (at + 1 < end && text.charAt(at + 1) == BETWEEN)) && accept(c);
    }

    private boolean accept(char c) {
        boolean found = at < end && text.charAt(at) == c;
        if (found) {
            at++;
        }
        return found;
    }

    private void stripColons() {
        while (at < end && text.charAt(at) == BETWEEN) {
            at++;
        }
        while (end > at && text.charAt(end - 1) == BETWEEN) {
            end--;
        }
    }

    private static Refused invalid(String message) {
        return new Refused(Refusal.INVALID, message);
    }
}
