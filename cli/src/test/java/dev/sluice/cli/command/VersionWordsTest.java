package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class VersionWordsTest extends RecordedTest {
    @Test
    void getVersions_listsThem() {
        server.reply(
                200,
                "[{\"name\":\"f\",\"image\":\"python3\",\"handler\":\"\",\"createdTime\":1530561893,\"version\":2}]");

        var outcome = shell.run("get", "versions", "f");

        assertThat(server.only().target()).isEqualTo("/v1/function/f/versions");
        assertThat(outcome.out()).contains("VERSION").contains("2 ").contains("python3");
    }

    @Test
    void anAlias_isCreatedWithItsShares() {
        server.reply(201, "{\"name\":\"prod\"}");

        var outcome = shell.run("alias", "create", "f", "prod", "3=90,4=10");

        assertThat(outcome).isEqualTo(new Shell.Outcome(0, "Created alias: f:prod\n", ""));
        assertThat(server.only().method()).isEqualTo("POST");
        assertThat(server.only().target()).isEqualTo("/v1/function/f/aliases");
        assertThat(server.only().text())
                .isEqualTo("{\"name\":\"prod\",\"versions\":[{\"version\":3,\"weight\":90},"
                        + "{\"version\":4,\"weight\":10}]}");
    }

    @Test
    void anAlias_isUpdatedToOneVersion() {
        shell.run("alias", "update", "f", "prod", "4");

        assertThat(server.only().method()).isEqualTo("PUT");
        assertThat(server.only().target()).isEqualTo("/v1/function/f/aliases/prod");
        assertThat(server.only().text()).isEqualTo("{\"name\":\"prod\",\"versions\":[{\"version\":4}]}");
    }

    @Test
    void aliases_areShownWithWhatTheyWere() {
        server.reply(
                200,
                "[{\"name\":\"prod\",\"versions\":[{\"version\":3,\"weight\":90},{\"version\":4,\"weight\":10}],"
                        + "\"previous\":null,\"modifiedTime\":1530561893}]");

        var outcome = shell.run("alias", "get", "f");

        assertThat(server.only().target()).isEqualTo("/v1/function/f/aliases");
        assertThat(outcome.out()).contains("prod").contains("3=90,4=10");
    }

    @ParameterizedTest
    @CsvSource({
        "alias rollback f prod, POST, /v1/function/f/aliases/prod/rollback, Rolled back alias: f:prod",
        "alias delete f prod, DELETE, /v1/function/f/aliases/prod, Deleted alias: f:prod",
        "delete version f 3, DELETE, /v1/function/f/versions/3, Deleted version: f:3",
    })
    void theOthers_askForWhatTheySay(String line, String method, String target, String said) {
        var outcome = shell.run(line.split(" "));

        assertThat(outcome).isEqualTo(new Shell.Outcome(0, said + "\n", ""));
        assertThat(server.only().method()).isEqualTo(method);
        assertThat(server.only().target()).isEqualTo(target);
    }

    @Test
    void whatIsNoVersion_asksNoServer() {
        var outcome = shell.run("alias", "create", "f", "prod", "latest");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("3=90,4=10");
        assertThat(server.asked()).isEmpty();
    }
}
