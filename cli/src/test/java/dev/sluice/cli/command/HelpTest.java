package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Help, completion and version: what the program says of itself.
final class HelpTest {
    private static final Pattern SHELL_WORD = Pattern.compile("'([^']*)'|(\\S+)");

    @TempDir
    Path home;

    private static List<List<Word>> paths() {
        var paths = new ArrayList<List<Word>>();
        collect(List.of(Vocabulary.root()), paths);
        return paths;
    }

    private static void collect(List<Word> path, List<List<Word>> paths) {
        paths.add(path);
        for (Word child : path.getLast().children()) {
            var longer = new ArrayList<>(path);
            longer.add(child);
            collect(longer, paths);
        }
    }

    @Test
    void everyWord_hasHelpWithAnExample_onNarrowTerminals() {
        for (var path : paths()) {
            var args = new ArrayList<>(path.stream().skip(1).map(Word::name).toList());
            args.add("--help");

            var outcome = new Shell(home).run(args.toArray(String[]::new));

            assertThat(outcome.exitCode()).isZero();
            assertThat(outcome.out()).startsWith("Usage: sluice").containsPattern("\nExamples?:\n {2}\\S");
            assertThat(outcome.out().lines())
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
        }
    }

    @Test
    void everyExample_isUnderstood() {
        for (var path : paths()) {
            for (String example : path.getLast().examples()) {
                String line = example.replaceFirst("^.*(\\./)?sluice ", "").replaceFirst("(\\)| [|>]).*$", "");
                if (example.startsWith("./") || example.startsWith("sluice up")) {
                    continue;
                }
                var args = SHELL_WORD
                        .matcher(line)
                        .results()
                        .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
                        .toList();

                assertThat(Parser.parse(args, Vocabulary.root()).path())
                        .as(example)
                        .hasSizeGreaterThan(1);
            }
        }
    }

    @Test
    void helpInFront_isHelpBehind() {
        assertThat(new Shell(home).run("help", "get", "run")).isEqualTo(new Shell(home).run("get", "run", "--help"));
        assertThat(new Shell(home).run("help")).isEqualTo(new Shell(home).run("--help"));
    }

    @Test
    void nothingAtAll_showsHelpAndFails() {
        var outcome = new Shell(home).run();

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).startsWith("Usage: sluice");
    }

    @Test
    void aWordOfTheLauncher_pointsToTheLauncher() {
        assertThat(new Shell(home).run("up").err()).contains("./sluice up");
    }

    @Test
    void completion_offersWordsAndFlags() throws IOException, InterruptedException {
        Path script = Files.writeString(
                home.resolve("completion"),
                new Shell(home).run("completion", "bash").out());

        assertThat(completed(script, "sluice", "cre")).isEqualTo("create");
        assertThat(completed(script, "sluice", "get", ""))
                .startsWith("function run ")
                .contains(" image");
        assertThat(completed(script, "sluice", "get", "runs", "--la")).isEqualTo("--last");
        assertThat(completed(script, "sluice", "--json", "fs", "mkd")).isEqualTo("mkdir");
        assertThat(completed(script, "sluice", "exec", "f", "--wa")).isEqualTo("--wait");
        assertThat(completed(script, "sluice", "create", "--fi")).isEqualTo("--file");
        for (var path : paths()) {
            var words = new ArrayList<>(path.stream().map(Word::name).toList());
            words.add("");
            List<Word> children = path.getLast().children();
            if (!children.isEmpty()) {
                assertThat(completed(script, words.toArray(String[]::new)))
                        .isEqualTo(String.join(
                                " ", children.stream().map(Word::name).toList()));
            }
        }
    }

    @Test
    void completion_leavesTheValuesOfFlagsAlone() throws IOException, InterruptedException {
        Path script = Files.writeString(
                home.resolve("completion"),
                new Shell(home).run("completion", "bash").out());

        assertThat(completed(script, "sluice", "login", "--key-file", "")).isEmpty();
        assertThat(completed(script, "sluice", "login", "--key-file", "=", "k")).isEmpty();
        assertThat(completed(script, "sluice", "--organization", "get", "iam", "cr"))
                .isEqualTo("create");
        assertThat(completed(script, "sluice", "--organization", "=", "get", "iam", "cr"))
                .isEqualTo("create");
        assertThat(completed(script, "sluice", "login", "--key-file", "k.pem", "--dev"))
                .isEqualTo("--device");
    }

    private static String completed(Path script, String... words) throws IOException, InterruptedException {
        String line =
                "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _sluice_words; echo \"${COMPREPLY[@]}\"";
        var command = new ArrayList<>(List.of("bash", "-c", line, script.toString()));
        command.addAll(List.of(words));
        Process bash = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).isZero();
        return output.strip();
    }

    @Test
    void completionForAnUnknownShell_isAUsageError() {
        assertThat(new Shell(home).run("completion", "tcsh").exitCode()).isEqualTo(2);
    }

    @Test
    void theVersion_isThatOfTheBuild() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));

        assertThat(pom).contains("<version>" + ProgramWords.VERSION.substring(1) + "</version>");
    }
}
