package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Recorder;
import dev.sluice.cli.Shell;
import org.junit.jupiter.api.Test;

final class DecisionWordsTest extends RecordedTest {
    @Test
    void can_saysYes_andWhichRuleSaysSo() {
        server.reply(
                200,
                "{\"allowed\":true,\"policy\":\"p\",\"rule\":0,\"role\":\"\","
                        + "\"message\":\"is allowed by policy p, rule 0\"}");

        assertThat(shell.run("iam", "can", "jon@acme.com", "create", "runs/hello-*", "--organization", "blue"))
                .isEqualTo(new Shell.Outcome(
                        0, "yes, jon@acme.com create runs/hello-* is allowed by policy p, rule 0\n", ""));
        assertThat(server.only().target())
                .isEqualTo("/v1/iam/can?subject=jon%40acme.com&action=create&resource=runs%2Fhello-%2A");
        assertThat(server.only().header("X-Dispatch-Org")).isEqualTo("blue");
    }

    @Test
    void can_saysNo_whichPolicyIsMissing_andExitsWith1() {
        server.reply(200, "{\"allowed\":false,\"message\":\"no rule says so: it takes one\"}");

        assertThat(shell.run("iam", "can", "ci", "get", "secret"))
                .isEqualTo(new Shell.Outcome(1, "no, ci get secret: no rule says so: it takes one\n", ""));
    }

    @Test
    void can_saysNo_andWhatToType_forExactlyThat() {
        String missing = "{\"allowed\":false,\"message\":\"no rule says so\",\"missing\":{\"name\":\"ci-get-secret\","
                + "\"subjects\":[\"o'jon@acme.com\"],\"actions\":[\"get\"],\"resources\":[\"secret/db-*\"]},"
                + "\"note\":\"n\"}";
        server.reply(200, missing).reply(200, missing);

        assertThat(shell.run("iam", "can", "o'jon@acme.com", "get", "secret/db-*")
                        .out())
                .isEqualTo("""
                no, o'jon@acme.com get secret/db-*: no rule says so
                Note: n
                To allow exactly that: sluice iam create policy ci-get-secret --subject 'o'\\''jon@acme.com' \
                --action get --resource 'secret/db-*'
                """);
        assertThat(shell.run("iam", "can", "x", "get", "secret", "--organization", "blue")
                        .out())
                .endsWith(" --resource 'secret/db-*' --organization blue\n");
    }

    @Test
    void can_ofADenial_saysWhereItStands() {
        server.reply(
                200,
                "{\"allowed\":false,\"policy\":\"not\",\"rule\":0,\"role\":\"\",\"message\":\"is denied by policy not\"}");

        assertThat(shell.run("iam", "can", "ci", "get", "secret").out()).isEqualTo("""
                no, ci get secret is denied by policy not
                A denial wins over whatever allows. To see it: sluice iam get policy not -o json
                """);
    }

    @Test
    void can_printsTheAnswer_asItIsAskedFor() {
        server.reply(200, "{\"allowed\":false,\"message\":\"m\"}");
        assertThat(shell.run("iam", "can", "ci", "get", "secret", "-o", "json"))
                .isEqualTo(new Shell.Outcome(1, "{\n    \"allowed\": false,\n    \"message\": \"m\"\n}\n", ""));
        server.reply(200, "{\"allowed\":true,\"message\":\"m\"}");
        assertThat(shell.run("iam", "can", "ci", "get", "secret", "-o", "yaml").exitCode())
                .isZero();
    }

    @Test
    void can_ofWhatTheServerRefuses_isNoAnswer() {
        server.reply(403, "{\"code\":403,\"message\":\"Forbidden\"}");

        assertThat(shell.run("iam", "can", "ci", "get", "secret").exitCode()).isEqualTo(1);
        assertThat(shell.run("iam", "can", "ci", "get").exitCode()).isEqualTo(2);
    }

    @Test
    void whoMayKnow_isToldWhichPolicyIsMissing_andOthersWhereToAsk() {
        String forbidden = "{\"code\": 403,\"message\": \"Forbidden, please make sure you have required privileges\"}";
        server.reply(403, forbidden);
        assertThat(shell.run("get", "functions").err())
                .isEqualTo("[Code: 403] Forbidden, please make sure you have required privileges\n"
                        + "If you may know why: sluice explain " + Recorder.REQUEST_ID + "\n");

        server.reply(403, forbidden).with("X-Sluice-Needs", "get function");
        assertThat(shell.run("get", "functions").err()).isEqualTo("""
                [Code: 403] Forbidden, please make sure you have required privileges
                It takes a policy that allows: get function
                Who has one: sluice iam can SUBJECT ACTION RESOURCE
                """);
    }
}
