package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

final class PasswordLoginTest extends RecordedTest {
    private static final String PROVIDERS =
            "{\"providers\":[{\"name\":\"corp\",\"flows\":[\"browser\",\"password\"]}]}";
    private static final String COOKIE = "_oauth2_proxy=abc";

    private String written() throws IOException {
        return Files.readString(shell.config());
    }

    private void opens() {
        server.reply(200, PROVIDERS).reply(200, "{\"cookie\":\"" + COOKIE + "\"}");
    }

    @Test
    void aPassword_isTypedUnseen_andKeptNowhere() throws IOException {
        opens();

        Shell.Outcome outcome = shell.answering("correct \"horse\"").run("login", "--username", "jon", "--debug");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .isEqualTo("You have successfully logged in, cookie saved to " + shell.config() + "\n");
        assertThat(shell.questions()).containsExactly("*Password of jon at corp: ");
        assertThat(server.asked().get(1).method() + " " + server.asked().get(1).target())
                .isEqualTo("POST /v1/iam/oauth2/password");
        assertThat(server.asked().get(1).text())
                .isEqualTo("{\"provider\":\"corp\",\"username\":\"jon\",\"password\":\"correct \\\"horse\\\"\"}");
        assertThat(server.asked().get(1).header("Authorization")).isEqualTo("(absent)");
        assertThat(written()).contains("\"cookie\": \"" + COOKIE + "\"").doesNotContain("horse");
        assertThat(outcome.err()).doesNotContain("horse", "abc");
    }

    @Test
    void aScript_pipesIt() throws IOException {
        for (String piped : new String[] {"grüße \n", "grüße ", "grüße \r\n"}) {
            opens();

            shell.typing(piped).run("login", "--username", "jon", "--provider", "corp", "--password-stdin");

            assertThat(server.asked().get(server.asked().size() - 3).text()).endsWith("\"password\":\"grüße \"}");
        }
        assertThat(shell.questions()).isEmpty();
        assertThat(written()).contains(COOKIE);
    }

    @Test
    void whereNobodyCanType_aPipeIsAskedFor() {
        server.reply(200, PROVIDERS);

        Shell.Outcome outcome = shell.run("login", "--username", "jon");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("--password-stdin");
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void noPassword_isSent_thatIsNone_orTooLong() {
        for (String none : new String[] {"", "\n", "x".repeat(9000)}) {
            server.reply(200, PROVIDERS);
            assertThat(shell.typing(none)
                            .run("login", "--username", "jon", "--password-stdin")
                            .exitCode())
                    .isEqualTo(1);
        }
        server.reply(200, PROVIDERS);
        assertThat(shell.answering().run("login", "--username", "jon").err()).contains("no password was typed");
        assertThat(server.asked()).hasSize(4);
    }

    @Test
    void aWrongOne_changesNothing() throws IOException {
        String before = written();
        server.reply(200, PROVIDERS).reply(401, "{\"code\":401,\"message\":\"the name or the password is wrong\"}");

        Shell.Outcome outcome = shell.answering("wrong").run("login", "--username", "jon");

        assertThat(outcome)
                .isEqualTo(
                        new Shell.Outcome(1, "", "error logging in: [Code: 401] the name or the password is wrong\n"));
        assertThat(written()).isEqualTo(before);
    }

    @Test
    void whatComesInItsPlace_isNoSession() throws IOException {
        String before = written();
        for (String nonsense : new String[] {"{}", "[]", "{\"cookie\":\"a=b; c\"}"}) {
            server.reply(200, PROVIDERS).reply(200, nonsense);
            assertThat(shell.answering("p").run("login", "--username", "jon").err())
                    .contains("holds no session");
        }
        assertThat(written()).isEqualTo(before);
    }

    @Test
    void whoIsNobodyInTheOrganization_isToldSo() throws IOException {
        opens();
        server.reply(200, "{}").reply(403, "{\"code\":403,\"message\":\"Forbidden\"}");

        Shell.Outcome outcome = shell.answering("p").run("login", "--username", "jon");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.err()).contains("You are nobody in acme yet");
        assertThat(server.asked().getLast().header("X-Dispatch-Org")).isEqualTo("acme");
        assertThat(written()).contains(COOKIE);
    }

    /// Others on the way would read it.
    @Test
    void aPassword_doesNotCrossTheNetwork_withoutTls() {
        for (String host : new String[] {"192.0.2.1", "faas.example.com", "127.evil.test"}) {
            Shell.Outcome outcome = shell.answering("p").run("login", "--username", "jon", "--host", host);

            assertThat(outcome.exitCode()).as(host).isEqualTo(1);
            assertThat(outcome.err()).as(host).contains("without TLS");
        }
        assertThat(shell.questions()).isEmpty();
    }

    @Test
    void thereIsNoFlag_forAPassword() {
        assertThat(shell.run("login", "--username", "jon", "--password", "p").exitCode())
                .isEqualTo(2);
        assertThat(server.asked()).isEmpty();
    }
}
