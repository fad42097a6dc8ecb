package dev.sluice.cli;

import java.io.Console;
import java.util.Optional;

/// The keyboard of the terminal that this process was started in. The JDK shows again what is typed even when the
/// process ends meanwhile.
final class ConsoleKeyboard implements Keyboard {
    private final Console console;

    private ConsoleKeyboard(Console console) {
        this.console = console;
    }

    /// None where input or output is a pipe or a file.
    static Optional<Keyboard> find() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal).<Keyboard>map(ConsoleKeyboard::new);
    }

    @Override
    public Optional<String> line(String question) {
        return Optional.ofNullable(console.readLine("%s", question));
    }

    @Override
    public Optional<String> secret(String question) {
        return Optional.ofNullable(console.readPassword("%s", question)).map(String::new);
    }
}
