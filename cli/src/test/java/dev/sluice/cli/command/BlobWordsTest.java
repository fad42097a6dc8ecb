package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class BlobWordsTest extends RecordedTest {
    private static final String RUN = "{\"name\":\"id\",\"status\":\"READY\",\"outputRef\":\"ef\"}";

    @Test
    void put_sendsTheFile_andSaysItsId() throws IOException {
        Path file = Files.writeString(home.resolve("film"), "content");
        server.reply(201, "{\"id\":\"ab\",\"sizeBytes\":7,\"expires\":1}");

        var outcome = shell.run("blob", "put", file.toString(), "--label", "acme/runs,T");

        assertThat(server.only().method() + " " + server.only().target())
                .isEqualTo("POST /v1/blob?label=acme%2Fruns%2CT");
        assertThat(server.only().text()).isEqualTo("content");
        assertThat(server.only().header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(outcome.out().strip()).isEqualTo("ab");
    }

    @Test
    void get_printsIt_orKeepsItInAFile() throws IOException {
        server.reply(200, "application/octet-stream", "content").reply(200, "application/octet-stream", "content");
        Path file = home.resolve("film");

        assertThat(shell.run("blob", "get", "ab").out()).isEqualTo("content");
        shell.run("blob", "get", "ab", "--output-file", file.toString());

        assertThat(file).hasContent("content");
    }

    @Test
    void get_ofWhatIsRefused_leavesNothing_andWhatWasThere() throws IOException {
        Path file = Files.writeString(home.resolve("film"), "before");
        server.reply(404, "{\"code\":404,\"message\":\"blob ab not found\"}");

        var outcome = shell.run("blob", "get", "ab", "--output-file", file.toString());

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("blob ab not found");
        assertThat(file).hasContent("before");
        try (var left = Files.list(home)) {
            assertThat(left.filter(one -> one.toString().contains(".part-"))).isEmpty();
        }
    }

    @Test
    void delete_deletes() {
        shell.run("blob", "delete", "ab", "--function", "f");

        assertThat(server.only().method() + " " + server.only().target())
                .isEqualTo("DELETE /v1/blob/ab?functionName=f");
    }

    @Test
    void exec_withFiles_uploads_runs_andKeepsTheOutput() throws IOException {
        Path in = Files.writeString(home.resolve("in"), "content");
        Path out = home.resolve("out");
        server.reply(201, "{\"id\":\"ab\"}").reply(200, RUN).reply(200, "application/octet-stream", "result");

        var outcome =
                shell.run("exec", "f:3", "--wait", "--input-file", in.toString(), "--output-file", out.toString());

        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target())
                .containsExactly(
                        "POST /v1/blob?functionName=f",
                        "POST /v1/runs?functionName=f%3A3",
                        "GET /v1/blob/ef?functionName=f");
        assertThat(server.asked().get(1).text()).contains("\"inputRef\":\"ab\",\"input\":{}");
        assertThat(out).hasContent("result");
    }

    @Test
    void getRun_keepsItsOutput_andSaysWhereThereIsNone() {
        Path out = home.resolve("out");
        server.reply(200, RUN).reply(200, "application/octet-stream", "result");

        shell.run("get", "run", "f", "id", "--output-file", out.toString());

        assertThat(out).hasContent("result");
        var outcome = shell.run("get", "run", "f", "id", "--output-file", out.toString());
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("context.output");
    }

    @Test
    void exec_withAnOutputFile_waits() {
        var outcome = shell.run("exec", "f", "--output-file", "out");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(server.asked()).isEmpty();
    }
}
