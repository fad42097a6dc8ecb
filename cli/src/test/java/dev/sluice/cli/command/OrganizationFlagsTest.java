package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `--organization` and `--as-org`: where they are sent, and where they would say nothing.
final class OrganizationFlagsTest extends RecordedTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "get runs",
                "get functions",
                "delete function f",
                "exec f",
                "explain 7",
                "audit list",
                "iam get policies",
                "iam create organization o",
                "iam delete policy p",
                "iam can a get runs"
            })
    void whatPoliciesLendTo_mayBeAskedForAsTheOrganization(String line) {
        shell.run((line + " --as-org --organization blue").split(" "));

        assertThat(server.asked().getFirst().header("X-Sluice-As-Org")).isEqualTo("true");
        assertThat(server.asked().getFirst().header("X-Dispatch-Org")).isEqualTo("blue");
    }

    @Test
    void nobodyActsAsTheOrganization_withoutSayingSo() {
        shell.set("SLUICE_AS_ORG", "true").run("get", "runs");
        shell.run("get", "runs", "--as-org=false");

        assertThat(server.asked())
                .hasSize(2)
                .allSatisfy(asked -> assertThat(asked.header("X-Sluice-As-Org")).isEqualTo("(absent)"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fs ls ~",
                "fs mkdir ~:a",
                "invoke ~:a",
                "whoami",
                "delegate a",
                "revoke",
                "token",
                "login",
                "logout",
                "audit verify",
                "context list",
                "version"
            })
    void whatPoliciesLendNothingTo_refusesToBeAskedSo(String line) {
        Shell.Outcome outcome = shell.run((line + " --as-org").split(" "));

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("the flag --as-org says nothing to this command");
        assertThat(server.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get runs",
                "exec f",
                "explain 7",
                "audit verify",
                "iam get policies",
                "fs ls ~",
                "whoami",
                "revoke"
            })
    void theOrganization_isSent_wherever(String line) {
        shell.run((line + " --organization blue").split(" "));

        assertThat(server.asked().getFirst().header("X-Dispatch-Org")).isEqualTo("blue");
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "completion bash", "logout", "context list", "context use a", "manage context"})
    void theOrganization_isRefused_whereItMakesNoDifference(String line) {
        Shell.Outcome outcome = shell.run((line + " --organization blue").split(" "));

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("the flag --organization says nothing to this command");
        assertThat(server.asked()).isEmpty();
    }

    /// As `--organization "$TEAM"` is in a script that never set it.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--organization=",
                "--organization ''",
                "--service-account=",
                "--token=",
                "--key-file=",
                "--config=",
                "--host="
            })
    void anEmptyValue_isNotTheUsualOne(String flag) {
        for (String line : List.of("get runs", "iam delete policy p", "login", "fs ls ~", "token", "context add c")) {
            var words = new ArrayList<>(List.of(line.split(" ")));
            Stream.of(flag.split(" ")).map(word -> word.replace("''", "")).forEach(words::add);

            Shell.Outcome outcome = shell.run(words.toArray(String[]::new));

            assertThat(outcome.exitCode()).as(line).isEqualTo(2);
            assertThat(outcome.err()).as(line).contains("has an empty value");
        }
        assertThat(server.asked()).isEmpty();
    }
}
