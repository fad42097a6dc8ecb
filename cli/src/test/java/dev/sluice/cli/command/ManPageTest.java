package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManPageTest {
    @TempDir
    Path home;

    private String page() {
        return new Shell(home).run("man").out();
    }

    @Test
    void eachWord_withItsFlagsAndExamples_isThere() {
        String plain = page().replace("\\-", "-")
                .replace("\\(dq", "\"")
                .replace("\\(aq", "'")
                .replace("\\e", "\\");
        assertThat(plain).startsWith(".TH SLUICE 1").contains(".SH EXIT STATUS", "SLUICE_TOKEN");
        contains(plain, Vocabulary.root());
    }

    private static void contains(String page, Word word) {
        assertThat(page).contains(word.name(), word.summary());
        word.aliases().forEach(alias -> assertThat(page).contains(alias));
        word.flags().forEach(flag -> assertThat(page).contains(flag.name(), flag.description()));
        word.positionals().forEach(argument -> assertThat(page).contains(argument.label(), argument.description()));
        List<String> examples = word.action().isPresent() ? word.examples() : List.of();
        examples.forEach(example -> assertThat(page).contains(example));
        word.children().forEach(child -> contains(page, child));
    }

    @Test
    void whatPrintsManuals_takesIt_withoutAWarning() throws IOException, InterruptedException {
        Path groff = Path.of("/usr/bin/groff");
        assumeTrue(Files.isExecutable(groff));
        Path file = Files.writeString(home.resolve("sluice.1"), page());
        Process process = new ProcessBuilder(List.of(groff.toString(), "-man", "-ww", "-Tutf8", file.toString()))
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("out").toFile())
                .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        String shown = Files.readString(home.resolve("out"), StandardCharsets.UTF_8);
        assertThat(shown).doesNotContain("warning", "error:").contains("SLUICE(1)");
    }
}
