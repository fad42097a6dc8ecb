package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Recorder;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class RunWordsTest extends RecordedTest {
    @Test
    void exec_andWait_postsWhatDispatchPosts() {
        shell.run("exec", "f2", "--input={\"name\":\"Jon\"}", "--wait", "--secret", "s1,s2");

        assertThat(server.only().method() + " " + server.only().target()).isEqualTo("POST /v1/runs?functionName=f2");
        assertThat(server.only().text())
                .isEqualTo("{\"blocking\":true,\"input\":{\"name\":\"Jon\"},\"reason\":null,\"secrets\":[\"s1,s2\"],"
                        + "\"services\":null,\"tags\":null}");
    }

    @Test
    void exec_withoutAnything_postsWhatDispatchPosts() {
        server.reply(202, "{\"name\":\"id\",\"status\":\"INITIALIZED\"}");

        var outcome = shell.run("exec", "f2");

        assertThat(outcome.exitCode()).isZero();
        assertThat(server.only().text())
                .isEqualTo("{\"input\":{},\"reason\":null,\"secrets\":[],\"services\":null,\"tags\":null}");
    }

    @Test
    void exec_ofAScalar_postsItAsItIs() {
        shell.run("exec", "f2", "--input=42", "--wait");

        assertThat(server.only().text()).startsWith("{\"blocking\":true,\"input\":42,");
    }

    @Test
    void exec_keepsTheDigitsOfANumber() {
        shell.run("exec", "f2", "--input", "[1.10, 12345678901234567890, 1e-7]");

        assertThat(server.only().text()).startsWith("{\"input\":[1.10,12345678901234567890,1e-7],");
    }

    @Test
    void exec_takesItsInputFromAFileOrStandardInput() throws IOException {
        Path file = Files.writeString(home.resolve("event.json"), "{\"from\": \"file\"}");

        shell.run("exec", "f", "--input", "@" + file);
        shell.typing("{\"from\": \"stdin\"}").run("exec", "f", "--input", "-");

        assertThat(server.asked())
                .extracting(Recorder.Asked::text)
                .satisfiesExactly(
                        first -> assertThat(first).contains("{\"from\":\"file\"}"),
                        second -> assertThat(second).contains("{\"from\":\"stdin\"}"));
    }

    @Test
    void exec_ofWhatIsNoJson_asksNoServer() {
        var outcome = shell.run("exec", "f", "--input", "{name: Jon}");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("the input is not JSON");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void exec_thatIsStreamed_printsEachChunk_andHowItEnded() {
        server.reply(200, "text/event-stream", """
                event: run
                data: {"name":"id"}

                :

                event: chunk
                data: {"n": 1.10}

                event: chunk
                data: "a\\u001b[2J"

                event: end
                data: {"status":"READY"}

                """);
        assertThat(shell.run("exec", "f", "--stream"))
                .isEqualTo(new Shell.Outcome(0, "{\"n\":1.10}\n\"a\\u001b[2J\"\n", ""));
        assertThat(server.only().header("Accept")).isEqualTo("text/event-stream");
        assertThat(server.only().text()).startsWith("{\"input\":{},");

        server.reply(200, "text/event-stream", """
                event: end
                data: {"status":"ERROR","type":"FunctionError","message":"broken"}

                """);
        assertThat(shell.run("exec", "f", "--stream"))
                .isEqualTo(new Shell.Outcome(1, "", "error running function: FunctionError: broken\n"));

        server.reply(200, "text/event-stream", "event: chunk\ndata: 1\n\n");
        var cut = shell.run("exec", "f", "--stream");
        assertThat(cut.exitCode()).isEqualTo(1);
        assertThat(cut.err()).contains("the server has ended the stream");
    }

    @Test
    void exec_ofARunThatFails_printsTheRunAlone_andExitsWith1() {
        server.reply(200, """
                {"name":"id","functionName":"f","status":"ERROR","output":null,
                 "error":{"type":"InputError","message":"no name\\u001b[2J","stacktrace":null}}
                """);

        var outcome = shell.run("exec", "f", "--wait", "-o", "json");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).startsWith("{\n    \"name\": \"id\",").endsWith("}\n");
        assertThat(outcome.err()).isEqualTo("error running function: f: InputError: no name?[2J\n");
    }

    @Test
    void exec_withoutAFormat_printsTheRunAsJsonToo() {
        server.reply(200, "{\"status\":\"READY\",\"output\":{\"a\":[]}}");

        var outcome = shell.run("exec", "f", "--wait");

        assertThat(outcome)
                .isEqualTo(new Shell.Outcome(
                        0, "{\n    \"status\": \"READY\",\n    \"output\": {\n        \"a\": []\n    }\n}\n", ""));
    }

    @Test
    void exec_asYaml_printsTheRunAsYaml() {
        server.reply(200, "{\"status\":\"READY\",\"output\":{\"a\":\"yes\"},\"reason\":null}");

        assertThat(shell.run("exec", "f", "--wait", "-o", "yaml").out())
                .isEqualTo("status: READY\noutput:\n  a: \"yes\"\nreason: null\n");
    }

    @Test
    void exec_thatTheServerRefuses_printsNoRun() {
        server.reply(404, "{\"code\":404,\"message\":\"function f not found\"}");

        assertThat(shell.run("exec", "f", "--wait", "-o", "json"))
                .isEqualTo(new Shell.Outcome(1, "", "[Code: 404] function f not found\n"));
    }

    @Test
    void getRuns_asksAsDispatchDoes() {
        server.reply(200, "[]").reply(200, "[{\"name\":\"a\"}]").reply(200, "{}");

        shell.run("get", "runs");
        shell.run("get", "runs", "f2", "--last");
        shell.run("get", "runs", "f2", "11111111-2222-4333-8444-555555555555", "-o", "json");
        shell.run("get", "run", "11111111-2222-4333-8444-555555555555");

        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target())
                .containsExactly(
                        "GET /v1/runs?since=-62135596800",
                        "GET /v1/runs?functionName=f2&since=-62135596800",
                        "GET /v1/runs/11111111-2222-4333-8444-555555555555?functionName=f2&since=-62135596800",
                        "GET /v1/runs/11111111-2222-4333-8444-555555555555?since=-62135596800");
    }

    @Test
    void oneRun_isShownWithWhereItsTimeWent_whereTheServerSaysIt() {
        String run = "{\"name\":\"a\",\"functionName\":\"f\",\"status\":\"READY\",\"cause\":\"event\"";
        String times = ",\"times\":{\"queueMicros\":2000,\"startMicros\":0,\"runMicros\":1234,\"answerMicros\":5}}";
        server.reply(200, run + times).reply(200, run + "}").reply(200, "[" + run + times + "]");
        String id = "11111111-2222-4333-8444-555555555555";
        assertThat(shell.run("get", "run", id).out())
                .containsPattern("BEGAN BY +\\| QUEUE +\\| START +\\| RUN +\\| ANSWER")
                .containsPattern("event +\\| 2.000 ms \\| 0.000 ms \\| 1.234 ms \\| 0.005 ms");
        assertThat(shell.run("get", "run", id).out()).contains("READY").doesNotContain("QUEUE");
        assertThat(shell.run("get", "runs", "f").out()).contains("READY").doesNotContain("QUEUE");
    }

    @Test
    void following_tellsEachChangeOnce_untilTheServerRefuses() {
        String a = "{\"name\":\"a\",\"functionName\":\"f\","
                + "\"status\":\"READY\",\"executedTime\":900,\"finishedTime\":1000}";
        String b = "{\"name\":\"b\",\"functionName\":\"f\"," + "\"status\":\"CREATING\",\"executedTime\":1001}";
        String refusal = "{\"code\":401,\"message\":\"no\"}";
        server.reply(200, "[" + b + "," + a + "]")
                .reply(200, "[" + b.replace("CREATING", "READY") + "]")
                .reply(401, refusal);
        Shell.Outcome outcome = shell.run("get", "runs", "f", "--follow");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).isEqualTo("""
                        [Code: 401] no
                        Nobody is logged in here. To log in: sluice login, or sluice login --service-account NAME --key-file FILE
                        """);
        assertThat(outcome.out().lines().map(line -> line.replaceAll("  .*  ", " ")))
                .containsExactly("a READY", "b CREATING", "b READY");
        assertThat(server.asked())
                .extracting(Recorder.Asked::target)
                .containsExactly(
                        "/v1/runs?functionName=f&since=-62135596800",
                        "/v1/runs?functionName=f&since=1000",
                        "/v1/runs?functionName=f&since=1000");
        server.reply(200, "[" + a.replace("1000", "1020") + "]");
        assertThat(shell.run("get", "runs").out()).containsPattern(" \\d\\d:17:00\n");
        server.reply(200, "[" + a + "]").reply(401, refusal);
        assertThat(shell.run("get", "runs", "--follow", "--json").out()).isEqualTo(a + "\n");
        assertThat(shell.run("get", "runs", "--follow", "--last").err()).contains("--follow goes without --last");
    }

    @Test
    void anApplication_isATag_andRunsAreFoundByIt() {
        server.reply(200, "{}").reply(200, "[]");

        shell.run("exec", "f", "-a", "shop");
        shell.run("get", "runs", "-a", "shop");

        assertThat(server.asked().getFirst().text())
                .endsWith("\"tags\":[{\"key\":\"Application\",\"value\":\"shop\"}]}");
        assertThat(server.asked().getLast().target()).isEqualTo("/v1/runs?since=-62135596800&tags=Application%3Dshop");
    }

    @Test
    void deleteRun_endsIt() {
        server.reply(200, "{\"name\":\"r1\",\"functionName\":\"f\",\"status\":\"ERROR\",\"reason\":[\"canceled\"]}")
                .reply(200, "{}");

        assertThat(shell.run("delete", "run", "r1").out()).contains("r1").contains("ERROR (canceled)");
        shell.run("delete", "run", "r2", "--function", "f");

        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target())
                .containsExactly("DELETE /v1/runs/r1", "DELETE /v1/runs/r2?functionName=f");
    }

    @Test
    void getRuns_canBeLimited() {
        server.reply(200, "[]");

        shell.run("get", "runs", "f2", "--limit", "10");

        assertThat(server.only().target()).isEqualTo("/v1/runs?functionName=f2&since=-62135596800&limit=10");
    }

    @Test
    void getRuns_asJson_isAnArrayAndLastIsOneObject() {
        String runs = "[{\"name\":\"a\",\"executedTime\":3},{\"name\":\"b\",\"executedTime\":5},{\"name\":\"c\"}]";
        server.reply(200, runs).reply(200, runs);

        assertThat(shell.run("get", "runs", "f", "--json").out()).startsWith("[\n    {\n        \"name\": \"a\",");
        assertThat(shell.run("get", "run", "f", "--last", "--json").out())
                .isEqualTo("{\n    \"name\": \"b\",\n    \"executedTime\": 5\n}\n");
    }

    @Test
    void getLastRun_ofAFunctionThatNeverRan_saysSo() {
        server.reply(200, "[]");

        assertThat(shell.run("get", "run", "f", "--last")).isEqualTo(new Shell.Outcome(1, "", "there are no runs\n"));
    }
}
