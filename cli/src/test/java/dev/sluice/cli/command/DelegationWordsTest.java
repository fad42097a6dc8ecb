package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class DelegationWordsTest extends RecordedTest {
    @Test
    void delegate_printsTheToken() {
        server.reply(200, "text/plain", "a.b.c");

        assertThat(shell.run("delegate", "acme/x|bob")).isEqualTo(new Shell.Outcome(0, "a.b.c\n", ""));
        assertThat(server.only().method() + " " + server.only().target()).isEqualTo("POST /faasten/delegate");
        assertThat(server.only().text())
                .isEqualTo("{\"component\":\"acme/x|bob\",\"bootstrap\":false,\"clearance\":null}");
    }

    @Test
    void delegate_asksForAHome_andWhoMayUseIt() {
        server.reply(200, "text/plain", "a.b.c");

        shell.run("delegate", "acme/x", "--bootstrap", "--clearance", "T");

        assertThat(server.only().text()).isEqualTo("{\"component\":\"acme/x\",\"bootstrap\":true,\"clearance\":\"T\"}");
    }

    @Test
    void delegate_ofWhatOneIsNot_saysWhatToDo() {
        server.reply(406, "text/plain", "");

        var outcome = shell.run("delegate", "root");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("you are not root").contains("sluice whoami");
    }

    @Test
    void aSavedToken_isAContext_thatItsOwnerOnlyReads_andSpeaks() throws IOException {
        server.reply(200, "text/plain", "a.b.c");
        Path file = shell.config();

        var outcome = shell.run("delegate", "acme/x", "--save", "app");

        assertThat(outcome.out()).contains("Saved as context app").doesNotContain("a.b.c");
        assertThat(Files.readString(file)).contains("\"token\": \"a.b.c\"").contains("\"current\": \"local\"");
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        shell.run("manage", "context", "--set", "app");
        shell.run("whoami");
        assertThat(server.asked().getLast().header("Authorization")).isEqualTo("Bearer a.b.c");
    }

    @Test
    void theCurrentContext_isNotReplaced() throws IOException {
        server.reply(200, "text/plain", "a.b.c");
        Path file = shell.config();

        var outcome = shell.run("delegate", "acme/x", "--save", "local");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(Files.readString(file)).doesNotContain("a.b.c");
    }

    @Test
    void aContextInWhichSomebodyIsLoggedIn_isNotReplaced_butAnOlderTokenIs() throws IOException {
        String account = "\"other\": {\"serviceaccount\": \"o/s\"}, \"app\": {\"token\": \"old\"}, ";
        shell.configured(Files.readString(shell.config()).replace("\"local\": {", account + "\"local\": {"));
        server.reply(200, "text/plain", "a.b.c").reply(200, "text/plain", "a.b.c");

        assertThat(shell.run("delegate", "acme/x", "--save", "other").err()).contains("one is o/s");
        assertThat(shell.run("delegate", "acme/x", "--save", "app").exitCode()).isZero();

        assertThat(Files.readString(shell.config()))
                .contains("\"serviceaccount\": \"o/s\"", "\"token\": \"a.b.c\"")
                .doesNotContain("old");
    }

    @Test
    void revoke_posts() {
        server.reply(204, "");

        assertThat(shell.run("revoke").exitCode()).isZero();
        assertThat(server.only().method() + " " + server.only().target()).isEqualTo("POST /faasten/revoke");
    }
}
