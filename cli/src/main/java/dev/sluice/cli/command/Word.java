package dev.sluice.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Describes one word of the command line: a command, with what may follow it and what it does, a group of further
/// words, or both.
public final class Word {
    private final String name;
    private final String summary;
    private final @Nullable Action action;
    private final List<String> aliases = new ArrayList<>();
    private final List<Positional> positionals = new ArrayList<>();
    private final List<Flag> flags = new ArrayList<>();
    private final List<Word> children = new ArrayList<>();
    private final List<String> examples = new ArrayList<>();
    private final List<String> formats = new ArrayList<>();
    private boolean isLent;
    private boolean isOfNoOrganization;

    record Positional(String label, String description, boolean isRequired) {}

    /// A command.
    Word(String name, String summary, Action action) {
        this.name = name;
        this.summary = summary;
        this.action = action;
    }

    /// A group, which does nothing by itself.
    Word(String name, String summary, List<Word> children) {
        this.name = name;
        this.summary = summary;
        this.action = null;
        this.children.addAll(children);
    }

    /// A group that is a command as well: with flags of its own, which go without a further word.
    Word(String name, String summary, List<Word> children, Action action) {
        this.name = name;
        this.summary = summary;
        this.action = action;
        this.children.addAll(children);
    }

    Word alias(String alias) {
        aliases.add(alias);
        return this;
    }

    /// The next positional argument; it must be given.
    Word required(String label, String description) {
        positionals.add(new Positional(label, description, true));
        return this;
    }

    /// The next positional argument; it may be left out.
    Word optional(String label, String description) {
        positionals.add(new Positional(label, description, false));
        return this;
    }

    Word flag(Flag flag) {
        flags.add(flag);
        return this;
    }

    /// A flag with a value.
    Word option(String flag, String label, String description) {
        return flag(Flag.valued(label, description, flag));
    }

    /// Formats of its own, beside those that every command prints.
    Word alsoPrints(String... formats) {
        this.formats.addAll(List.of(formats));
        return this;
    }

    /// Policies lend something to this word's requests, and to those of all words below: one may ask to act as the
    /// whole organization.
    Word lent() {
        isLent = true;
        for (Word child : children) {
            child.lent();
        }
        return this;
    }

    /// It makes no difference to this word, nor to those below, which organization one acts in.
    Word ofNoOrganization() {
        isOfNoOrganization = true;
        for (Word child : children) {
            child.ofNoOrganization();
        }
        return this;
    }

    /// A complete line as one would type it.
    Word example(String line) {
        examples.add(line);
        return this;
    }

    public String name() {
        return name;
    }

    public Optional<Action> action() {
        return Optional.ofNullable(action);
    }

    String summary() {
        return summary;
    }

    List<String> aliases() {
        return aliases;
    }

    List<Positional> positionals() {
        return positionals;
    }

    List<Flag> flags() {
        return flags;
    }

    /// Whether a flag of a group has the same meaning for this word.
    boolean takes(Flag flag) {
        return flags.contains(flag);
    }

    List<String> formats() {
        return formats;
    }

    /// Whether this flag says nothing to this word, of those that every command is written with.
    boolean isDeafTo(String flag) {
        return switch (flag) {
            case GlobalFlags.AS_ORGANIZATION -> !isLent;
            case GlobalFlags.ORGANIZATION -> isOfNoOrganization;
            default -> false;
        };
    }

    List<Word> children() {
        return children;
    }

    /// Those of a group are the first ones of its words.
    List<String> examples() {
        return examples.isEmpty()
                ? children.stream().map(child -> child.examples.getFirst()).toList()
                : examples;
    }

    /// The word below this one that goes by `text`.
    Optional<Word> child(String text) {
        return children.stream()
                .filter(child -> child.name.equals(text) || child.aliases.contains(text))
                .findFirst();
    }
}
