package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.Keyboard;
import java.util.Optional;

/// Deleting something with all that it has, which nobody can undo: whoever sits at the terminal types its name first,
/// and a script says `--yes`.
final class Cascade {
    private static final String FLAG = "--cascade";
    private static final String YES = "--yes";

    private Cascade() {}

    static Word offeredBy(Word word) {
        return word.flag(Flag.bare("delete all that it has too, for good: asks for its name first", FLAG))
                .flag(Flag.bare("with --cascade: do not ask", "-y", YES));
    }

    /// What to add to the address of what is deleted: nothing unless it was asked for.
    ///
    /// @throws Failure if it was asked for, and nobody means it
    static String query(Arguments arguments, Session session, String name) {
        if (!arguments.has(FLAG)) {
            return "";
        }
        if (!arguments.has(YES)) {
            requireName(session, name);
        }
        return "?cascade=true";
    }

    private static void requireName(Session session, String name) {
        String what = "This deletes " + name + " with all that it has, for good.";
        Keyboard keyboard = session.terminal()
                .keyboard()
                .get()
                .orElseThrow(
                        () -> Failure.usage(what + "\nThere is no terminal to ask at: if you mean it, say " + YES));
        session.terminal().complain(what);
        session.terminal().err().flush();
        Optional<String> typed = keyboard.line("Type its name to go on: ");
        if (!typed.map(String::strip).equals(Optional.of(name))) {
            throw new Failure("that is not its name: nothing was done");
        }
    }
}
