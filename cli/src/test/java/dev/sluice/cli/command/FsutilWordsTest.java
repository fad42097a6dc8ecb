package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FsutilWordsTest extends RecordedTest {
    private static final String DONE = "{\"success\":true,\"value\":1}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a:b | [a, b]",
                "home:<T,acme>:x | [home, T,acme, x]",
                ":home:<a:b,T>:x: | [home, a:b,T, x]",
                "~ | [home, me,me]",
                "~:x | [home, me,me, x]",
                "a:~ | [a, ~]",
                "a<b:c | [a<b, c]"
            })
    void paths_becomeNames(String path, String elements) {
        assertThat(FsutilPath.elements(path, () -> "me")).hasToString(elements);
    }

    @Test
    void mkgate_sendsTheApplicationAlong() throws IOException {
        Path app = Files.writeString(home.resolve("hello.py"), "def handle(): pass");
        server.reply(200, DONE);

        var outcome = shell.run(
                "fs",
                "mkgate",
                "home:<T,acme>:hello",
                "--app",
                app.toString(),
                "--runtime",
                "python3",
                "--label",
                "T,acme",
                "--clearance",
                "acme");

        assertThat(outcome).isEqualTo(new Shell.Outcome(0, "Created gate: home:<T,acme>:hello\n", ""));
        assertThat(server.only().target()).isEqualTo("/faasten/invoke/~%3Afsutil");
        assertThat(server.only().header("Content-Type")).startsWith("multipart/form-data; boundary=");
        assertThat(server.only().text())
                .contains("Content-Disposition: form-data; name=\"payload\"\r\n\r\n{\"op\":\"mkgate\",\"args\":"
                        + "{\"base\":[\"home\",\"T,acme\"],\"name\":\"hello\",\"label\":\"T,acme\",\"privilege\":\"T\","
                        + "\"clearance\":\"acme\",\"memory\":128,\"gate\":null,\"runtime\":\"python3\","
                        + "\"app_image\":\"@" + app + "\"}}\r\n")
                .contains("name=\"blob\"; filename=\"app_image\"\r\nContent-Type: application/octet-stream\r\n\r\n"
                        + "def handle(): pass\r\n--");
    }

    @Test
    void mkgate_toAnotherGate_needsNoApplication() {
        server.reply(200, "{\"login\":\"acme/me\"}").reply(200, DONE);

        assertThat(shell.run("fs", "mkgate", "home:<T,acme>:mine", "--gate", "~:hello")
                        .exitCode())
                .isZero();
        assertThat(server.asked().getLast().text()).contains("\"gate\":[\"home\",\"acme/me,acme/me\",\"hello\"]");
    }

    @Test
    void mkgate_toNothing_asksNoServer() {
        assertThat(shell.run("fs", "mkgate", "home:<T,acme>:mine").exitCode()).isEqualTo(2);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void upgate_sendsWhatChanges() {
        server.reply(200, DONE);

        shell.run("fs", "upgate", "home:<T,acme>:hello", "--clearance", "T");

        assertThat(server.only().text())
                .isEqualTo("{\"op\":\"upgate\",\"args\":{\"path\":[\"home\",\"T,acme\",\"hello\"],\"privilege\":null,"
                        + "\"clearance\":\"T\",\"memory\":128,\"gate\":null,\"runtime\":null,\"app_image\":null}}");
    }

    @Test
    void mksvc_sendsTheVerbAsANumber() {
        server.reply(200, DONE);

        shell.run("fs", "mksvc", "home:<T,acme>:w", "--url", "https://x.org/{c}", "--verb", "POST", "--header", "A: b");

        assertThat(server.only().text())
                .contains("\"url\":\"https://x.org/{c}\",\"verb\":2,\"headers\":{\"A\":\"b\"},\"privilege\":\"T\"");
        assertThat(shell.run("fs", "mksvc", "a:b", "--url", "u", "--verb", "BREW")
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void invoke_printsWhatTheServiceAnswers() {
        server.reply(200, "{\"success\":true,\"fd\":0,\"data\":\"aGk=\"}");

        var outcome = shell.run("fs", "invoke", "a:w", "--param", "city=bern");

        assertThat(outcome).isEqualTo(new Shell.Outcome(0, "hi", ""));
        assertThat(server.only().text()).contains("\"params\":{\"city\":\"bern\"}");
    }

    @Test
    void whatFsutilCannotDo_isSaid() {
        server.reply(200, "{\"success\":false,\"error\":{\"type\":\"OpenError\",\"value\":\"there is nothing\"}}")
                .reply(200, "{\"success\":false,\"value\":0}")
                .reply(404, "{\"code\":404,\"message\":\"not found or not allowed\"}");

        assertThat(shell.run("fs", "invoke", "a:w").err()).isEqualTo("there is nothing\n");
        assertThat(shell.run("fs", "invoke", "a:w").err()).contains("is the path right");
        assertThat(shell.run("fs", "invoke", "a:w").err()).contains("sluice whoami");
    }
}
