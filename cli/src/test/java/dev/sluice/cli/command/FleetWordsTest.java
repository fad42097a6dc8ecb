package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Recorder;
import dev.sluice.cli.Shell;
import org.junit.jupiter.api.Test;

final class FleetWordsTest extends RecordedTest {
    private static final String IDLE =
            "{\"id\":1,\"organization\":\"acme\",\"function\":\"f\",\"driver\":\"namespaces\","
                    + "\"runtime\":\"python3\",\"memoryMib\":128,\"memoryBytes\":9437184,\"cpuMicros\":20000,\"aliveSeconds\":7}";
    private static final String BUSY = IDLE.replace("\"id\":1,", "\"id\":2,").replace("20000", "1234567");

    private static final String FUNCTIONS = "[{\"id\":\"f\",\"name\":\"resize\"}]";

    @Test
    void instances_areATable_orWhatTheServerSays() {
        server.reply(200, "[" + IDLE + "]")
                .reply(200, FUNCTIONS)
                .reply(200, "[" + IDLE + "]")
                .reply(200, "[]");
        assertThat(shell.run("get", "instances").out())
                .contains("acme")
                .contains("resize")
                .contains("0.02")
                .contains("| 9 ");
        assertThat(shell.run("get", "instances", "--json").out()).contains("\"memoryBytes\": 9437184");
        shell.run("get", "instances", "--all");
        assertThat(server.asked())
                .extracting(Recorder.Asked::target)
                .containsExactly("/v1/instances", "/v1/function", "/v1/instances", "/v1/instances?all=true");
    }

    @Test
    void workersAndUsage_areTables() {
        server.reply(200, "[{\"name\":\"local\",\"instances\":3,\"memoryMib\":2048}]")
                .reply(
                        200,
                        "[{\"function\":\"f\",\"instances\":2,\"cpuMicros\":5000000,\"memoryMibMicros\":128000000}]")
                .reply(403, "{\"code\":403,\"message\":\"no\"}");
        assertThat(shell.run("get", "workers").out()).contains("local").contains("2048");
        assertThat(shell.run("get", "usage").out())
                .containsPattern("(?m)^\\W*f\\W")
                .contains("5.00")
                .contains("128.00");
    }

    @Test
    void top_once_hasThoseFirstThatUseMost_andNothingThatSteersATerminal() {
        server.reply(200, "[" + IDLE + "," + BUSY + "]").reply(200, FUNCTIONS);
        Shell.Outcome outcome = shell.run("top", "--once");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("1.23").doesNotContain("\u001b");
        assertThat(outcome.out().indexOf("1.23")).isLessThan(outcome.out().indexOf("0.02"));
        assertThat(shell.run("top", "--seconds", "0").exitCode()).isNotZero();
    }

    @Test
    void top_looksAgain_untilTheServerRefuses() {
        server.reply(200, "[" + IDLE + "]")
                .reply(200, FUNCTIONS)
                .reply(200, "[" + BUSY + "]")
                .reply(403, "{\"code\":403,\"message\":\"no\"}");
        Shell.Outcome outcome = shell.run("top", "--seconds", "1");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out())
                .contains("0.02")
                .contains("1.23")
                .contains("resize")
                .contains("\u001b[H");
    }
}
