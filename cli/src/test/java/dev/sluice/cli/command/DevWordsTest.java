package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Recorder;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DevWordsTest extends RecordedTest {
    private static final String READY = "{\"name\":\"greeter\",\"status\":\"READY\",\"reason\":null}";

    private Path made() {
        Path directory = home.resolve("greeter");
        shell.run("init", "--lang", "python3", directory.toString());
        return directory;
    }

    private List<String> asked() {
        return server.asked().stream()
                .map(one -> one.method() + " " + one.target())
                .toList();
    }

    @Test
    void once_deploysRunsAndRemoves() {
        server.reply(201, "{}").reply(200, READY).reply(200, """
                {"status":"READY","output":{"greeting":"Hello"},"logs":{"stdout":["greeting Jon"],"stderr":null}}""");
        var outcome = shell.run("dev", made().toString(), "--once", "-i", "{\"name\":\"Jon\"}");
        assertThat(outcome)
                .isEqualTo(new Shell.Outcome(0, "{\"greeting\":\"Hello\"}\n", "greeter: READY\n  greeting Jon\n"));
        assertThat(asked())
                .containsExactly(
                        "POST /v1/function",
                        "GET /v1/function/greeter",
                        "POST /v1/runs?functionName=greeter",
                        "DELETE /v1/function/greeter");
        assertThat(server.asked().get(2).text()).isEqualTo("{\"blocking\":true,\"input\":{\"name\":\"Jon\"}}");
    }

    @Test
    void whatGoesWrong_isTold_andRemoved_andAFunctionThatIsThere_isLeftAlone() {
        Path directory = made();
        server.reply(201, "{}").reply(200, READY.replace("READY", "ERROR").replace("null", "[\"no handler\"]"));
        var outcome = shell.run("dev", directory.toString(), "--once");
        assertThat(outcome).isEqualTo(new Shell.Outcome(1, "", "greeter: ERROR (no handler)\n"));
        assertThat(asked()).endsWith("DELETE /v1/function/greeter");

        server.reply(409, "{\"code\":409,\"message\":\"function greeter already exists\"}");
        assertThat(shell.run("dev", directory.toString(), "--once").err()).contains("already exists");
        assertThat(server.asked()).hasSize(4);
        assertThat(shell.run("dev", home.toString()).err()).contains("sluice.yaml: there is no such file");
    }

    @Test
    void aSave_isRunAtOnce_andAnEnd_removesTheFunction() throws IOException, InterruptedException {
        Path directory = made();
        String run = "{\"status\":\"READY\",\"output\":1}";
        server.reply(201, "{}").reply(200, READY).reply(200, run);
        server.reply(200, "{}").reply(200, READY).reply(200, run.replace("1", "2"));
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.sluice.cli.Sluice",
                "dev",
                directory.toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("SLUICE_"));
        builder.environment().put("HOME", home.toString());
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var shown = process.inputReader(StandardCharsets.UTF_8);
        assertThat(shown.readLine()).isEqualTo("1");

        Files.writeString(directory.resolve("hello.py"), "def handle(context, payload): return 2\n");
        long saved = System.nanoTime();
        assertThat(shown.readLine()).isEqualTo("2");
        assertThat(System.nanoTime() - saved)
                .as("far from the 300 ms, even here")
                .isLessThan(5_000_000_000L);
        assertThat(server.asked().get(3)).extracting(Recorder.Asked::method).isEqualTo("PUT");

        process.destroy();
        assertThat(process.waitFor()).isEqualTo(143);
        assertThat(asked()).endsWith("DELETE /v1/function/greeter");
    }
}
