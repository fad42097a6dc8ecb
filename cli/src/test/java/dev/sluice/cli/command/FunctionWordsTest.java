package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Requests as Dispatch's client sends them (contracts: appendix A), and its messages.
final class FunctionWordsTest extends RecordedTest {
    private static final String SOURCE = "\"source\":\"[A-Za-z0-9+/]+=*\"";

    private Path file;

    @BeforeEach
    void start() throws IOException {
        file = Files.writeString(home.resolve("hello.js"), "module.exports = () => 1");
    }

    private String bodyWithoutSource() {
        return server.only().text().replaceFirst(SOURCE, "\"source\":\"\"");
    }

    @Test
    void create_fromADirectory_postsWhatDispatchPosts() throws IOException {
        Path directory = Files.createDirectory(home.resolve("nodejs"));
        Files.writeString(directory.resolve("hello.js"), "module.exports = () => 1");
        server.reply(201, "{\"name\":\"node-hello\"}");

        var outcome = shell.run(
                "create", "function", "--image=nodejs", "node-hello", directory.toString(), "--handler=./hello.js");

        assertThat(outcome).isEqualTo(new Shell.Outcome(0, "Created function: node-hello\n", ""));
        assertThat(server.only().method()).isEqualTo("POST");
        assertThat(server.only().target()).isEqualTo("/v1/function");
        assertThat(server.only().header("Content-Type")).isEqualTo("application/json");
        assertThat(bodyWithoutSource())
                .isEqualTo("{\"source\":\"\",\"image\":\"nodejs\",\"handler\":\"./hello.js\",\"name\":\"node-hello\","
                        + "\"reason\":null,\"schema\":{\"in\":null,\"out\":null},\"secrets\":[],\"services\":[],"
                        + "\"tags\":[]}");
    }

    @Test
    void create_withEveryFlag_postsWhatDispatchPosts() throws IOException {
        Path in = Files.writeString(home.resolve("in.json"), "{\"required\": [\"name\"]}");
        Path out = Files.writeString(home.resolve("out.json"), "{\"properties\": {}}");

        shell.run(
                "create",
                "function",
                "--image=nodejs",
                "f2",
                file.toString(),
                "--schema-in",
                in.toString(),
                "--schema-out",
                out.toString(),
                "--secret",
                "s1",
                "--secret",
                "s2,s3",
                "--service",
                "si",
                "--timeout",
                "5000",
                "-a",
                "app1");

        assertThat(bodyWithoutSource())
                .isEqualTo("{\"source\":\"\",\"image\":\"nodejs\",\"handler\":\"\",\"name\":\"f2\",\"reason\":null,"
                        + "\"schema\":{\"in\":{\"required\":[\"name\"]},\"out\":{\"properties\":{}}},"
                        + "\"secrets\":[\"s1\",\"s2,s3\"],\"services\":[\"si\"],\"timeout\":5000,"
                        + "\"tags\":[{\"key\":\"Application\",\"value\":\"app1\"}]}");
    }

    @Test
    void create_sendsSizeAndEnvironment_ifAskedTo() {
        shell.run(
                "create",
                "function",
                "--image=python3",
                "f",
                file.toString(),
                "--memory",
                "512",
                "--max-instances=3",
                "--env",
                "MODE=a=b",
                "--env",
                "EMPTY=");

        assertThat(bodyWithoutSource())
                .contains("\"services\":[],\"maxInstances\":3,\"memory\":512,"
                        + "\"environment\":{\"MODE\":\"a=b\",\"EMPTY\":\"\"},\"tags\":[]");
    }

    @Test
    void create_fromAnUrl_letsTheServerFetchIt() {
        shell.run("create", "function", "--image=python3", "f", "https://a.test/f.tar.gz", "--handler", "f.handle");

        assertThat(server.only().text()).startsWith("{\"sourceURL\":\"https://a.test/f.tar.gz\",\"image\":");
    }

    @Test
    void aVariableWithoutName_asksNoServer() {
        var outcome = shell.run("create", "function", "--image=python3", "f", file.toString(), "--env", "=x");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void getFunction_savesItsSource() throws IOException {
        server.reply(200, "an archive");
        Path archive = home.resolve("f.tar.gz");

        var outcome = shell.run("get", "function", "f", "--source", archive.toString(), "--version", "2");

        assertThat(server.only().target()).isEqualTo("/v1/function/f/source?version=2");
        assertThat(outcome).isEqualTo(new Shell.Outcome(0, "Saved source: " + archive + "\n", ""));
        assertThat(archive).hasContent("an archive");
    }

    @Test
    void getFunction_writesItsSourceToStandardOutput() {
        server.reply(200, "an archive");

        assertThat(shell.run("get", "function", "f", "--source", "-").out()).isEqualTo("an archive");
    }

    @Test
    void create_withJsonOutput_printsTheFunctionAlone() {
        server.reply(201, "{\"name\":\"f\",\"status\":\"INITIALIZED\"}");

        var outcome = shell.run("create", "function", "f", file.toString(), "--image", "nodejs", "-o", "json");

        assertThat(outcome.out()).isEqualTo("{\n    \"name\": \"f\",\n    \"status\": \"INITIALIZED\"\n}\n");
    }

    @Test
    void create_fromADirectoryWithoutHandler_asksNoServer() {
        var outcome = shell.run("create", "function", "f", home.toString(), "--image", "nodejs");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("handler is required").contains("is a directory");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void create_withoutImage_isAUsageError() {
        var outcome = shell.run("create", "function", "f", file.toString());

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("--image").contains("sluice create function --help");
    }

    @Test
    void create_ofAFileThatIsNotThere_saysSo() {
        var outcome = shell.run("create", "function", "f", home.resolve("no.py").toString(), "--image", "python3");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("no.py does not exist");
    }

    @Test
    void create_withATimeoutThatIsNoNumber_isAUsageError() {
        var outcome = shell.run("create", "function", "f", file.toString(), "--image", "nodejs", "--timeout", "5s");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("milliseconds");
    }

    @Test
    void create_ofANameThatIsTaken_printsTheRefusalAsDispatchDoes() {
        server.reply(409, "{\"code\":409,\"message\":\"function f already exists\"}");

        var outcome = shell.run("create", "function", "f", file.toString(), "--image", "nodejs");

        assertThat(outcome).isEqualTo(new Shell.Outcome(1, "", "[Code: 409] function f already exists\n"));
    }

    @Test
    void update_putsToTheFunction() {
        var outcome = shell.run("update", "function", "f", file.toString(), "--image", "nodejs");

        assertThat(outcome).isEqualTo(new Shell.Outcome(0, "Updated function: f\n", ""));
        assertThat(server.only().method()).isEqualTo("PUT");
        assertThat(server.only().target()).isEqualTo("/v1/function/f");
        assertThat(bodyWithoutSource())
                .startsWith("{\"source\":\"\",\"image\":\"nodejs\",\"handler\":\"\",\"name\":\"f\"");
    }

    @Test
    void get_ofOne_printsAnObject() {
        server.reply(200, "{\"name\":\"f2\"}");

        var outcome = shell.run("get", "function", "f2", "-o", "json");

        assertThat(server.only().method() + " " + server.only().target()).isEqualTo("GET /v1/function/f2");
        assertThat(server.only().header("Content-Type")).isEqualTo("(absent)");
        assertThat(outcome.out()).isEqualTo("{\n    \"name\": \"f2\"\n}\n");
    }

    @Test
    void get_ofAll_printsAnAlignedTable() {
        server.reply(200, """
                [{"name":"hello","image":"python3","status":"READY","createdTime":0,"reason":null},
                 {"name":"g","image":"nodejs","status":"ERROR","createdTime":-62135596800,"reason":["no handler"]}]
                """);

        var outcome = shell.run("get", "functions");

        assertThat(server.only().target()).isEqualTo("/v1/function");
        assertThat(outcome.out()).isEqualTo("""
                NAME  | IMAGE   | STATUS             | CREATED DATE
                ---------------------------------------------------
                hello | python3 | READY              | -
                g     | nodejs  | ERROR (no handler) | -
                """);
    }

    @Test
    void get_ofNone_printsAnEmptyListWhateverTheServerCallsIt() {
        server.reply(200, "null").reply(200, "[]");

        assertThat(shell.run("get", "functions").out()).startsWith("NAME");
        assertThat(shell.run("get", "function", "--json").out()).isEqualTo("[]\n");
    }

    @Test
    void delete_sendsNoBody() {
        var outcome = shell.run("delete", "function", "f2");

        assertThat(outcome).isEqualTo(new Shell.Outcome(0, "Deleted function: f2\n", ""));
        assertThat(server.only().method() + " " + server.only().target()).isEqualTo("DELETE /v1/function/f2");
        assertThat(server.only().header("Content-Type")).isEqualTo("application/json");
        assertThat(server.only().body()).isEmpty();
    }

    @Test
    void aNameWithASlash_staysOneSegment() {
        shell.run("delete", "function", "../v1/iam?x");

        assertThat(server.only().target()).isEqualTo("/v1/function/..%2Fv1%2Fiam%3Fx");
    }

    @Test
    void waiting_tellsEachStep_andFailsForAnError() throws IOException {
        Path source = Files.writeString(home.resolve("f.py"), "def handle(context, payload): return payload\n");
        server.reply(200, "{}")
                .reply(200, "{\"name\":\"f\",\"status\":\"UPDATING\",\"reason\":null}")
                .reply(200, "{\"name\":\"f\",\"status\":\"ERROR\",\"reason\":[\"no handler\"]}");
        assertThat(shell.run("update", "function", "f", source.toString(), "--image", "python3", "--wait"))
                .isEqualTo(new Shell.Outcome(1, "Updated function: f\n", "f: UPDATING\nf: ERROR (no handler)\n"));
    }
}
