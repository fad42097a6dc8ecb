package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.config.Setting;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/// What stood on the command line, after picocli has found it well-formed. A global flag may stand at any word; the
/// one furthest right of the words wins.
public final class Arguments {
    private final ParseResult root;
    private final ParseResult leaf;

    public Arguments(ParseResult root) {
        this.root = root;
        ParseResult last = root;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        this.leaf = last;
    }

    /// The positional argument at `index`, counted from 0.
    public Optional<String> positional(int index) {
        return Optional.ofNullable(leaf.matchedPositionalValue(index, null));
    }

    /// As [#positional], for one that picocli has found to be there.
    public String required(int index) {
        return positional(index).orElseThrow(() -> Failure.usage("argument " + (index + 1) + " is missing"));
    }

    public Optional<String> option(String name) {
        return Optional.ofNullable(leaf.matchedOptionValue(name, null));
    }

    /// All values of a flag that may be repeated.
    public List<String> options(String name) {
        return leaf.matchedOptionValue(name, List.of());
    }

    public boolean has(String flag) {
        return leaf.matchedOptionValue(flag, false);
    }

    /// The global flag `name`, wherever it stood.
    public Optional<String> global(String name) {
        Optional<String> value = Optional.empty();
        for (ParseResult at = root; at != null; at = at.hasSubcommand() ? at.subcommand() : null) {
            Object found = at.matchedOptionValue(name, null);
            value = found == null ? value : Optional.of(found.toString());
        }
        return value;
    }

    /// The global flags that set something.
    public Map<Setting, String> settings() {
        var flags = new EnumMap<Setting, String>(Setting.class);
        for (Setting setting : Setting.values()) {
            if (!setting.flag().isEmpty()) {
                global(setting.flag()).ifPresent(value -> flags.put(setting, value));
            }
        }
        if (global("--json").isPresent()) {
            flags.put(Setting.OUTPUT, "json");
        }
        return flags;
    }
}
