package dev.sluice.cli.command;

import dev.sluice.cli.config.Setting;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What stood on a well-formed command line.
public final class Arguments {
    private final List<Word> path;
    private final List<String> positionals;
    private final Map<String, List<String>> values;

    /// @param path the words, from the program's name to the command
    /// @param values by the flags' long names
    Arguments(List<Word> path, List<String> positionals, Map<String, List<String>> values) {
        this.path = List.copyOf(path);
        this.positionals = List.copyOf(positionals);
        this.values = Map.copyOf(values);
    }

    /// The words, from the program's name to the command.
    public List<Word> path() {
        return path;
    }

    /// The positional argument at `index`, counted from 0.
    public Optional<String> positional(int index) {
        return index < positionals.size() ? Optional.of(positionals.get(index)) : Optional.empty();
    }

    /// As [#positional], for one that the parser has found to be there.
    public String required(int index) {
        return positionals.get(index);
    }

    public Optional<String> option(String flag) {
        List<String> all = options(flag);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /// All values of a flag that may be repeated.
    public List<String> options(String flag) {
        return values.getOrDefault(flag, List.of());
    }

    /// Whether a flag without value was given.
    public boolean has(String flag) {
        return option(flag).equals(Optional.of("true"));
    }

    /// The flags that set something.
    public Map<Setting, String> settings() {
        var flags = new EnumMap<Setting, String>(Setting.class);
        for (Setting setting : Setting.values()) {
            option(setting.flag()).ifPresent(value -> flags.put(setting, value));
        }
        if (has("--json")) {
            flags.put(Setting.OUTPUT, "json");
        }
        return flags;
    }
}
