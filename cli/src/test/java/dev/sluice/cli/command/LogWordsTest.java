package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Recorder.Asked;
import dev.sluice.cli.Shell;
import org.junit.jupiter.api.Test;

final class LogWordsTest extends RecordedTest {
    private static final String ID = "0190aaaa-2222-4333-8444-555555555555";
    private static final String RUN =
            "{\"name\":\"" + ID + "\",\"logs\":{\"stdout\":[\"one\",\"t\\two\\u001b[31m\"],\"stderr\":[\"bad\"]}}";

    @Test
    void past_showsWhatIsKept_oldestRunFirst() {
        server.reply(200, RUN);
        assertThat(shell.run("log", ID)).isEqualTo(new Shell.Outcome(0, "one\nt    wo?[31m\nbad\n", ""));
        assertThat(server.only().target()).isEqualTo("/v1/runs/" + ID);

        server.reply(200, "[" + RUN.replace("0190", "0191") + "," + RUN.replace("one", "older") + "]");
        assertThat(shell.run("log", "hello").out())
                .startsWith("[0190aaaa] older\n")
                .endsWith("[0191aaaa] one\n[0191aaaa] t    wo?[31m\n[0191aaaa] bad\n");
        assertThat(server.asked().getLast().target()).isEqualTo("/v1/runs?functionName=hello&limit=10");
    }

    @Test
    void ofADriver_showsTheLastOfIt() {
        server.reply(200, "{\"name\":\"w1\",\"log\":\"one\\nt\\u001b[31mwo\"}");
        assertThat(shell.run("log", "event-driver", "w1")).isEqualTo(new Shell.Outcome(0, "one\nt?[31mwo\n", ""));
        assertThat(server.only().target()).isEqualTo("/v1/event/drivers/w1/logs");
        server.reply(404, "{\"code\":404,\"message\":\"event driver w2 not found\"}");
        assertThat(shell.run("log", "eventdriver", "w2").err()).contains("event driver w2 not found");
    }

    @Test
    void ofAnApi_showsWhatBecameOfRequests() {
        String page = """
                {"requests":[{"time":"2026-01-01T00:00:00Z","method":"GET","path":"/a\\u001b","status":200,"bytes":7,
                "millis":3,"client":"192.0.2.0/24"},{"time":"2026-01-01T00:00:01Z","lost":5}],"after":"42"}
                """;
        server.reply(200, page);
        assertThat(shell.run("log", "api", "hello").out())
                .contains("2026-01-01T00:00:00Z | 192.0.2.0/24 | GET", "/a?", "5 requests are not on record");
        server.reply(200, page);
        assertThat(shell.run("log", "api", "hello", "-o", "json").out()).contains("\"after\": \"42\"");
        server.reply(200, page);
        server.reply(404, "{\"code\":404,\"message\":\"API hello not found\"}");
        Shell.Outcome followed = shell.run("log", "api", "hello", "--follow");
        assertThat(followed.out()).startsWith("2026-01-01T00:00:00Z 192.0.2.0/24 GET /a? 200 7 3\n");
        assertThat(followed.err()).contains("API hello not found");
        assertThat(server.asked().getLast().target()).isEqualTo("/v1/api/hello/log?after=42");
    }

    @Test
    void following_saysEachLine_untilTheRunEnds() {
        server.reply(200, "text/event-stream", """
                :

                event: line
                data: {"stream":"stdout","line":"one"}

                event: later
                data: {}

                event: line
                data: {"stream":"stderr","line":"bad"}

                event: end
                data: {"status":"ERROR","type":"InputError","message":"no"}

                """);
        assertThat(shell.run("log", "run", ID, "--follow"))
                .isEqualTo(new Shell.Outcome(0, "one\nbad\n", "the run has ended: ERROR: InputError: no\n"));
        assertThat(server.only().target()).isEqualTo("/v1/runs/" + ID + "/logs");
        assertThat(server.only().header("Accept")).isEqualTo("text/event-stream");
    }

    @Test
    void followingAFunction_marksTheRuns_andTellsOfThoseLeftOut_andOfALogThatBreaksOff() {
        String events = "event: line\ndata: {\"run\":\"" + ID + "\",\"stream\":\"stdout\",\"line\":\"one\"}\n\n"
                + "event: note\ndata: {\"missedRuns\":3}\n\n";
        server.reply(200, "{}");
        server.reply(200, "text/event-stream", events);
        var outcome = shell.run("log", "--follow", "function", "hello");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).isEqualTo("[0190aaaa] one\n");
        assertThat(outcome.err())
                .startsWith("3 runs were left out: they printed too fast\n")
                .contains("you may not follow it any more");
        assertThat(server.asked())
                .extracting(Asked::target)
                .containsExactly("/v1/function/hello", "/v1/function/hello/logs");

        server.reply(200, "{}");
        server.reply(200, "text/event-stream", events);
        assertThat(shell.run("log", "hello", "-f", "-o", "json").out())
                .isEqualTo("{\"run\":\"" + ID + "\",\"stream\":\"stdout\",\"line\":\"one\"}\n");
    }

    @Test
    void followingAFunctionThatIsNotThere_isRefusedAtOnce() {
        server.reply(404, "{\"code\":404,\"message\":\"function nope not found\"}");
        assertThat(shell.run("log", "nope", "-f"))
                .isEqualTo(new Shell.Outcome(1, "", "[Code: 404] function nope not found\n"));
        assertThat(server.only().target()).isEqualTo("/v1/function/nope");
    }

    @Test
    void anImagesBuild_isShown_andFollowedToItsVerdict() {
        server.reply(200, "{\"name\":\"i\",\"status\":\"CREATING\",\"log\":\"one\\ntw\"}");
        assertThat(shell.run("log", "image", "i")).isEqualTo(new Shell.Outcome(0, "one\ntw\n", ""));
        assertThat(server.only().target()).isEqualTo("/v1/image/i/logs");

        server.reply(200, "{\"name\":\"i\",\"status\":\"ERROR\",\"log\":\"one\\n\\u001b[2J\\n\"}");
        assertThat(shell.run("log", "image", "i", "--follow"))
                .isEqualTo(new Shell.Outcome(1, "one\n?[2J\n", "the build has ended: ERROR\n"));
    }

    @Test
    void aRefusal_isTold_andNoNameIsAUsageError() {
        server.reply(404, "{\"code\":404,\"message\":\"function run  not found\"}");
        assertThat(shell.run("log", "run", ID, "--follow").err()).contains("[Code: 404] function run  not found");
        assertThat(shell.run("log").err()).startsWith("Usage: sluice log");
        assertThat(shell.run("log").exitCode()).isEqualTo(2);
        assertThat(shell.run("log", "a", "b").exitCode()).isEqualTo(2);
    }
}
