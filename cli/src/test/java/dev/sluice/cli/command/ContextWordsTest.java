package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

final class ContextWordsTest extends RecordedTest {
    @Test
    void aContext_isAdded_listed_andUsed() throws IOException {
        String port = String.valueOf(server.port());
        assertThat(shell.run(
                                "context",
                                "add",
                                "blue",
                                "--host",
                                "127.0.0.1",
                                "--port",
                                port,
                                "--scheme",
                                "http",
                                "--organization",
                                "blue")
                        .out())
                .isEqualTo("Added context blue\n");
        assertThat(shell.run("context", "list").out()).contains("* local").contains("blue");
        assertThat(shell.run("context", "use", "blue").out()).isEqualTo("Set context to blue\n");
        shell.run("iam", "get", "organizations");
        assertThat(server.only().header("X-Dispatch-Org")).isEqualTo("blue");
        assertThat(Files.readString(shell.config())).contains("\"port\": " + port);
    }

    @Test
    void aContextThatIsThere_orHasNoHost_isNotAdded() throws IOException {
        String before = Files.readString(shell.config());
        assertThat(shell.run("context", "add", "local", "--host", "h").err()).contains("already");
        assertThat(shell.run("context", "add", "other").exitCode()).isEqualTo(2);
        assertThat(shell.run("context", "add", "other", "--host", "h", "--port", "x")
                        .exitCode())
                .isEqualTo(1);
        assertThat(shell.run("context", "use", "other").err()).startsWith("No such context other\nThere are: ");
        assertThat(Files.readString(shell.config())).isEqualTo(before);
    }

    @Test
    void whatLogsOneIn_isNotShown() throws IOException {
        shell.configured("""
                {"current": "a", "contexts": {"a": {"host": "h", "cookie": "_oauth2_proxy=secret"},
                  "b": {"token": "secret", "cookie": ""}}}
                """);
        for (String line : new String[] {"context list -o json", "manage context -o yaml", "context list"}) {
            assertThat(shell.run(line.split(" ")).out()).as(line).contains("a").doesNotContain("secret");
        }
        assertThat(shell.run("context", "list", "-o", "json").out())
                .contains("\"cookie\": \"(hidden)\"", "\"cookie\": \"\"");
    }
}
