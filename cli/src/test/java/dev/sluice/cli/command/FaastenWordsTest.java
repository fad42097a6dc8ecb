package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Recorder;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class FaastenWordsTest extends RecordedTest {
    private Recorder.Asked asked() {
        return server.only();
    }

    @Test
    void invoke_sendsThePathAsOneSegment() {
        server.reply(200, "application/octet-stream", "raw\u00e9");

        var outcome = shell.run("invoke", "home:<acme/a,acme|b>:x y", "{\"a\": 1}", "--label", "acme/user/jon@x,T");

        assertThat(outcome).isEqualTo(new Shell.Outcome(0, "raw\u00e9", ""));
        assertThat(asked().method()).isEqualTo("POST");
        assertThat(asked().target()).isEqualTo("/faasten/invoke/home%3A%3Cacme%2Fa%2Cacme%7Cb%3E%3Ax%20y");
        assertThat(asked().header("Content-Type")).isEqualTo("application/json");
        assertThat(asked().header("X-Faasten-Label")).isEqualTo("acme/user/jon@x,T");
        assertThat(asked().text()).isEqualTo("{\"a\": 1}");
    }

    @Test
    void invoke_withoutPayload_sendsAnEmptyObject() {
        shell.run("invoke", "~:hello");

        assertThat(asked().target()).isEqualTo("/faasten/invoke/~%3Ahello");
        assertThat(asked().text()).isEqualTo("{}");
    }

    @Test
    void invoke_takesItsPayloadFromStandardInputOrAFile() throws IOException {
        Path file = Files.writeString(home.resolve("p.json"), "[2]");

        shell.typing("[1]").run("invoke", "~:hello", "-");
        shell.run("invoke", "~:hello", "@" + file);
        shell.run("invoke", "~:hello", "-5");

        assertThat(server.asked()).extracting(Recorder.Asked::text).containsExactly("[1]", "[2]", "-5");
    }

    @Test
    void invoke_thatTheServerRefuses_printsItsMessage_andWhereToAskForTheReason() {
        server.reply(404, "{\"code\":404,\"message\":\"not found or not allowed\"}");

        assertThat(shell.run("invoke", "~:hello"))
                .isEqualTo(new Shell.Outcome(
                        1,
                        "",
                        "[Code: 404] not found or not allowed\nIf you may know why: sluice explain "
                                + Recorder.REQUEST_ID + "\n"));
    }

    @Test
    void invoke_ofAGateThatAnswersWithAnError_printsItsBodyToo() {
        server.reply(418, "application/octet-stream", "short and stout");

        var outcome = shell.run("invoke", "~:teapot");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).isEqualTo("short and stout");
        assertThat(outcome.err()).startsWith("[Code: 418]");
    }

    @Test
    void invoke_withALabelThatWouldAddAHeader_asksNoServer() {
        var outcome = shell.run("invoke", "~:hello", "--label", "T,T\r\nAuthorization: x");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void whoami_printsThePrincipal() {
        server.reply(200, "{\"login\":\"acme/serviceaccount/ci\"}").reply(200, "{\"login\":\"a\"}");

        assertThat(shell.run("whoami").out()).isEqualTo("acme/serviceaccount/ci\n");
        assertThat(shell.run("whoami", "-o", "yaml").out()).isEqualTo("login: a\n");
        assertThat(server.asked()).extracting(Recorder.Asked::target).containsExactly("/me", "/me");
    }

    @Test
    void invoke_sendsFilesAlong_andHeaders() throws IOException {
        Path file = Files.writeString(home.resolve("p \"1\".jpg"), "JPEG");

        shell.run("invoke", "~:thumb", "{}", "--blob", file.toString(), "--label", "T,T", "--header", "X-Trace: 7");

        assertThat(asked().header("X-Trace")).isEqualTo("7");
        assertThat(asked().header("X-Faasten-Label")).isEqualTo("(absent)");
        assertThat(asked().text())
                .contains("form-data; name=\"payload\"\r\n\r\n{}\r\n")
                .contains("form-data; name=\"label\"\r\n\r\nT,T\r\n")
                .contains("form-data; name=\"blob\"; filename=\"p \\\"1\\\".jpg\"\r\n")
                .contains("\r\n\r\nJPEG\r\n--");
    }

    @Test
    void invoke_ofAFileThatIsNotThere_asksNoServer() {
        assertThat(shell.run("invoke", "~:thumb", "--blob", "/no/such").exitCode())
                .isEqualTo(1);
        assertThat(shell.run("invoke", "~:thumb", "--header", "nocolon").exitCode())
                .isEqualTo(2);
        assertThat(server.asked()).isEmpty();
    }
}
