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
/// Text form: steps joined by `:`, outer colons ignored; `<label>` is a facet; a first step `~` is the caller's home;
/// a step `%` is the facet of the caller's current label; a name that begins like one of these has a backslash before
/// it. Everything else is an error, never a wider path.
///
/// @param steps at most [#STEPS_MAX], the first a name
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
                        || text.codePoints().anyMatch(Name::isForbidden)) {
                    throw invalid("a name is 1 to " + NAME_CHARS_MAX
                            + " characters without colons or control characters, and not '.' or '..'");
                }
            }

            /// Control characters, and half a character: it would be stored as another one.
            private static boolean isForbidden(int character) {
                return Character.isISOControl(character)
                        || (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE);
            }
        }

        /// The directory of one label in a faceted directory.
        record Facet(Label label) implements Step {}
    }

    public FsPath {
        steps = List.copyOf(steps);
        if (steps.size() > STEPS_MAX) {
            throw tooManySteps();
        }
        if (!steps.isEmpty() && steps.getFirst() instanceof Step.Facet) {
            throw invalid("a path begins with a name, not with a facet");
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
        return PathParser.path(text, self, current);
    }

    /// The text form without `~` and `%`, which [#parse] reads as this path again if it is not over
    /// [#TEXT_CHARS_MAX].
    @Override
    public String toString() {
        return PathParser.print(steps);
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

    private void requireSteps() {
        if (steps.isEmpty()) {
            throw invalid("the root itself cannot be meant here");
        }
    }

    static Refused tooManySteps() {
        return invalid("a path has at most " + STEPS_MAX + " steps");
    }

    private static Refused invalid(String message) {
        return new Refused(Refusal.INVALID, message);
    }
}
