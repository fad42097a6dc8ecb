package dev.sluice.cli.command;

import dev.sluice.cli.config.Setting;
import java.util.ArrayList;
import java.util.List;

/// The manual page (`man` macros of roff), made from the table of words itself.
final class ManPage {
    private final StringBuilder out = new StringBuilder();

    private ManPage() {}

    static String of(Word root) {
        var page = new ManPage();
        page.begin(root);
        page.commands(List.of(root));
        page.end();
        return page.out.toString();
    }

    private void begin(Word root) {
        line(".TH SLUICE 1 \"\" \"sluice " + ProgramWords.VERSION + "\" \"Sluice\"");
        line(".SH NAME");
        line("sluice \\- " + text(root.summary()));
        line(".SH SYNOPSIS");
        line(".B sluice");
        line("COMMAND [FLAGS]");
        line(".SH DESCRIPTION");
        line(text(
                "Words come first, then arguments; flags stand anywhere behind the word that they belong to. -- ends the"
                        + " flags. help in front of the words is the same as --help behind them."));
        examples(root);
        line(".SH GLOBAL FLAGS");
        flags(GlobalFlags.ALL);
        line(".SH COMMANDS");
    }

    /// All words below the last one of `path`, each before those below itself.
    private void commands(List<Word> path) {
        for (Word child : path.getLast().children()) {
            var longer = new ArrayList<>(path);
            longer.add(child);
            command(longer);
            commands(longer);
        }
    }

    private void command(List<Word> path) {
        Word word = path.getLast();
        line(".SS \"" + text(Help.synopsis(path)) + "\"");
        line(text(word.summary()));
        if (!word.aliases().isEmpty()) {
            line(text("Also: " + String.join(", ", word.aliases()) + "."));
        }
        for (Word.Positional argument : word.positionals()) {
            item(argument.label(), argument.description());
        }
        flags(word.flags());
        if (word.action().isPresent()) {
            examples(word);
        }
    }

    private void flags(List<Flag> flags) {
        for (Flag flag : flags) {
            String names = String.join(", ", flag.names());
            item(names + (flag.hasValue() ? " " + flag.label() : ""), flag.description());
        }
    }

    private void examples(Word word) {
        line(".PP");
        line(".EX");
        word.examples().forEach(example -> line(text(example)));
        line(".EE");
    }

    private void end() {
        line(".SH ENVIRONMENT");
        item("SLUICE_CONFIG", "the configuration file, where --config does not name one");
        for (Setting setting : Setting.values()) {
            if (!setting.variable().isEmpty()) {
                item(setting.variable(), "as " + setting.flag());
            }
        }
        line(".SH FILES");
        item("~/.sluice/config.json", "contexts: servers, and who one is there");
        line(".SH EXIT STATUS");
        item("0", "yes");
        item("1", "no: the server refused, what was waited for failed, or nobody could be asked");
        item("2", "the command line makes no sense");
    }

    private void item(String term, String meaning) {
        line(".TP");
        line(".B " + text(term));
        line(text(meaning));
    }

    private void line(String line) {
        out.append(line).append('\n');
    }

    /// As it stands: no escape, no request, and each dash one that can be typed.
    private static String text(String plain) {
        String escaped = plain.replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("\"", "\\(dq")
                .replace("'", "\\(aq");
        return escaped.startsWith(".") ? "\\&" + escaped : escaped;
    }
}
