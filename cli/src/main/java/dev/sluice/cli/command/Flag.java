package dev.sluice.cli.command;

import java.util.List;

/// What may follow a word as `--name`, `--name VALUE` or `--name=VALUE`.
///
/// @param names how it may be written; the long form, by which commands ask for it, comes last
/// @param label what stands for its value in help; empty for a flag that has none
record Flag(List<String> names, String label, Use use, String description) {
    enum Use {
        OPTIONAL,
        REQUIRED,
        REPEATABLE
    }

    static Flag valued(String label, String description, String... names) {
        return new Flag(List.of(names), label, Use.OPTIONAL, description);
    }

    static Flag bare(String description, String... names) {
        return new Flag(List.of(names), "", Use.OPTIONAL, description);
    }

    String name() {
        return names.getLast();
    }

    boolean hasValue() {
        return !label.isEmpty();
    }
}
