package dev.sluice.cli.command;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// Describes one command: its word, what may follow it, what it does, and examples of it.
final class Word {
    private final CommandSpec spec;
    private final List<String> examples = new ArrayList<>();
    private int positionals;

    Word(String name, String summary, Action action) {
        this.spec = CommandSpec.wrapWithoutInspection(action).name(name);
        spec.usageMessage().description(summary);
    }

    Word alias(String alias) {
        spec.aliases(alias);
        return this;
    }

    /// The next positional argument; it must be given.
    Word required(String label, String description) {
        return positional(label, "1", description);
    }

    /// The next positional argument; it may be left out.
    Word optional(String label, String description) {
        return positional(label, "0..1", description);
    }

    private Word positional(String label, String arity, String description) {
        spec.addPositional(PositionalParamSpec.builder()
                .index(Integer.toString(positionals++))
                .arity(arity)
                .type(String.class)
                .paramLabel(label)
                .description(description)
                .build());
        return this;
    }

    /// A flag with a value.
    Word option(String flag, String label, String description) {
        spec.addOption(GlobalFlags.valued(label, description, flag).build());
        return this;
    }

    /// As [#option], with a short name too.
    Word option(String shortFlag, String flag, String label, String description) {
        spec.addOption(GlobalFlags.valued(label, description, shortFlag, flag).build());
        return this;
    }

    /// A flag with a value that must be given.
    Word requiredOption(String flag, String label, String description) {
        spec.addOption(
                GlobalFlags.valued(label, description, flag).required(true).build());
        return this;
    }

    /// A flag with a value that may be given several times.
    Word repeatable(String flag, String label, String description) {
        spec.addOption(OptionSpec.builder(flag)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(label)
                .description(description)
                .build());
        return this;
    }

    /// A flag without a value.
    Word flag(String flag, String description) {
        spec.addOption(GlobalFlags.bare(description, flag).build());
        return this;
    }

    /// A complete line as one would type it.
    Word example(String line) {
        examples.add(line);
        return this;
    }

    String firstExample() {
        return examples.getFirst();
    }

    CommandSpec build() {
        GlobalFlags.addHiddenTo(spec);
        GlobalFlags.explain(spec, examples);
        return spec;
    }
}
