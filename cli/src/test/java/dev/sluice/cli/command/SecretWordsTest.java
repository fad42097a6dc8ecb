package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Requests as Dispatch's client sends them (contracts: appendix A), and that values are shown to who asks for them.
final class SecretWordsTest extends RecordedTest {
    private static final String SESAME = "{\"id\":\"1-2\",\"name\":\"open-sesame\",\"kind\":\"Secret\",\"version\":1,"
            + "\"secrets\":{\"password\":\"OpenSesame\"},\"tags\":null}";

    private String file(String content) throws IOException {
        return Files.writeString(home.resolve("secret.json"), content).toString();
    }

    @Test
    void secrets_areMade_changedAndDeleted() throws IOException {
        String file = file("{\"password\": \"OpenSesame\"}");
        server.reply(201, SESAME).reply(201, SESAME).reply(204, "");
        assertThat(shell.run("create", "secret", "open-sesame", file))
                .isEqualTo(new Shell.Outcome(0, "Created secret: open-sesame\n", ""));
        assertThat(shell.run("update", "secret", "open-sesame", file, "-a", "app1"))
                .isEqualTo(new Shell.Outcome(0, "Updated secret: open-sesame\n", ""));
        assertThat(shell.run("delete", "secret", "open-sesame"))
                .isEqualTo(new Shell.Outcome(0, "Deleted secret: open-sesame\n", ""));
        assertThat(shell.run("delete", "secret", "word", "-o", "yaml").out()).isEqualTo("kind: Secret\nname: word\n");
        assertThat(shell.typing("no JSON").run("create", "secret", "word", "-").err())
                .startsWith("standard input must be JSON");
        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target() + " " + asked.body())
                .containsExactly(
                        "POST /v1/secret {\"name\":\"open-sesame\",\"secrets\":{\"password\":\"OpenSesame\"},"
                                + "\"tags\":null}",
                        "PUT /v1/secret/open-sesame {\"name\":\"open-sesame\",\"secrets\":{\"password\":\"OpenSesame\"},"
                                + "\"tags\":[{\"key\":\"Application\",\"value\":\"app1\"}]}",
                        "DELETE /v1/secret/open-sesame ",
                        "DELETE /v1/secret/word ");
    }

    @Test
    void values_areShown_toWhoAsksForThem() {
        server.reply(200, "[" + SESAME + "]")
                .reply(200, SESAME)
                .reply(200, SESAME)
                .reply(200, SESAME);
        assertThat(shell.run("get", "secrets").out())
                .contains("1-2", "open-sesame", "<hidden>", "please use --all flag")
                .doesNotContain("OpenSesame");
        assertThat(shell.run("get", "secret", "open-sesame").out()).doesNotContain("OpenSesame");
        assertThat(shell.run("get", "secret", "open-sesame", "--all").out())
                .contains("{\"password\":\"OpenSesame\"}")
                .doesNotContain("hidden");
        assertThat(shell.run("get", "secret", "open-sesame", "--version", "1", "-o", "json")
                        .out())
                .contains("\"password\": \"OpenSesame\"");
        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target())
                .containsExactly(
                        "GET /v1/secret",
                        "GET /v1/secret/open-sesame",
                        "GET /v1/secret/open-sesame",
                        "GET /v1/secret/open-sesame?version=1");
        assertThat(shell.run("get", "secrets", "--version", "1").err()).contains("goes with the name of a secret");
    }

    @Test
    void whatIsNoSecret_isNotSent_norShown() throws IOException {
        for (String wrong : new String[] {"marker", "[\"marker\"]", "{\"marker\":1}", "{\"a\":\"marker\"", ""}) {
            Shell.Outcome outcome = shell.run("create", "secret", "s", file(wrong));
            assertThat(outcome.exitCode()).as(wrong).isNotZero();
            assertThat(outcome.err()).contains("must be JSON").doesNotContain("marker");
        }
        assertThat(shell.run("create", "secret", "s", Path.of("missing").toString())
                        .err())
                .contains("cannot read missing");
        assertThat(server.asked()).isEmpty();
    }
}
