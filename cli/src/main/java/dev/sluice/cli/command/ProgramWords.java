package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// What concerns the program itself: its version, shell completion, and the words that its launcher keeps for itself.
final class ProgramWords {
    static final String VERSION = "v0.1.0";

    private ProgramWords() {}

    static Word version() {
        return new Word("version", "Show the versions of this client and of the server.", ProgramWords::version)
                .flag(Flag.bare("only this client's version; asks no server", "--client"))
                .example("sluice version")
                .example("sluice version --client");
    }

    static Word completion() {
        List<Word> shells = Arrays.stream(Completion.Shell.values())
                .map(ProgramWords::completionFor)
                .toList();
        return new Word(
                "completion",
                "Print a script by which a shell completes commands.",
                Stream.concat(shells.stream(), Stream.of(CompletionNames.word()))
                        .toList());
    }

    private static Word completionFor(Completion.Shell shell) {
        String name = shell.name().toLowerCase(Locale.ROOT);
        String example = switch (shell) {
            case BASH -> "source <(sluice completion bash)";
            case ZSH -> "sluice completion zsh > ~/.sluice.zsh && echo 'source ~/.sluice.zsh' >> ~/.zshrc";
            case FISH -> "sluice completion fish | source";
        };
        return new Word(name, "Print that of " + name + "; `sluice install` puts it in its place.", (_, session) -> {
                    session.say(Completion.script(Vocabulary.root(), shell));
                    return 0;
                })
                .ofNoOrganization()
                .example(example);
    }

    static Word man() {
        return new Word("man", "Print the manual page.", (_, session) -> {
                    session.terminal().out().print(ManPage.of(Vocabulary.root()));
                    return 0;
                })
                .example("sluice man | man -l -")
                .example("sluice man > ~/.local/share/man/man1/sluice.1");
    }

    /// A word that the launcher script carries out before this program is reached.
    static Word ofLauncher(String name, String summary, String example) {
        return new Word(name, summary, (_, _) -> {
                    throw Failure.usage("`" + name + "` is carried out by the launcher: run " + example);
                })
                .example(example);
    }

    private static int version(Arguments arguments, Session session) {
        Json.Obj client = Json.Obj.empty().with("version", VERSION);
        if (arguments.has("--client")) {
            session.print(Json.Obj.empty().with("client", client), () -> "Client: " + VERSION);
            return 0;
        }
        Json server = session.api().getAnonymously("/v1/version");
        String theirs = server instanceof Json.Obj object ? object.show("version") : "";
        Json both = Json.Obj.empty().with("client", client).with("server", server);
        session.print(both, () -> "Client: " + VERSION + "\nServer: " + theirs);
        return 0;
    }
}
