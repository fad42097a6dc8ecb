package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class DeadLetterWordsTest extends RecordedTest {
    private static final String LETTER = "{\"name\":\"r1\",\"functionName\":\"f\",\"attempts\":3,\"status\":\"ERROR\","
            + "\"reason\":[\"no luck\"],\"executedTime\":3}";

    @Test
    void getDeadletters_listsThem_oneOrThoseOfAFunction() {
        server.reply(200, "[" + LETTER + "]").reply(200, "[]").reply(200, LETTER);

        assertThat(shell.run("get", "deadletters").out())
                .contains("r1")
                .contains("3")
                .contains("ERROR (no luck)");
        shell.run("get", "deadletters", "--function", "f", "--limit", "10");
        assertThat(shell.run("get", "deadletter", "r1", "-o", "yaml").out()).contains("attempts: 3");

        assertThat(asked())
                .containsExactly(
                        "GET /v1/deadletters", "GET /v1/deadletters?functionName=f&limit=10", "GET /v1/deadletters/r1");
    }

    @Test
    void redrive_ofOne_sendsIt() {
        server.reply(202, "{\"name\":\"r2\"}").reply(202, "{\"name\":\"r2\"}");

        assertThat(shell.run("redrive", "r1").out()).contains("Redriven: r1 as run r2");
        shell.run("redrive", "r1", "--function", "f", "-o", "json");

        assertThat(asked())
                .containsExactly("POST /v1/deadletters/r1/redrive", "POST /v1/deadletters/r1/redrive?functionName=f");
    }

    @Test
    void redrive_ofAll_goesThroughAllPages_andTellsWhatIsLeft() {
        server.reply(200, "[{\"name\":\"r3\"},{\"name\":\"r2\"}]")
                .reply(202, "{\"name\":\"n3\"}")
                .reply(404, "{\"code\":404,\"message\":\"not found\"}")
                .reply(200, "[{\"name\":\"r1\"}]")
                .reply(202, "{\"name\":\"n1\"}")
                .reply(200, "[]");

        var outcome = shell.run("redrive", "--function", "f");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out())
                .contains("r3 as run n3")
                .contains("r1 as run n1")
                .contains("Redriven: 2");
        assertThat(outcome.err()).contains("1 dead letters were not run anew");
        assertThat(asked())
                .containsExactly(
                        "GET /v1/deadletters?functionName=f&limit=200",
                        "POST /v1/deadletters/r3/redrive?functionName=f",
                        "POST /v1/deadletters/r2/redrive?functionName=f",
                        "GET /v1/deadletters?functionName=f&limit=200&after=r2",
                        "POST /v1/deadletters/r1/redrive?functionName=f",
                        "GET /v1/deadletters?functionName=f&limit=200&after=r1");
    }

    @Test
    void redrive_thatIsRefused_stopsAndSaysWhy() {
        server.reply(200, "[{\"name\":\"r3\"},{\"name\":\"r2\"}]")
                .reply(429, "{\"code\":429,\"message\":\"too many runs are waiting\"}");

        var outcome = shell.run("redrive", "--all");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("too many runs are waiting");
        assertThat(asked()).hasSize(2);
    }

    @Test
    void redrive_ofNothing_saysWhatToSay() {
        assertThat(shell.run("redrive").exitCode()).isEqualTo(2);
        assertThat(shell.run("redrive").err()).contains("redrive ID, --function NAME or --all");
        assertThat(shell.run("redrive", "r1", "--all").exitCode()).isEqualTo(2);
        assertThat(asked()).isEmpty();
    }

    @Test
    void deleteDeadletter_givesItUp() {
        server.reply(200, LETTER);

        assertThat(shell.run("delete", "deadletter", "r1").out()).contains("Deleted dead letter: r1");

        assertThat(asked()).containsExactly("DELETE /v1/deadletters/r1");
    }

    @Test
    void createFunction_saysHowOftenItsRunsAreTried() throws IOException {
        Path source = Files.writeString(home.resolve("f.py"), "x");
        server.reply(201, "{}");
        String[] command = {"create", "function", "f", source.toString(), "--image", "python3"};

        shell.run(more(command, "--retry-attempts", "5", "--retry-backoff", "200", "--retry-function-errors"));
        var wrong = shell.run(more(command, "--retry-backoff", "200"));

        assertThat(server.only().text())
                .contains("\"retry\":{\"attempts\":5,\"backoffMillis\":200,\"functionErrors\":true}");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("--retry-attempts N");
    }

    private static String[] more(String[] command, String... flags) {
        return Stream.concat(Arrays.stream(command), Arrays.stream(flags)).toArray(String[]::new);
    }

    private List<String> asked() {
        return server.asked().stream()
                .map(one -> one.method() + " " + one.target())
                .toList();
    }
}
