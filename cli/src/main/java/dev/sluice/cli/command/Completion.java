package dev.sluice.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Writes the shell script that completes commands. It holds all words and asks no program, so it answers at once.
final class Completion {
    private final StringBuilder steps = new StringBuilder();
    private final StringBuilder offers = new StringBuilder();

    private Completion() {}

    /// For bash, and for zsh, which lends bash's functions.
    static String script(Word root, boolean zsh) {
        var completion = new Completion();
        completion.visit(root, "");
        return (zsh ? "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n" : "")
                + """
                _sluice() {
                    local current=${COMP_WORDS[COMP_CWORD]} path= offers= i
                    COMPREPLY=()
                    for ((i = 1; i < COMP_CWORD; i++)); do
                        case "${COMP_WORDS[i]}" in
                            %s)
                                if [[ ${COMP_WORDS[i + 1]} == "=" ]]; then ((i++)); fi
                                ((i++))
                                continue ;;
                        esac
                        case "$path ${COMP_WORDS[i]}" in
                %s        esac
                    done
                    if ((i > COMP_CWORD)); then return; fi # the value of a flag: perhaps a file
                    case "$path" in
                %s    esac
                    COMPREPLY=($(compgen -W "$offers" -- "$current"))
                }
                complete -o default -F _sluice sluice ./sluice""".formatted(valued(root), completion.steps, completion.offers);
    }

    /// The flags that are followed by a value, as a pattern.
    private static String valued(Word root) {
        return Stream.concat(flags(root), GlobalFlags.ALL.stream())
                .filter(Flag::hasValue)
                .flatMap(flag -> flag.names().stream())
                .distinct()
                .collect(Collectors.joining("|"));
    }

    private static Stream<Flag> flags(Word word) {
        return Stream.concat(word.flags().stream(), word.children().stream().flatMap(Completion::flags));
    }

    private void visit(Word word, String path) {
        for (Word child : word.children()) {
            String canonical = path + " " + child.name();
            String patterns = Stream.concat(Stream.of(child.name()), child.aliases().stream())
                    .map(name -> "\"" + path + " " + name + "\"")
                    .collect(Collectors.joining("|"));
            steps.append("            ")
                    .append(patterns)
                    .append(") path=\"")
                    .append(canonical)
                    .append("\" ;;\n");
            visit(child, canonical);
        }
        offers.append("        \"").append(path).append("\") offers=\"");
        offers.append(String.join(" ", offersAt(word))).append("\" ;;\n");
    }

    /// Words in the place of words; flags only where nothing else is left to say.
    private static List<String> offersAt(Word word) {
        var offered = new ArrayList<>(word.children().stream().map(Word::name).toList());
        if (offered.isEmpty()) {
            word.flags().forEach(flag -> offered.add(flag.name()));
            GlobalFlags.ALL.forEach(flag -> offered.add(flag.name()));
        }
        return offered;
    }
}
