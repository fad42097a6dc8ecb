package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import org.junit.jupiter.api.Test;

/// Requests as Dispatch's client sends them (contracts: appendix A).
final class ServiceWordsTest extends RecordedTest {
    @Test
    void instances_areMade_shownAndDeleted() {
        String si = "{\"name\":\"si\",\"serviceClass\":\"c\",\"servicePlan\":\"p\",\"status\":\"READY\"}";
        server.reply(201, si)
                .reply(200, "[" + si + "]")
                .reply(200, si)
                .reply(200, "[]")
                .reply(200, "{}");
        assertThat(shell.run(
                        "create",
                        "serviceinstance",
                        "si",
                        "c",
                        "p",
                        "--params",
                        "{\"a\":1}",
                        "-s",
                        "s1",
                        "-P",
                        "{\"b\":2}",
                        "-S",
                        "s2",
                        "-B",
                        "key"))
                .isEqualTo(new Shell.Outcome(0, "Created service instance: si\n", ""));
        assertThat(shell.run("get", "serviceinstances").out()).contains("si", "READY");
        assertThat(shell.run("delete", "serviceinstance", "si").out()).isEqualTo("Deleted service instance: si\n");
        assertThat(shell.run("get", "serviceclasses").exitCode()).isZero();
        assertThat(shell.run("get", "serviceclass", "ups", "-o", "json").exitCode())
                .isZero();
        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target() + " " + asked.body())
                .containsExactly(
                        "POST /v1/serviceinstance {\"binding\":{\"bindingSecret\":\"key\",\"parameters\":{\"b\":2},"
                                + "\"reason\":null,\"secretParameters\":[\"s2\"]},\"name\":\"si\","
                                + "\"parameters\":{\"a\":1},\"reason\":null,\"secretParameters\":[\"s1\"],"
                                + "\"serviceClass\":\"c\",\"servicePlan\":\"p\",\"tags\":null}",
                        "GET /v1/serviceinstance ",
                        "DELETE /v1/serviceinstance/si ",
                        "GET /v1/serviceclass ",
                        "GET /v1/serviceclass/ups ");
    }

    @Test
    void parametersThatAreNone_areNotSent_norShown() {
        for (String wrong : new String[] {"marker", "[\"marker\"]", "{\"marker\""}) {
            Shell.Outcome outcome = shell.run("create", "serviceinstance", "si", "c", "p", "--params", wrong);
            assertThat(outcome.exitCode()).isNotZero();
            assertThat(outcome.err()).contains("must be a JSON object").doesNotContain("marker");
        }
        assertThat(server.asked()).isEmpty();
    }
}
