package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/// The command line makes no sense; the message points to the help of the word where that was seen.
final class BadUsage extends Failure {
    @Serial
    private static final long serialVersionUID = 1;

    BadUsage(String why, List<Word> path) {
        super(USAGE, why + "\nSee `" + path.stream().map(Word::name).collect(Collectors.joining(" ")) + " --help`.");
    }
}
