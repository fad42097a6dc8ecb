package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InitWordsTest extends RecordedTest {
    @ParameterizedTest
    @CsvSource({
        "python3, hello.py, hello.handle",
        "nodejs, hello.js, ./hello.js",
        "java, Hello.java, Hello",
        "powershell, hello.ps1, hello.ps1::handle",
    })
    void aDirectory_isMade_thatABatchDeploys(String language, String source, String handler) throws IOException {
        Path directory = home.resolve("my greeter");
        var outcome = shell.run("init", "--lang", language, directory.toString());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).startsWith("Created " + source + ", sluice.yaml and README.md in ");
        assertThat(Files.readAllLines(directory.resolve("README.md")))
                .hasSize(10)
                .contains("# my-greeter")
                .noneMatch(line -> line.contains("SOURCE") || line.contains("NAME"));

        assertThat(shell.run("create", "-f", "sluice.yaml", "-w", directory.toString())
                        .out())
                .isEqualTo("Created Function: my-greeter\n");
        assertThat(server.only().text())
                .contains(
                        "\"image\":\"" + language + "\"",
                        "\"handler\":\"" + handler + "\"",
                        "\"sourcePath\":\"" + source + "\"",
                        "\"source\":\"H4sI");
    }

    @Test
    void whatIsThere_isLeftAsItIs() throws IOException {
        Path mine = Files.writeString(home.resolve("README.md"), "mine");
        var outcome = shell.run("init", "--lang", "nodejs", home.toString(), "--name", "f");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("README.md is there already: nothing was written");
        assertThat(mine).hasContent("mine");
        assertThat(home.resolve("hello.js")).doesNotExist();
    }

    @Test
    void anUnknownLanguage_orNoName_isAUsageError() {
        assertThat(shell.run("init", "--lang", "cobol", home.toString()).err())
                .contains("the language is one of python3, nodejs, java, powershell, not cobol");
        assertThat(shell.run("init", "--lang", "java", home.resolve("ß").toString())
                        .err())
                .contains("say --name NAME");
        assertThat(home.resolve("Hello.java")).doesNotExist();
    }
}
