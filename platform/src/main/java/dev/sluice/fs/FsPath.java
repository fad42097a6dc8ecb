package dev.sluice.fs;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where an object is: steps from the root, each a name or a facet. Only an identifier: having one opens nothing.
///
/// Text form: steps joined by `:`, outer colons ignored; `<label>` is a facet; a first step `~` is the caller's home;
/// a step `%` is the facet of the caller's current label; a name that begins like one of these has a backslash before
/// it. Everything else is an error, never a wider path.
///
/// A path may also begin with an object that was opened before ([LabeledFs#open]) and is walked from there.
///
/// @param steps at most [#STEPS_MAX], the first a name or an opened object, which no other is
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

        /// An object that this room has opened for a task, in place of the way to it. Only [LabeledFs] makes one;
        /// it has no text that [#parse] reads.
        final class Opened implements Step {
            private final Node node;

            Opened(Node node) {
                this.node = node;
            }

            Node node() {
                return node;
            }

            @Override
            public boolean equals(@Nullable Object other) {
                return other instanceof Opened opened && node.equals(opened.node);
            }

            @Override
            public int hashCode() {
                return node.hashCode();
            }

            @Override
            public String toString() {
                return PathParser.OPENED;
            }
        }
    }

    public FsPath {
        steps = List.copyOf(steps);
        if (steps.size() > STEPS_MAX) {
            throw invalid("a path has at most " + STEPS_MAX + " steps");
        }
        if (!steps.isEmpty() && steps.getFirst() instanceof Step.Facet) {
            throw invalid("a path begins with a name, not with a facet");
        }
        if (steps.stream().skip(1).anyMatch(Step.Opened.class::isInstance)) {
            throw invalid("an opened object stands only at the beginning of a path");
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
    /// @throws Refused `INVALID` at the root and at an opened object
    public FsPath parent() {
        requirePlace();
        return new FsPath(steps.subList(0, steps.size() - 1));
    }

    /// The last step, which must be a name: what create, link and unlink act on.
    ///
    /// @throws Refused `INVALID` at the root, at a facet and at an opened object
    public String name() {
        requirePlace();
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
    /// [#TEXT_CHARS_MAX] and begins at the root.
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

    private void requirePlace() {
        if (steps.isEmpty() || steps.getLast() instanceof Step.Opened) {
            throw invalid("the root or an opened object itself cannot be meant here: name something in it");
        }
    }

    private static Refused invalid(String message) {
        return new Refused(Refusal.INVALID, message);
    }
}
