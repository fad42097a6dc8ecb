package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import org.junit.jupiter.api.Test;

final class QuotaWordsTest extends RecordedTest {
    private static final String ANSWER =
            "{\"organization\":\"acme\",\"limits\":{\"concurrentRuns\":5,\"queuedRuns\":10000,\"queuedMib\":1024,"
                    + "\"memoryMib\":4096,\"functions\":1000,\"storedItems\":10000000,\"storedMib\":102400,\"requestsPerSecond\":1000,"
                    + "\"gatewayRequestsPerSecond\":5000},"
                    + "\"used\":{\"concurrentRuns\":2,\"queuedRuns\":0,\"queuedMib\":7,"
                    + "\"memoryMib\":256,\"functions\":3,\"storedItems\":40,\"storedMib\":1,\"requestsPerSecond\":0,\"gatewayRequestsPerSecond\":9},\"set\":[\"concurrentRuns\"]}";

    @Test
    void get_shows_whatIsAllowed_used_andSet() {
        server.reply(200, ANSWER);
        assertThat(shell.run("iam", "get", "quota", "acme").out())
                .containsPattern("LIMIT +\\| AT MOST +\\| USED +\\| SET")
                .containsPattern("concurrent-runs +\\| 5 +\\| 2 +\\| yes")
                .containsPattern("queued-runs +\\| 10000 +\\| 0 +\\| no")
                .containsPattern("queued-mib +\\| 1024 +\\| 7 +\\| no")
                .containsPattern("requests-per-second +\\| 1000 +\\| 0 +\\| no")
                .containsPattern("gateway-requests-per-second +\\| 5000 +\\| 9 +\\| no");
        assertThat(server.only().target()).isEqualTo("/v1/iam/organization/acme/quota");
    }

    @Test
    void get_withoutAName_isAboutTheOrganizationThatOneAsksAbout_andSaysNothingOfUse_whereTheServerDoesNot() {
        server.reply(200, ANSWER.replaceAll("\"used\":\\{[^}]*},", ""));
        assertThat(shell.run("iam", "get", "quota", "--organization", "acme").out())
                .containsPattern("concurrent-runs +\\| 5 +\\| - +\\| yes");
        assertThat(server.only().target()).isEqualTo("/v1/iam/quota");
        assertThat(server.only().header("X-Dispatch-Org")).isEqualTo("acme");
    }

    @Test
    void get_asJson_isWhatTheServerSays() {
        server.reply(200, ANSWER);
        assertThat(shell.run("iam", "get", "quota", "-o", "json").out().replaceAll("\\s", ""))
                .isEqualTo(ANSWER);
    }

    @Test
    void update_sends_whatIsSaid_andNothingElse() {
        server.reply(200, ANSWER);
        shell.run("iam", "update", "quota", "acme", "--concurrent-runs", "5", "--memory-mib", "default");
        assertThat(server.only().method()).isEqualTo("PUT");
        assertThat(server.only().target()).isEqualTo("/v1/iam/organization/acme/quota");
        assertThat(server.only().body()).isEqualTo("{\"concurrentRuns\":5,\"memoryMib\":null}");
    }

    @Test
    void update_ofNothing_orToNonsense_asksNoServer() {
        assertThat(shell.run("iam", "update", "quota", "acme").err()).contains("--requests-per-second");
        assertThat(shell.run("iam", "update", "quota", "acme", "--functions", "many")
                        .err())
                .contains("--functions is a number, or default, not many");
        assertThat(server.asked()).isEmpty();
    }
}
