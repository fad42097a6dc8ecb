package dev.sluice.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// What a process is given by whoever starts it.
///
/// @param out for results only
/// @param err for everything else
/// @param home the user's home directory
/// @param keyboard finds whom to ask; nobody where a script runs the program
public record Terminal(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        Path home,
        Clock clock,
        Supplier<Optional<Keyboard>> keyboard) {
    public Terminal {
        environment = Map.copyOf(environment);
    }

    /// A message for people. What a server sent must not steer the terminal, so control characters become `?`.
    public void complain(String message) {
        out.flush(); // what was said before comes before
        var line = new StringBuilder(message.length());
        message.codePoints().forEach(c -> line.appendCodePoint(c != '\n' && Character.isISOControl(c) ? '?' : c));
        err.println(line);
        err.flush(); // progress is for whoever waits
    }
}
