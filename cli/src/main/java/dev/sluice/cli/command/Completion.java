package dev.sluice.cli.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Writes the shell script that completes commands. It holds all words and flags, so those come at once; the names of
/// what the server has are asked of it, for [CompletionNames#PATIENCE] at most, and are missing where it does not
/// answer.
final class Completion {
    /// Shells that it is written for.
    enum Shell {
        BASH,
        ZSH,
        FISH
    }

    private final Map<String, String> steps = new LinkedHashMap<>();
    private final Map<String, String> offers = new LinkedHashMap<>();
    private final Map<String, String> offersOfFish = new LinkedHashMap<>();
    private final Map<String, String> names = new LinkedHashMap<>();

    private Completion(Word root) {
        visit(root, "");
    }

    static String script(Word root, Shell shell) {
        var completion = new Completion(root);
        return switch (shell) {
            case BASH -> completion.bash(root) + "complete -o default -F _sluice_words sluice ./sluice";
            case ZSH ->
                "#compdef sluice ./sluice\nautoload -U +X bashcompinit && bashcompinit\n" + completion.bash(root)
                        + "complete -o default -F _sluice_words sluice ./sluice\n"
                        + "[[ ${funcstack[1]-} != _sluice ]] || _bash_complete -o default -F _sluice_words";
            case FISH -> completion.fish(root);
        };
    }

    private String bash(Word root) {
        return """
                _sluice_words() {
                    local current=${COMP_WORDS[COMP_CWORD]} path= words= flags= kind= last= i
                    COMPREPLY=()
                    for ((i = 1; i < COMP_CWORD; i++)); do
                        case "${COMP_WORDS[i]}" in
                            %s)
                                last=${COMP_WORDS[i]}
                                if [[ ${COMP_WORDS[i + 1]} == "=" ]]; then ((i++)); fi
                                ((i++))
                                continue ;;
                        esac
                        case "$path ${COMP_WORDS[i]}" in
                %s        esac
                    done
                    if ((i > COMP_CWORD)); then # the value of a flag: perhaps a file
                        case "$last" in
                %s            *) return ;;
                        esac
                    else
                        case "$path" in
                %s        esac
                        case "$path" in
                %s        esac
                    fi
                    if [[ $current == -* || -z $words$kind ]]; then
                        words="$words $flags"
                    elif [[ -n $kind ]]; then
                        words="$words $(sluice completion names "$kind" 2>/dev/null)"
                    fi
                    COMPREPLY=($(compgen -W "$words" -- "$current"))
                }
                """.formatted(
                        valued(root).collect(Collectors.joining("|")),
                        arms(steps, "            %s) path=\"%s\" ;;\n"),
                        arms(flagKinds(root), "            %s) kind=%s ;;\n"),
                        arms(quoted(offers), "            %s) %s ;;\n"),
                        arms(quoted(names), "            %s) kind=%s ;;\n"));
    }

    private static String arms(Map<String, String> all, String arm) {
        return all.entrySet().stream()
                .map(one -> arm.replaceFirst("%s", quotedForReplacement(one.getKey()))
                        .replaceFirst("%s", quotedForReplacement(one.getValue())))
                .collect(Collectors.joining());
    }

    private static String quotedForReplacement(String text) {
        return Matcher.quoteReplacement(text);
    }

    private static Map<String, String> quoted(Map<String, String> all) {
        var quoted = new LinkedHashMap<String, String>();
        all.forEach((key, value) -> quoted.put("\"" + key + "\"", value));
        return quoted;
    }

    private String fish(Word root) {
        return """
                function __sluice_offers
                    set -l path ""
                    set -l flag ""
                    for word in (commandline -opc)[2..]
                        if test -n "$flag"
                            set flag ""
                            continue
                        end
                        switch "$word"
                            case %s
                                set flag "$word"
                                continue
                        end
                        switch "$path $word"
                %s        end
                    end
                    set -l kind ""
                    set -l words
                    set -l flags
                    if test -n "$flag"
                        switch "$flag"
                %s            case "*"
                                __fish_complete_path (commandline -ct)
                                return
                        end
                    else
                        switch "$path"
                %s        end
                        switch "$path"
                %s        end
                    end
                    printf '%%s\\n' $words
                    if test -z "$kind$words"; or string match -q -- '-*' (commandline -ct)
                        printf '%%s\\n' $flags
                        __fish_complete_path (commandline -ct)
                    else if test -n "$kind"
                        sluice completion names $kind 2>/dev/null
                    end
                end
                complete -c sluice -f -a "(__sluice_offers)\"""".formatted(
                        valued(root).collect(Collectors.joining(" ")),
                        arms(spaced(steps), "            case %s\n                set path \"%s\"\n"),
                        arms(spaced(flagKinds(root)), "            case %s\n                set kind %s\n"),
                        arms(quoted(offersOfFish), "            case %s\n                %s\n"),
                        arms(quoted(names), "            case %s\n                set kind %s\n"));
    }

    private static Map<String, String> spaced(Map<String, String> all) {
        var spaced = new LinkedHashMap<String, String>();
        all.forEach((key, value) -> spaced.put(key.replace('|', ' '), value));
        return spaced;
    }

    /// The flags that are followed by a value.
    private static Stream<String> valued(Word root) {
        return Stream.concat(flags(root), GlobalFlags.ALL.stream())
                .filter(Flag::hasValue)
                .flatMap(flag -> flag.names().stream())
                .distinct();
    }

    /// The flags whose values have names, and of which kind: unless another word means something else by them.
    private static Map<String, String> flagKinds(Word root) {
        var kinds = new LinkedHashMap<String, String>();
        Stream.concat(flags(root), GlobalFlags.ALL.stream())
                .filter(Flag::hasValue)
                .forEach(flag -> flag.names()
                        .forEach(name -> kinds.merge(
                                name,
                                CompletionNames.ofLabel(flag.label()).orElse(""),
                                (one, other) -> one.equals(other) ? one : "")));
        kinds.values().removeIf(String::isEmpty);
        return kinds;
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
            steps.put(patterns, canonical);
            visit(child, canonical);
        }
        String words = word.children().stream().map(Word::name).collect(Collectors.joining(" "));
        String flags = String.join(" ", flagsAt(word));
        offers.put(path, "words=\"" + words + "\" flags=\"" + flags + "\"");
        offersOfFish.put(path, "set words " + words + "; set flags " + flags);
        CompletionNames.of(word, path).ifPresent(kind -> names.put(path, kind));
    }

    /// A group's own are for a command that it is as well.
    private static List<String> flagsAt(Word word) {
        var flags = new ArrayList<>(word.flags().stream().map(Flag::name).toList());
        if (word.children().isEmpty()) {
            GlobalFlags.ALL.forEach(flag -> flags.add(flag.name()));
        }
        return flags;
    }
}
