package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WhatIfWordsTest extends RecordedTest {
    private static final String NOTHING = "{\"since\":\"2026-11-20T12:00:00Z\",\"first\":\"2026-11-21T11:00:00Z\","
            + "\"more\":false,\"looked\":12,\"flips\":[]}";
    private static final String FLIPS = "{\"organization\":\"acme\",\"since\":\"2026-11-20T12:00:00Z\",\"first\":\"\","
            + "\"more\":true,\"until\":\"2026-11-21T11:30:00Z\",\"looked\":3,\"changed\":1,\"accountsGone\":2,"
            + "\"organizationsGone\":0,\"rolesGone\":[\"ops\"],\"unnoted\":0,\"flipsLeft\":4,\"flips\":["
            + "{\"time\":\"2026-11-21T10:00:00Z\",\"who\":\"ci\",\"action\":\"create\",\"resource\":\"runs\","
            + "\"name\":\"hello\",\"organization\":\"acme\",\"now\":\"allowed\",\"then\":\"denied\",\"times\":3,\"and\":[]},"
            + "{\"time\":\"2026-11-21T11:00:00Z\",\"who\":\"adm\",\"action\":\"create\",\"resource\":\"function\","
            + "\"name\":\"\",\"organization\":\"blue\",\"now\":\"denied\",\"then\":\"allowed\",\"times\":1,"
            + "\"and\":[\"get secret\"]}]}";

    private String file(String content) throws IOException {
        return Files.writeString(home.resolve("p"), content).toString();
    }

    /// YAML, JSON, a list as `iam get policies` prints it: the same request.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "kind: Policy\nname: dev\nrules:\n- subjects: [ci]\n  roles: [viewer]\n",
                "{\"id\":\"1\",\"kind\":\"Policy\",\"name\":\"dev\",\"rules\":[{\"subjects\":[\"ci\"],\"roles\":[\"viewer\"]}]}",
                "\n[{\"name\":\"dev\",\"status\":\"READY\",\"rules\":[{\"subjects\":[\"ci\"],\"roles\":[\"viewer\"]}]}]",
                "- name: dev\n  createdTime: 7\n  rules:\n    - subjects:\n        - ci\n      roles:\n        - viewer\n",
            })
    void policies_areSent_whateverTheyAreWrittenIn(String content) throws IOException {
        server.reply(200, NOTHING);
        assertThat(shell.run("iam", "whatif", "-f", file(content)).out())
                .isEqualTo("no decision would flip (12 looked at since 2026-11-21T11:00:00Z)\n");
        assertThat(server.only().method() + " " + server.only().target()).isEqualTo("POST /v1/iam/whatif");
        assertThat(server.only().body())
                .isEqualTo(
                        "{\"policies\":[{\"name\":\"dev\",\"rules\":[{\"subjects\":[\"ci\"],\"roles\":[\"viewer\"]}]}]}");
    }

    @Test
    void standardInput_isAFileToo_andDocumentsAreAllSent() {
        server.reply(200, NOTHING);
        shell.typing("name: a\nrules: []\n---\nname: b\nglobal: true\n").run("iam", "whatif", "-f", "-");
        assertThat(server.only().body())
                .isEqualTo("{\"policies\":[{\"name\":\"a\",\"rules\":[]},{\"name\":\"b\",\"global\":true}]}");
    }

    @ParameterizedTest
    @CsvSource({
        "30m, 2026-11-21T11:30:00Z",
        "24h, 2026-11-20T12:00:00Z",
        "7d, 2026-11-14T12:00:00Z",
        "2026-01-31T12:00:00Z, 2026-01-31T12:00:00Z",
    })
    void since_isAnAge_orATime(String since, String sent) {
        server.reply(200, NOTHING);
        shell.run("iam", "whatif", "--without", "dev", "--without", "ops", "--since", since);
        assertThat(server.only().body()).isEqualTo("{\"without\":[\"dev\",\"ops\"],\"since\":\"" + sent + "\"}");
    }

    @Test
    void flips_areATable_andWhatWasNotLookedAt_isSaid() {
        server.reply(200, FLIPS);
        Shell.Outcome outcome = shell.run("iam", "whatif", "--without", "dev");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out().replaceAll(" +", " ").replaceAll("-{9,}", "-")).isEqualTo("""
                WHEN | WHO | ACTION | RESOURCE | NOW | THEN | TIMES
                -
                2026-11-21T10:00:00Z | ci | create | runs/hello | allowed | denied | 3
                2026-11-21T11:00:00Z | adm | create | function and ["get secret"] in blue | denied | allowed | 1
                these would flip (3 looked at since 2026-11-20T12:00:00Z)
                4 more would flip and are not listed
                1 are decided otherwise already now than they were then
                2 of accounts that are gone were not looked at
                rules speak of roles that are not there: ["ops"]
                there are more: go on with --since 2026-11-21T11:30:00Z
                """);
    }

    @Test
    void theExitCode_tellsOfFlips_onlyIfItIsAskedTo() {
        server.reply(200, FLIPS).reply(200, NOTHING).reply(200, NOTHING.replace("\"more\":false", "\"more\":true"));
        assertThat(shell.run("iam", "whatif", "--without", "dev", "--fail-on-flip", "-o", "json")
                        .exitCode())
                .isEqualTo(1);
        assertThat(shell.run("iam", "whatif", "--without", "dev", "--fail-on-flip")
                        .exitCode())
                .isZero();
        assertThat(shell.run("iam", "whatif", "--without", "dev", "--fail-on-flip")
                        .exitCode())
                .isEqualTo(1);
    }

    @Test
    void whatIsNoPolicy_asksNoServer() throws IOException {
        assertThat(shell.run("iam", "whatif").err()).contains("nothing to try: say -f FILE, --without NAME or both");
        for (String bad : new String[] {"", "kind: Function\nname: f\n", "[7]", "{", "a: *b", "[]"}) {
            Shell.Outcome outcome = shell.run("iam", "whatif", "-f", file(bad));
            assertThat(outcome.exitCode()).as(bad).isEqualTo(2);
        }
        assertThat(shell.run("iam", "whatif", "--without", "p", "--since", "soon")
                        .exitCode())
                .isEqualTo(2);
        assertThat(shell.run("iam", "whatif", "-f", home.resolve("none").toString())
                        .err())
                .contains("there is no such file");
        assertThat(server.asked()).isEmpty();
    }
}
