package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class RoleAndKeyWordsTest extends RecordedTest {
    @Test
    void roles_areMade_changed_andDeleted() {
        assertThat(shell.run("iam", "create", "role", "r", "--action", "get,update", "--resource", "function/web-*")
                        .out())
                .isEqualTo("Created role: r\n");
        assertThat(shell.run("iam", "update", "role", "r", "--action", "get", "--resource", "runs")
                        .out())
                .isEqualTo("Updated role: r\n");
        assertThat(shell.run("iam", "delete", "role", "r").out()).isEqualTo("Deleted role: r\n");
        assertThat(shell.run("iam", "create", "role", "r", "--action", "get").err())
                .contains("missing flag: --resource");
        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target() + " " + asked.body())
                .containsExactly(
                        "POST /v1/iam/role {\"name\":\"r\",\"rules\":[{\"actions\":[\"get\",\"update\"],"
                                + "\"resources\":[\"function/web-*\"]}]}",
                        "PUT /v1/iam/role/r {\"name\":\"r\",\"rules\":[{\"actions\":[\"get\"],"
                                + "\"resources\":[\"runs\"]}]}",
                        "DELETE /v1/iam/role/r ");
    }

    @Test
    void aKey_isMadeHere_orTakenFromAFile_andTakenAway() throws IOException {
        Path made = home.resolve("ci-2.pem");
        assertThat(shell.run("iam", "create", "key", "ci", "--private-key", made.toString(), "--key-kind", "p256")
                        .out())
                .contains("Its private key is " + made);
        assertThat(Files.readString(made)).startsWith("-----BEGIN PRIVATE KEY-----");
        Path key = Files.writeString(home.resolve("k.pub"), "key");
        shell.run("iam", "create", "key", "ci", "--public-key", key.toString(), "--days", "90");
        assertThat(shell.run("iam", "delete", "key", "ci", "abc").out()).isEqualTo("Deleted key: abc\n");
        assertThat(shell.run("iam", "create", "key", "ci").err()).contains("--private-key FILE to make a pair");
        assertThat(shell.run("iam", "create", "key", "ci", "--public-key", key.toString(), "--days", "0")
                        .err())
                .contains("--days is a number from 1 to");
        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target())
                .containsExactly(
                        "POST /v1/iam/serviceaccount/ci/key",
                        "POST /v1/iam/serviceaccount/ci/key",
                        "DELETE /v1/iam/serviceaccount/ci/key/abc");
        assertThat(server.asked().get(1).body()).matches("\\{\"expiresTime\":\\d+,\"publicKey\":\"a2V5\"}");
    }
}
