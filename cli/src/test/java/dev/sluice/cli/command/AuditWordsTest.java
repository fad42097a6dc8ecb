package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AuditWordsTest extends RecordedTest {
    @Test
    void explain_printsTheServersWords() {
        server.reply(200, "text/plain", "run 7\n");

        assertThat(shell.run("explain", "7/x")).isEqualTo(new Shell.Outcome(0, "run 7\n", ""));
        assertThat(server.only().target()).isEqualTo("/v1/explain/7%2Fx?format=text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "dot", "svg"})
    void explain_printsItsOwnFormats_asTheyAre(String format) {
        server.reply(200, "text/plain", "<" + format + ">");

        assertThat(shell.run("explain", "7", "-o", format)).isEqualTo(new Shell.Outcome(0, "<" + format + ">", ""));
        assertThat(server.only().target()).isEqualTo("/v1/explain/7?format=" + format);
    }

    @Test
    void explain_asJson_isIndented() {
        server.reply(200, "{\"id\":\"7\"}");

        assertThat(shell.run("explain", "7", "-o", "json").out()).contains("\"id\": \"7\"");
        assertThat(server.only().target()).isEqualTo("/v1/explain/7");
    }

    @Test
    void explain_ofWhatOneMayNotKnow_saysSo() {
        server.reply(404, "{\"code\":404,\"message\":\"explanation 7 not found\"}");

        assertThat(shell.run("explain", "7"))
                .isEqualTo(new Shell.Outcome(1, "", "[Code: 404] explanation 7 not found\n"));
    }

    @Test
    void otherCommands_printNoPictures() {
        assertThat(shell.run("get", "runs", "-o", "svg").exitCode()).isEqualTo(2);
        assertThat(shell.run("explain", "7", "-o", "png").err()).contains("svg");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void verify_printsTheHead_andIsANo_whenTheLogIsBroken() {
        server.reply(200, "{\"sound\":true,\"head\":\"1-a.2-b\",\"records\":3}");
        assertThat(shell.run("audit", "verify", "--expect", "1-a.2-b"))
                .isEqualTo(new Shell.Outcome(0, "sound: 3 records\nhead: 1-a.2-b\n", ""));
        assertThat(server.asked().getLast().target()).isEqualTo("/v1/audit/verify?expect=1-a.2-b");

        server.reply(200, "{\"sound\":true,\"head\":\"1-a.2-b\",\"records\":3}");
        assertThat(shell.run("audit", "verify", "--operator").exitCode()).isZero();
        assertThat(server.asked().getLast().target()).isEqualTo("/v1/audit/verify?chains=operator");

        server.reply(200, "{\"sound\":false,\"chain\":\"acts\",\"record\":3,\"reason\":\"was changed\"}");
        assertThat(shell.run("audit", "verify"))
                .isEqualTo(new Shell.Outcome(1, "broken: record 3 of acts was changed\n", ""));
    }

    @Test
    void list_showsATable() {
        server.reply(
                200,
                "[{\"time\":\"2026-01-01T00:00:00Z\",\"kind\":\"gate.create\",\"who\":\"acme\","
                        + "\"what\":\"home:x\",\"label\":\"acme/iam,T\"}]");

        assertThat(shell.run("audit", "list").out())
                .contains("KIND")
                .contains("gate.create")
                .contains("acme/iam,T");
    }
}
