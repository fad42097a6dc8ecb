package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import org.junit.jupiter.api.Test;

final class ApiFlowWordsTest extends RecordedTest {
    private static final String FLOW = "{\"name\":\"a\",\"enabled\":true,\"authentication\":\"public\","
            + "\"methods\":[\"GET\"],\"hosts\":[],\"paths\":[\"/acme/a\"],\"function\":\"f\",\"told\":\"T\","
            + "\"releases\":[\"s\"],\"functionStatus\":\"READY\",\"knows\":[\"acme/secret/t\"],"
            + "\"withholds\":[\"acme/secret/t\"],\"answers\":\"are withheld\"}";

    @Test
    void flows_ofAll_areATable_whichSaysWhoReachesWhat() {
        server.reply(200, "[{\"name\":\"a\"},{\"name\":\"b\"}]")
                .reply(200, FLOW)
                .reply(200, "{\"name\":\"b\",\"enabled\":false,\"authentication\":\"hmac\",\"function\":\"g\"}");
        assertThat(shell.run("get", "apis", "--flows").out())
                .containsPattern("a +\\| everybody +\\| /acme/a +\\| f +\\| s +\\| acme/secret/t +\\| are withheld")
                .containsPattern("b +\\| with a signature +\\| +\\| g +\\| +\\| +\\| none: it is off");
    }

    @Test
    void flows_ofVersions_haveARowEach() {
        server.reply(200, "[{\"name\":\"a\"},{\"name\":\"b\"}]")
                .reply(
                        200,
                        "{\"name\":\"a\",\"enabled\":true,\"authentication\":\"public\",\"function\":\"f\",\"alias\":\"live\","
                                + "\"versions\":[{\"version\":1,\"weight\":90,\"functionStatus\":\"READY\",\"answers\":\"leave\"},"
                                + "{\"version\":2,\"weight\":10,\"answers\":\"none: there is no such version\"}]}")
                .reply(200, "{\"name\":\"b\",\"enabled\":true,\"function\":\"g\",\"alias\":\"live\"}");
        assertThat(shell.run("get", "apis", "--flows").out())
                .containsPattern("f:1 \\(90%\\) .* leave")
                .containsPattern("f:2 \\(10%\\) .* none: there is no such version")
                .containsPattern("g:live .* \\?");
    }

    @Test
    void flows_ofOne_areWhatTheServerSays() {
        server.reply(200, FLOW);
        assertThat(shell.run("get", "api", "a", "--flows", "-o", "yaml").out()).contains("answers: are withheld");
        assertThat(server.only().target()).isEqualTo("/v1/api/a/flows");
    }
}
