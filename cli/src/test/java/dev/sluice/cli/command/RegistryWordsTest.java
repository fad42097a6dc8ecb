package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `create|get|update|delete registry`. The password is typed, piped or in a file, and shown nowhere.
final class RegistryWordsTest extends RecordedTest {
    private static final String ANSWER = "{\"id\":\"i\",\"name\":\"own\",\"kind\":\"Registry\","
            + "\"host\":\"r.example.com:5000\",\"username\":\"ci\",\"version\":1,\"createdTime\":1700000000,"
            + "\"tags\":null}";

    @Test
    void thePassword_isTypedUnseen() {
        server.reply(201, ANSWER);
        Shell.Outcome outcome = shell.answering("correct-horse")
                .run("create", "registry", "own", "r.example.com:5000", "--username", "ci", "--debug");
        assertThat(outcome.out()).isEqualTo("Created registry: own\n");
        assertThat(shell.questions()).containsExactly("*Password of ci at r.example.com:5000: ");
        assertThat(outcome.err()).doesNotContain("correct-horse");
        assertThat(server.asked().getLast().method() + " "
                        + server.asked().getLast().target())
                .isEqualTo("POST /v1/registry");
        assertThat(server.asked().getLast().text())
                .isEqualTo("{\"name\":\"own\",\"host\":\"r.example.com:5000\",\"username\":\"ci\",\"tags\":[],"
                        + "\"password\":\"correct-horse\"}");
    }

    @Test
    void thePassword_isInAFile_orPiped_withoutTheEndOfItsLine() throws IOException {
        Path file = Files.writeString(home.resolve("password"), "from-file\n");
        shell.run("create", "registry", "own", "h", "--username", "ci", "--password-file", file.toString());
        assertThat(server.asked().getLast().text()).endsWith("\"password\":\"from-file\"}");
        shell.typing("from-pipe\r\n").run("create", "registry", "own", "h", "--username", "ci", "--password-stdin");
        assertThat(server.asked().getLast().text()).endsWith("\"password\":\"from-pipe\"}");
        int before = server.asked().size();
        Shell.Outcome both = shell.run(
                "create", "registry", "own", "h", "--username", "ci", "--password-stdin", "--password-file", "f");
        assertThat(both.exitCode()).isEqualTo(2);
        assertThat(both.err()).contains("leave out --password-stdin");
        Shell.Outcome neither = shell.run("create", "registry", "own", "h", "--username", "ci");
        assertThat(neither.exitCode()).isEqualTo(2);
        assertThat(neither.err()).contains("--password-file FILE");
        assertThat(shell.run("create", "registry", "own", "h", "--username", "ci", "--password", "x")
                        .err())
                .contains("--password");
        assertThat(shell.typing("")
                        .run("create", "registry", "own", "h", "--username", "ci", "--password-stdin")
                        .err())
                .contains("the password is empty");
        assertThat(server.asked()).hasSize(before);
    }

    @Test
    void anUpdate_keepsWhatItDoesNotSay() {
        server.reply(200, ANSWER.replace("null", "[{\"key\":\"Application\",\"value\":\"shop\"}]"))
                .reply(200, ANSWER);
        assertThat(shell.typing("rotated\n").run("update", "registry", "own", "--password-stdin"))
                .isEqualTo(new Shell.Outcome(0, "Updated registry: own\n", ""));
        assertThat(server.asked().getLast().method() + " "
                        + server.asked().getLast().target())
                .isEqualTo("PUT /v1/registry/own");
        assertThat(server.asked().getLast().text())
                .isEqualTo("{\"name\":\"own\",\"host\":\"r.example.com:5000\",\"username\":\"ci\","
                        + "\"tags\":[{\"key\":\"Application\",\"value\":\"shop\"}],\"password\":\"rotated\"}");
        server.reply(200, ANSWER).reply(200, ANSWER);
        shell.typing("p").run("update", "registry", "own", "h2", "--username", "u2", "--password-stdin");
        assertThat(server.asked().getLast().text()).contains("\"host\":\"h2\",\"username\":\"u2\"");
    }

    @Test
    void registries_areShown_andDeleted() {
        server.reply(200, "[" + ANSWER + "]")
                .reply(200, ANSWER)
                .reply(200, ANSWER)
                .reply(200, ANSWER);
        assertThat(shell.run("get", "registries").out()).contains("r.example.com:5000", "ci", "USERNAME", "2023");
        assertThat(shell.run("get", "registry", "own", "-o", "json").out())
                .contains("\"host\": \"r.example.com:5000\"");
        assertThat(shell.run("get", "registry", "own", "-o", "yaml").out()).contains("host: \"r.example.com:5000\"");
        assertThat(shell.run("delete", "registry", "own").out()).isEqualTo("Deleted registry: own\n");
        assertThat(server.asked().getLast().method() + " "
                        + server.asked().getLast().target())
                .isEqualTo("DELETE /v1/registry/own");
        assertThat(shell.run("help", "create", "registry").out()).contains("sluice create registry ghcr ghcr.io");
    }

    @Test
    void aPassword_goesOverNoNetworkWithoutTls() throws IOException {
        Path work = Files.createDirectories(home.resolve("work"));
        Files.writeString(work.resolve("b.yaml"), "kind: Registry\nname: own\nhost: h\nusername: ci\npassword: x\n");
        for (String[] line : new String[][] {
            {"create", "registry", "own", "h", "--username", "ci", "--password-stdin"},
            {"update", "registry", "own", "--password-stdin"},
            {"create", "-f", "b.yaml", "-w", work.toString()}
        }) {
            var far = new java.util.ArrayList<>(java.util.List.of(line));
            far.addAll(java.util.List.of("--host", "sluice.example.com"));
            Shell.Outcome outcome = shell.typing("x").run(far.toArray(String[]::new));
            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.err()).contains("without TLS");
        }
    }

    @Test
    void aBatch_makesRegistries_andServiceInstances() throws IOException {
        Path work = Files.createDirectories(home.resolve("work"));
        Files.writeString(work.resolve("password"), "correct-horse\n");
        Files.writeString(work.resolve("b.yaml"), """
                kind: Registry
                name: own
                host: r.example.com:5000
                username: ci
                passwordFile: password
                ---
                kind: Registry
                name: other
                host: o.example.com
                username: ci
                password: 1234
                ---
                kind: ServiceInstance
                name: db
                serviceClass: user-provided-service
                servicePlan: default
                """);
        Shell.Outcome made = shell.run("create", "-f", "b.yaml", "-w", work.toString(), "-a", "shop");
        assertThat(made.out())
                .isEqualTo("Created Registry: own\nCreated Registry: other\nCreated ServiceInstance: db\n");
        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target())
                .containsExactly("POST /v1/registry", "POST /v1/registry", "POST /v1/serviceinstance");
        assertThat(server.asked().getFirst().text())
                .contains("\"password\":\"correct-horse\"", "\"value\":\"shop\"")
                .doesNotContain("passwordFile");
        assertThat(server.asked().get(1).text()).contains("\"password\":\"1234\"");
        Files.writeString(work.resolve("r.yaml"), "{kind: Registry, name: own, passwordFile: password}\n");
        shell.run("update", "-f", "r.yaml", "-w", work.toString());
        assertThat(server.asked().get(3).method() + server.asked().get(3).target())
                .isEqualTo("PUT/v1/registry/own");
        shell.run("delete", "-f", "b.yaml", "-w", work.toString());
        assertThat(server.asked().getLast().method() + server.asked().getLast().target())
                .isEqualTo("DELETE/v1/serviceinstance/db");
    }
}
