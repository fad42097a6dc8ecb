package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Recorder;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
        assertThat(shell.run("dev", home.toString()).err())
                .contains("there is no sluice.yaml in", "sluice init --lang");
    }

    @Test
    void aSave_isRunAtOnce_andAnEnd_removesTheFunction() throws IOException, InterruptedException {
        Path directory = made();
        String run = "{\"status\":\"READY\",\"output\":1}";
        server.reply(201, "{}").reply(200, READY).reply(200, run);
        server.reply(200, "{}").reply(200, READY).reply(200, run.replace("1", "2"));
        Process process = started(directory.toString());
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

    private Process started(String... more) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.sluice.cli.Sluice",
                "dev"));
        command.addAll(List.of(more));
        var builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("SLUICE_"));
        builder.environment().put("HOME", home.toString());
        return builder.start();
    }

    @Test
    void inATerminal_itAsksForInputs_untilTheyEnd() {
        String run = "{\"status\":\"READY\",\"output\":1}";
        server.reply(201, "{}").reply(200, READY).reply(200, run);
        server.reply(200, run).reply(200, run).reply(404, "{\"code\":404,\"message\":\"gone\"}");

        var outcome = shell.answering("{\"name\":\"Jon\"}", "  ", "{bad", "@/nowhere", "3")
                .run("dev", made().toString());

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEqualTo("1\n1\n1\n");
        assertThat(outcome.err()).contains("Ctrl-D ends this", "not JSON", "cannot read /nowhere", "gone");
        assertThat(server.asked().stream().map(Recorder.Asked::text).filter(text -> text.contains("input\":")))
                .extracting(text -> text.substring(text.indexOf("input")))
                .containsExactly(
                        "input\":{}}", "input\":{\"name\":\"Jon\"}}", "input\":{\"name\":\"Jon\"}}", "input\":3}");
        assertThat(shell.questions()).hasSize(6);
        assertThat(asked()).endsWith("DELETE /v1/function/greeter");
    }

    @Test
    void aPortThatIsNone_isAUsageError_andDeploysNothing() {
        Path directory = made();
        for (String port : List.of("65536", "-1", "x", "")) {
            assertThat(shell.run("dev", directory.toString(), "--port", port).exitCode())
                    .as(port)
                    .isEqualTo(2);
        }
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void aPort_runsWhatIsPosted_forProgramsOfThisMachineOnly() throws IOException, InterruptedException {
        String run = "{\"status\":\"READY\",\"output\":{\"a\":1}}";
        server.reply(201, "{}").reply(200, READY).reply(200, run).reply(200, run);
        Process process = started(made().toString(), "--port", "0");
        try (var client = HttpClient.newHttpClient()) {
            assertThat(process.inputReader().readLine()).isEqualTo("{\"a\":1}");
            String line = process.errorReader().readLine();
            while (!line.startsWith("POST JSON")) {
                line = process.errorReader().readLine();
            }
            var port = URI.create(line.replaceFirst("POST JSON to (\\S+) .*", "$1"));
            assertThat(sent(client, port, "POST", "{\"name\":\"Jon\"}")).isEqualTo("200 {\"a\":1}");
            assertThat(server.asked().getLast().text()).endsWith("\"input\":{\"name\":\"Jon\"}}");

            assertThat(sent(client, port, "POST", "{bad"))
                    .startsWith("400 {\"code\":400,\"message\":\"the body is not JSON");
            assertThat(sent(client, port, "GET", "")).startsWith("405 {\"code\":405");
            assertThat(sent(client, port.resolve("/x"), "POST", "1")).startsWith("404 {\"code\":404");
            assertThat(sent(client, port, "POST", "1", "Origin", "http://evil.test"))
                    .startsWith("403 ");
            assertThat(statusAt(port, "evil.test")).isEqualTo(403);
            assertThat(server.asked()).hasSize(4);

            server.reply(200, """
                    {"status":"ERROR","error":{"type":"FunctionError","message":"no","stacktrace":["at x"]}}""");
            assertThat(sent(client, port, "POST", "1"))
                    .isEqualTo(
                            "502 {\"code\":502,\"type\":\"FunctionError\",\"message\":\"no\",\"stacktrace\":[\"at x\"]}");
            server.reply(200, "{\"status\":\"ERROR\",\"error\":{\"type\":\"InputError\",\"message\":\"no\"}}");
            assertThat(sent(client, port, "POST", "1")).startsWith("400 {\"code\":400,\"type\":\"InputError\"");
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private static String sent(HttpClient client, URI to, String method, String body, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(to).method(method, HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    /// What a browser sends whose user was led to this machine by a name of somebody else's.
    private static int statusAt(URI to, String host) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), to.getPort())) {
            String request = "POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 1\r\n\r\n1";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String line = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            return Integer.parseInt(line.substring(9));
        }
    }
}
