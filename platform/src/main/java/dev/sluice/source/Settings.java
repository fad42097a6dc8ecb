package dev.sluice.source;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What the author of a driver set, by name. Each refusal says what to set instead; it shows no value.
///
/// @param values a flag's is empty
public record Settings(Map<String, String> values) {
    private static final int TEXT_CHARS_MAX = 1024;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final Pattern EVENT_TYPE = Pattern.compile("[\\w.-]{1,128}");
    private static final List<String> NO_OR_YES = List.of("false", "true");

    public Settings {
        values = Map.copyOf(values);
    }

    /// @throws Refused `INVALID`
    void requireAmong(Set<String> names) {
        values.forEach((name, value) -> {
            if (!names.contains(name)) {
                throw invalid("it has a setting that means nothing to it: its settings are "
                        + String.join(", ", names.stream().sorted().toList()));
            }
            if (value.length() > TEXT_CHARS_MAX) {
                throw invalid("the setting " + name + " has more than " + TEXT_CHARS_MAX + " characters");
            }
        });
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
    }

    /// @throws Refused `INVALID`
    String text(String name, String example) {
        return text(name)
                .orElseThrow(() -> invalid("it needs the setting " + name + ", as in " + name + "=" + example));
    }

    /// @throws Refused `INVALID`
    String text(String name, String otherwise, Pattern form, String said) {
        String value = text(name).orElse(otherwise);
        if (!form.matcher(value).matches()) {
            throw invalid("the setting " + name + " is " + said);
        }
        return value;
    }

    /// @throws Refused `INVALID`
    int number(String name, int otherwise, int min, int max) {
        Optional<String> stated = text(name);
        if (stated.isEmpty()) {
            return otherwise;
        }
        int number = NUMBER.matcher(stated.get()).matches() ? Integer.parseInt(stated.get()) : -1;
        if (number < min || number > max) {
            throw invalid("the setting " + name + " is a number from " + min + " to " + max);
        }
        return number;
    }

    /// One of some words; the first where none is said.
    ///
    /// @throws Refused `INVALID`
    String word(String name, List<String> words) {
        String word = text(name).orElse(words.getFirst());
        if (!words.contains(word)) {
            throw invalid("the setting " + name + " is one of " + String.join(", ", words));
        }
        return word;
    }

    /// @throws Refused `INVALID`
    boolean flag(String name) {
        return values.containsKey(name)
                && (values.getOrDefault(name, "").isEmpty()
                        || word(name, NO_OR_YES).equals("true"));
    }

    /// @throws Refused `INVALID`
    String eventType(String otherwise) {
        return text("type", otherwise, EVENT_TYPE, "up to 128 letters, digits, underscores, dots and dashes");
    }

    /// What its events are to be labeled with, where that is said. Nobody vouches for what comes from outside.
    ///
    /// @throws Refused `INVALID`
    public Optional<Label> label() {
        return text("label").map(text -> {
            try {
                Label label = Label.parse(text);
                if (label.integrity().equals(Component.TRUE)) {
                    return label;
                }
            } catch (LabelInvalid wrong) {
                throw invalid("the setting label is no label: say SECRECY,T");
            }
            throw invalid("the setting label has an integrity: nobody vouches for what comes from outside, so say"
                    + " SECRECY,T");
        });
    }

    static Refused invalid(String why) {
        return new Refused(Refusal.INVALID, why);
    }
}
