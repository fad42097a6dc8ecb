package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The names that shells offer of what the server has.
final class CompletionTest extends RecordedTest {
    @Test
    void names_areWhatTheServerHas_andNothingThatAShellCouldRun() {
        server.reply(200, """
                [{"name":"hello"},{"name":"$(reboot)"},{"name":"a b"},{"name":"--force"},{"name":"b-2"}]""");
        assertThat(shell.run("completion", "names", "function")).isEqualTo(new Shell.Outcome(0, "hello\nb-2\n", ""));
        assertThat(server.asked().getLast().target()).isEqualTo("/v1/function");
        assertThat(shell.run("completion", "names", "nonsense").exitCode()).isEqualTo(2);
        shell.run("completion", "names", "serviceclass");
        assertThat(server.asked().getLast().target()).isEqualTo("/v1/serviceclass");
    }

    @Test
    void aServerThatRefuses_orIsSilent_costsNoMoreThanASecond() throws IOException {
        server.reply(403, "{\"code\":403,\"message\":\"no\"}");
        assertThat(shell.run("completion", "names", "secret")).isEqualTo(new Shell.Outcome(0, "", ""));
        try (var silent = new ServerSocket(0)) {
            long start = System.nanoTime();
            String port = Integer.toString(silent.getLocalPort());
            assertThat(shell.run("completion", "names", "image", "--port", port).out())
                    .isEmpty();
            assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sluice exec |function",
                "sluice get functions |function",
                "sluice update secret |secret",
                "sluice create function f x --image |image",
                "sluice exec f --secret |secret",
                "sluice create subscription |function",
                "sluice iam delete policy |policy",
                "sluice iam delete organization |organization",
                "sluice get service-classes |serviceclass",
                "sluice create serviceinstance db |serviceclass",
                "sluice create image py |base-image",
                "sluice create api a |function",
                "sluice delete event-drivers |event-driver",
                "sluice iam delete role |role",
                "sluice iam create key |serviceaccount",
                "sluice create function |",
                "sluice create secret |",
                "sluice create api a --path |",
            })
    void bash_asksForTheNamesOfWhatStandsThere(String line, String kind) throws IOException, InterruptedException {
        Path script = Files.writeString(
                home.resolve("bash"), shell.run("completion", "bash").out());
        String asks = """
                sluice() { printf 'asked-%s' "$3"; }
                source "$0"
                COMP_WORDS=($1 '')
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                _sluice_words
                printf '%s\\n' "${COMPREPLY[@]}" | grep ^asked || true""";
        Process bash = new ProcessBuilder("bash", "-c", asks, script.toString(), line)
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said).isEqualTo(kind == null ? "" : "asked-" + kind + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void eachScript_isOneThatItsShellCanRead(String name) throws IOException, InterruptedException {
        Path script = Files.writeString(
                home.resolve(name), shell.run("completion", name).out());
        assertThat(script).isNotEmptyFile();
        assumeThat(isThere(name)).as(name + " is installed").isTrue();
        Process process = new ProcessBuilder(name, "-n", script.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void fish_offersWordsAndFlags() throws IOException, InterruptedException {
        assumeThat(isThere("fish")).as("fish is installed").isTrue();
        Path script = Files.writeString(
                home.resolve("fish"), shell.run("completion", "fish").out());
        for (List<String> one : List.of(
                List.of("sluice cre", "create"),
                List.of("sluice --json get ru", "run"),
                List.of("sluice get runs f --la", "--last"),
                List.of("sluice create --fi", "--file"))) {
            String asks = "source " + script + "; complete -C '" + one.getFirst() + "'";
            var builder = new ProcessBuilder("fish", "--no-config", "-c", asks).redirectErrorStream(true);
            builder.environment().put("HOME", home.toString());
            Process fish = builder.start();
            assertThat(new String(fish.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .as(one.getFirst())
                    .isEqualTo(one.getLast() + "\n");
        }
    }

    private static boolean isThere(String shell) {
        return List.of("/bin", "/usr/bin").stream().anyMatch(bin -> Files.isExecutable(Path.of(bin, shell)));
    }
}
