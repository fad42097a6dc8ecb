package dev.sluice.fs;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import java.util.ArrayList;
import java.util.List;

/// Where an object is: steps from the root, each a name or a facet. Only an identifier: having one opens nothing.
///
/// Text form (contracts/faasten.md 2.2 `[R]`): steps joined by `:`, outer colons ignored; `<label>` is a facet;
/// a first step `~` is the caller's home; a step `%` is the facet of the caller's current label; a backslash makes
/// the next character of a name literal. Everything else is an error, never a wider path.
///
/// @param steps at most [#STEPS_MAX]
public record FsPath(List<Step> steps) {
    public static final int STEPS_MAX = 32;
    public static final int NAME_CHARS_MAX = 255;
    public static final int TEXT_CHARS_MAX = 16_384;

    /// One step of a path.
    public sealed interface Step {
        /// An entry of a directory: not empty, no control character, no colon, neither `.` nor `..`.
        record Name(String text) implements Step {
            public Name {
                if (text.isEmpty()
                        || text.length() > NAME_CHARS_MAX
                        || text.equals(".")
                        || text.equals("..")
                        || text.indexOf(':') >= 0
                        || text.chars().anyMatch(c -> Character.isISOControl(c) || Character.isSurrogate((char) c))) {
                    throw invalid("a name is 1 to " + NAME_CHARS_MAX
                            + " characters without colons or control characters, and not '.' or '..'");
                }
            }
        }

        /// The directory of one label in a faceted directory.
        record Facet(Label label) implements Step {}
    }

    public FsPath {
        steps = List.copyOf(steps);
        if (steps.size() > STEPS_MAX) {
            throw invalid("a path has at most " + STEPS_MAX + " steps");
        }
    }

    public static final FsPath ROOT = new FsPath(List.of());

    /// `:home:<label>`, the facet of `label` in everybody's home.
    public static FsPath home(Label label) {
        return ROOT.child("home").facet(label);
    }

    public FsPath child(String name) {
        return plus(new Step.Name(name));
    }

    public FsPath facet(Label label) {
        return plus(new Step.Facet(label));
    }

    public FsPath plus(Step step) {
        var longer = new ArrayList<>(steps);
        longer.add(step);
        return new FsPath(longer);
    }

    /// All steps but the last.
    ///
    /// @throws Refused `INVALID` at the root
    public FsPath parent() {
        requireSteps();
        return new FsPath(steps.subList(0, steps.size() - 1));
    }

    /// The last step, which must be a name: what create, link and unlink act on.
    ///
    /// @throws Refused `INVALID` at the root or at a facet
    public String name() {
        requireSteps();
        if (steps.getLast() instanceof Step.Name(String text)) {
            return text;
        }
        throw invalid("the last step of this path must be a name");
    }

    /// Reads the text form.
    ///
    /// @param self    what `~` stands for: the identity (or privilege) of who asks
    /// @param current what `%` stands for: the label of who asks
    /// @throws Refused `INVALID` for anything that is not a canonical path
    public static FsPath parse(String text, Component self, Label current) {
        if (text.length() > TEXT_CHARS_MAX) {
            throw invalid("a path is at most " + TEXT_CHARS_MAX + " characters");
        }
        int from = 0;
        int to = text.length();
        while (from < to && text.charAt(from) == ':') {
            from++;
        }
        while (to > from && text.charAt(to - 1) == ':' && !escaped(text, from, to - 1)) {
            to--;
        }
        if (from == to) {
            return ROOT;
        }
        var steps = new ArrayList<Step>();
        for (String part : split(text.substring(from, to))) {
            addStep(part, steps, self, current);
        }
        if (steps.getFirst() instanceof Step.Facet) {
            throw invalid("a path begins with a name, not with a facet");
        }
        return new FsPath(steps);
    }

    /// The text form, without `~` and `%`: [#parse] gives this path again.
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (Step step : steps) {
            if (!text.isEmpty()) {
                text.append(':');
            }
            switch (step) {
                case Step.Name(String name) -> text.append(escape(name));
                case Step.Facet(Label label) ->
                    text.append('<')
                            .append(label.toString().replace(">", "\\>"))
                            .append('>');
            }
        }
        return text.toString();
    }

    private static String escape(String name) {
        String escaped = name.replace("\\", "\\\\");
        return "<~%".indexOf(name.charAt(0)) >= 0 ? "\\" + escaped : escaped;
    }

    private static void addStep(String part, List<Step> steps, Component self, Label current) {
        if (part.equals("~")) {
            if (!steps.isEmpty()) {
                throw invalid("'~' stands only at the beginning of a path; write '\\~' for a name");
            }
            steps.add(new Step.Name("home"));
            steps.add(new Step.Facet(Label.of(self, self)));
        } else if (part.equals("%")) {
            steps.add(new Step.Facet(current));
        } else if (part.startsWith("<")) {
            steps.add(facetOf(part));
        } else {
            steps.add(new Step.Name(nameOf(part)));
        }
        if (steps.size() > STEPS_MAX) {
            throw invalid("a path has at most " + STEPS_MAX + " steps");
        }
    }

    private static Step facetOf(String part) {
        if (part.length() < 2 || !part.endsWith(">")) {
            throw invalid("a facet is a label between '<' and '>'");
        }
        return new Step.Facet(label(part.substring(1, part.length() - 1).replace("\\>", ">")));
    }

    /// Reads a label that came from outside.
    ///
    /// @throws Refused `INVALID`
    public static Label label(String text) {
        try {
            return Label.parse(text);
        } catch (LabelInvalid wrong) {
            throw invalid("that is not a label: write secrecy,integrity such as alice,alice or T,T");
        }
    }

    private static String nameOf(String part) {
        if (part.startsWith("~") || part.startsWith("%")) {
            throw invalid("a name beginning with '~' or '%' is written with a backslash before it");
        }
        var name = new StringBuilder(part.length());
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c == '\\') {
                i++;
                if (i == part.length() || "<~%\\".indexOf(part.charAt(i)) < 0) {
                    throw invalid("a backslash in a name stands before '<', '~', '%' or a backslash");
                }
                c = part.charAt(i);
            }
            name.append(c);
        }
        return name.toString();
    }

    /// Splits at colons outside of `<...>`.
    private static List<String> split(String text) {
        var parts = new ArrayList<String>();
        int start = 0;
        boolean inFacet = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (inFacet) {
                inFacet = c != '>';
            } else if (c == '<' && i == start) {
                inFacet = true;
            } else if (c == ':') {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        if (inFacet || parts.contains("")) {
            throw invalid("a path has no empty steps, and each '<' has its '>'");
        }
        return parts;
    }

    private static boolean escaped(String text, int from, int at) {
        int backslashes = 0;
        for (int i = at - 1; i >= from && text.charAt(i) == '\\'; i--) {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    private void requireSteps() {
        if (steps.isEmpty()) {
            throw invalid("the root itself cannot be meant here");
        }
    }

    private static Refused invalid(String message) {
        return new Refused(Refusal.INVALID, message);
    }
}
