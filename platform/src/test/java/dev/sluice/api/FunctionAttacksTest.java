package dev.sluice.api;

import static dev.sluice.api.ApiServer.function;
import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What somebody tries who may create and run functions of his own organization: against the server, and against
/// another organization.
final class FunctionAttacksTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ECHO = "def handle(context, payload):\n    return payload\n";
    private static final int ENTRIES = 100_000;

    /// Leaves processes that hear no signal and have a session of their own.
    private static final String OUTLIVES = """
            import os, signal, sys, time
            def handle(context, payload):
                for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
                    signal.signal(name, signal.SIG_IGN)
                for _ in range(3):
                    if os.fork() == 0:
                        os.setsid()
                        if os.fork() == 0:
                            os.execv(sys.executable, ['python3', '-c', 'import time; time.sleep(900)', 'OUTLIVES'])
                        os._exit(0)
                while True:
                    try:
                        time.sleep(1)
                    except BaseException:
                        pass
            """;

    private Asker mallory;
    private Asker victim;

    @BeforeAll
    void people() {
        mallory = api.developer("mallory", "*");
        victim = api.developer("victim", "*");
    }

    @Test
    void archivesThatWantToBeElsewhere_orTooMuch_areRefused_andTheServerGoesOn() {
        refused(tar(new TarArchiveEntry("../../evil.py"), "x"));
        refused(tar(new TarArchiveEntry("/etc/evil.py", true), "x"));
        for (byte type : new byte[] {
            TarConstants.LF_SYMLINK,
            TarConstants.LF_LINK,
            TarConstants.LF_CHR,
            TarConstants.LF_BLK,
            TarConstants.LF_FIFO
        }) {
            var entry = new TarArchiveEntry("evil.py", type);
            entry.setLinkName("/etc/passwd");
            refused(tar(entry, ""));
        }
        byte[] whole = Archives.gzip(Archives.tar("a.py", ECHO));
        refused(Arrays.copyOf(whole, whole.length / 2));
        refused(zeros(200 << 20));
        refused(manyEntries());
        create(mallory, python("after", ECHO), "after");
        assertThat(exec(mallory, "after", "1").text("output")).isEqualTo("1");
    }

    /// Whatever it has started, and whatever it hears.
    @Test
    void aFunctionThatOutlivesItsTime_isEnded_withAllThatItHasStarted() {
        create(mallory, function("outlives", "python3", "outlives.py", OUTLIVES, ",\"timeout\":3000"), "outlives");
        Answer accepted = api.post(mallory, "/v1/runs?functionName=outlives", "{\"input\":{}}");
        await().atMost(PATIENCE).until(() -> outliving() == 3);
        await().atMost(PATIENCE).until(() -> outliving() == 0);
        String id = accepted.text("name");
        await().atMost(PATIENCE)
                .until(() -> api.get(mallory, "/v1/runs/" + id).text("status").equals("ERROR"));
        Answer run = api.get(mallory, "/v1/runs/" + id);
        assertThat(run.json().path("error").path("message").asString())
                .isEqualTo("Function execution exceeded the timeout");
    }

    private static long outliving() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info()
                        .arguments()
                        .filter(words -> List.of(words).contains("OUTLIVES"))
                        .isPresent())
                .count();
    }

    @Test
    void aFloodInTheLog_isCut_withANote_andTheAnswerComes() {
        String source = """
                def handle(context, payload):
                    for _ in range(payload):
                        print('x' * 1023)
                    return 'done'
                """;
        create(mallory, python("floods", source), "floods");
        Answer run = exec(mallory, "floods", "20000");
        assertThat(run.text("output")).isEqualTo("done");
        assertThat(run.body()).hasSizeLessThan(1 << 20);
        assertThat(run.json().path("logs").path("stdout").toString()).contains("[the rest was not kept");
        Answer flood = exec(mallory, "floods", "2000000");
        assertThat(flood.text("status")).isEqualTo("ERROR");
        assertThat(flood.body()).hasSizeLessThan(1 << 20).contains("the function printed more than");
    }

    @Test
    void jsonThatIsTooLarge_orNestedTooDeeply_isRefused_inAndOut() {
        create(mallory, python("echoes", ECHO), "echoes");
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertThat(exec(mallory, "echoes", deep).status()).isEqualTo(400);
        String name = "{\"" + "k".repeat(100_000) + "\":";
        assertThat(exec(mallory, "echoes", name.repeat(3) + "1" + "}".repeat(3)).status())
                .isIn(200, 400);
        String huge = "\"" + "x".repeat(40 << 20) + "\"";
        assertThat(exec(mallory, "echoes", huge).status()).isEqualTo(413);
        assertThat(exec(mallory, "echoes", "1" + "0".repeat(100_000)).status()).isIn(200, 400);

        String returns = """
                def handle(context, payload):
                    if payload == 'large':
                        return 'x' * (64 << 20)
                    deep = []
                    for _ in range(payload):
                        deep = [deep]
                    return deep
                """;
        create(mallory, python("returns", returns), "returns");
        for (String payload : List.of("\"large\"", "900", "100000")) {
            Answer run = exec(mallory, "returns", payload);
            assertThat(run.status()).as(payload).isEqualTo(200);
            assertThat(run.text("status")).as(payload).isEqualTo("ERROR");
            assertThat(run.json().path("error").path("type").asString()).isEqualTo("FunctionError");
        }
        assertThat(exec(mallory, "echoes", "1").text("output")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"pattern\":\"^(a+)+$\"}",
                "{\"pattern\":\"(x{1000}){1000}\"}",
                "{\"$ref\":\"#\"}",
                "{\"definitions\":{\"a\":{\"$ref\":\"#/definitions/b\"},\"b\":{\"$ref\":\"#/definitions/a\"}},"
                        + "\"$ref\":\"#/definitions/a\"}",
                "{\"$ref\":\"http://127.0.0.1:9/schema\"}",
                "{\"allOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}",
            })
    void aSchemaThatCostsWithoutEnd_isRefused_orEndsTheRun_soon(String schema) {
        String name = "bomb-" + Integer.toHexString(schema.hashCode());
        Answer created = api.post(
                mallory,
                "/v1/function",
                function(name, "python3", "bomb.py", ECHO, ",\"schema\":{\"in\":" + schema + "}"));
        if (created.status() == 201) {
            ready(mallory, name);
            long start = System.nanoTime();
            Answer run = exec(mallory, name, "\"" + "a".repeat(5_000) + "!\"");
            assertThat(run.text("status")).isIn("ERROR", "READY");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        } else {
            assertThat(created.status()).isBetween(400, 422);
        }
    }

    @Test
    void aHugeEnumeration_isRefused_orChecked() {
        String many = "1,".repeat(400_000) + "1";
        Answer created = api.post(
                mallory,
                "/v1/function",
                function("enumerates", "python3", "e.py", ECHO, ",\"schema\":{\"in\":{\"enum\":[" + many + "]}}"));
        assertThat(created.status()).isBetween(400, 422);
    }

    /// By each way that names one, with what exists there and with what does not: one answer.
    @Test
    void anotherOrganizationsThings_areNotThere_byAnyName() {
        create(victim, python("secretive", ECHO), "secretive");
        api.post(victim, "/v1/secret", "{\"name\":\"hidden\",\"secrets\":{\"key\":\"value-of-victim\"}}");
        api.post(
                victim,
                "/v1/baseimage",
                "{\"name\":\"hidden\",\"dockerUrl\":\"dispatchframework/python3-base:1\",\"language\":\"python3\"}");
        api.post(victim, "/v1/image", "{\"name\":\"hidden\",\"baseImageName\":\"hidden\"}");
        assertThat(api.post(victim, "/v1/application", "{\"name\":\"hidden\"}").status())
                .isEqualTo(200);
        String run = api.post(
                        victim,
                        "/v1/runs?functionName=secretive",
                        "{\"tags\":[{\"key\":\"Application\"," + "\"value\":\"hidden\"}]}")
                .text("name");
        assertThat(run).isNotEmpty();
        String none = "00000000-0000-7000-8000-000000000000";
        same("GET", "/v1/function/NAME", "secretive", "nothing");
        same("DELETE", "/v1/function/NAME", "secretive", "nothing");
        for (String part : List.of("/versions", "/versions/1", "/aliases", "/aliases/live")) {
            same("GET", "/v1/function/NAME" + part, "secretive", "nothing");
        }
        same("DELETE", "/v1/function/NAME/versions/1", "secretive", "nothing");
        same("GET", "/v1/secret/NAME", "hidden", "nothing");
        same("DELETE", "/v1/secret/NAME", "hidden", "nothing");
        same("GET", "/v1/baseimage/NAME", "hidden", "nothing");
        same("DELETE", "/v1/baseimage/NAME", "hidden", "nothing");
        same("GET", "/v1/image/NAME", "hidden", "nothing");
        same("DELETE", "/v1/image/NAME", "hidden", "nothing");
        same("GET", "/v1/runs/NAME", run, none);
        same("GET", "/v1/runs/NAME/logs", run, none);
        same("GET", "/v1/runs/NAME?functionName=secretive", run, none);
        same("GET", "/v1/application/NAME", "hidden", "nothing");
        same("DELETE", "/v1/application/NAME", "hidden", "nothing");
        same("GET", "/v1/runs?after=NAME", run, none);
        same("GET", "/v1/runs?tags=Application%3DNAME", "hidden", "nothing");
        same("GET", "/v1/runs?functionName=NAME", "secretive", "nothing");
        same("POST", "/v1/runs?functionName=NAME", "secretive", "nothing");
        same("GET", "/v1/function?tags=Application%3DNAME", "hidden", "nothing");
        for (String path : List.of("/v1/function", "/v1/runs", "/v1/secret", "/v1/baseimage", "/v1/image")) {
            Answer asVictim = api.get(new Asker(mallory.token(), "victim"), path);
            assertThat(asVictim.status()).as(path).isEqualTo(403);
            assertThat(api.get(mallory, path).body()).as(path).doesNotContain("secretive", "hidden", run);
        }
    }

    /// An image of another organization is none, also by a name that tells whose it is.
    @Test
    void anotherOrganizationsImage_isNoneToBuildOn() {
        api.post(
                victim,
                "/v1/baseimage",
                "{\"name\":\"theirs\",\"dockerUrl\":\"dispatchframework/python3-base:1\",\"language\":\"python3\"}");
        api.post(victim, "/v1/image", "{\"name\":\"theirs\",\"baseImageName\":\"theirs\"}");
        for (String image : List.of("theirs", "victim/theirs", "../victim/theirs")) {
            String name = "on-" + Integer.toHexString(image.hashCode());
            Answer made = api.post(mallory, "/v1/function", function(name, image, "f.py", ECHO, ""));
            if (made.status() == 201) {
                await().atMost(PATIENCE)
                        .until(() -> api.get(mallory, "/v1/function/" + name)
                                .text("status")
                                .equals("ERROR"));
            } else {
                assertThat(made.status()).isBetween(400, 422);
            }
        }
    }

    private void same(String method, String path, String theirs, String nobodys) {
        Answer one = api.send(mallory, method, path.replace("NAME", theirs), body(method));
        Answer other = api.send(mallory, method, path.replace("NAME", nobodys), body(method));
        assertThat(one.status()).as(path).isEqualTo(other.status());
        assertThat(one.body().replace(theirs, "NAME"))
                .as(path)
                .isEqualTo(other.body().replace(nobodys, "NAME"));
    }

    private static Bytes body(String method) {
        return method.equals("POST") ? Bytes.utf8("{\"blocking\":true}") : Bytes.EMPTY;
    }

    private void refused(byte[] gzip) {
        String source = Base64.getEncoder().encodeToString(gzip);
        String body =
                "{\"name\":\"hostile\",\"image\":\"python3\",\"handler\":\"a.handle\",\"source\":\"" + source + "\"}";
        Answer answer = api.post(mallory, "/v1/function", body);
        assertThat(answer.status()).isBetween(400, 422);
        assertThat(api.get(mallory, "/v1/function/hostile").status()).isEqualTo(404);
    }

    private static byte[] tar(TarArchiveEntry entry, String content) {
        byte[] text = content.getBytes(StandardCharsets.UTF_8);
        var bytes = new ByteArrayOutputStream();
        try (var out = new TarArchiveOutputStream(bytes)) {
            entry.setSize(text.length);
            out.putArchiveEntry(entry);
            out.write(text);
            out.closeArchiveEntry();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return Archives.gzip(bytes.toByteArray());
    }

    private static byte[] manyEntries() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            for (int i = 0; i < ENTRIES; i++) {
                out.putArchiveEntry(new TarArchiveEntry("f" + i));
                out.closeArchiveEntry();
            }
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return bytes.toByteArray();
    }

    /// One file of so many bytes.
    private static byte[] zeros(int size) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            var entry = new TarArchiveEntry("a.py");
            entry.setSize(size);
            out.putArchiveEntry(entry);
            byte[] part = new byte[1 << 20];
            for (int left = size; left > 0; left -= part.length) {
                out.write(part);
            }
            out.closeArchiveEntry();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return bytes.toByteArray();
    }

    private Answer exec(Asker asker, String name, String input) {
        return api.post(asker, "/v1/runs?functionName=" + name, "{\"blocking\":true,\"input\":" + input + "}");
    }

    private void create(Asker asker, String body, String name) {
        assertThat(api.post(asker, "/v1/function", body).status()).isEqualTo(201);
        ready(asker, name);
    }

    private void ready(Asker asker, String name) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(api.get(asker, "/v1/function/" + name).text("status"))
                                .isEqualTo("READY"));
    }
}
