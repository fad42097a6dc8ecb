package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.function.PayloadStyle;
import dev.sluice.kernel.Refused;
import dev.sluice.run.Run;
import dev.sluice.run.Run.View;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Functions of Faasten's era D in real guests: their requests, their responses, and what they do to labels.
final class EraDFunctionsTest {
    private static final String FSUTIL = "home:<alice,alice>:fsutil";

    @TempDir
    static Path directory;

    private static Published published;

    @BeforeAll
    static void start() throws InterruptedException {
        published = new Published(directory);
        published.install("functions/fsutil", FSUTIL, "alice", "alice", PayloadStyle.RAW);
    }

    @AfterAll
    static void stop() {
        published.close();
    }

    @Test
    void responses_haveAStatus_andAnyBytes() throws Exception {
        published.install("functions/hello", "home:<T,sys>:hello", "sys");
        published.install("functions/princeton-cas", "home:<T,sys>:cas", "sys");
        installed("raw", "ResponseRaw(payload + bytes([0, 255]), 404)");

        assertThat(output("home:<T,sys>:hello", "{}")).isEqualTo(output(200, "{\"hello\": \"world\"}", true));
        View cas = published.run("alice", "home:<T,sys>:cas", "{}", "T,T", Map.of("host", "sluice.test"), Map.of());
        assertThat(cas.output())
                .contains(output(302, "https://fed.princeton.edu/cas/login?service=sluice.test", false));
        Run.Output raw = output("home:<T,sys>:raw", "[]");
        assertThat(raw.status()).isEqualTo(404);
        assertThat(raw.body().toArray()).containsExactly('[', ']', 0, 0xff);
    }

    @Test
    void theInvoker_isTheWholeComponent() throws Exception {
        installed("who", "ResponseDict([[p.tokens for p in invoker], str(invoker.component)])");

        assertThat(published.answer("alice|bob&carol/x", "home:<T,sys>:who", "{}"))
                .hasToString("[[[\"carol\",\"x\"]],\"alice|bob&carol/x\"]");
    }

    @Test
    void theRequestsBlobs_areReadByTheirFds() throws Exception {
        installed("blobs", "ResponseDict({n: syscall.open_blob(fd).read(100).decode() for n, fd in blobs.items()})");
        Map<String, BlobRef> blobs = Map.of("a.txt", published.put(Bytes.utf8("content")));

        View view = published.run("alice", "home:<T,sys>:blobs", "{}", "T,T", Map.of(), blobs);
        assertThat(Published.json(view)).hasToString("{\"a.txt\":\"content\"}");
    }

    @Test
    void gates_areInvokedAndWaitedFor_fromBothLanguagesAndEras() throws Exception {
        published.install("functions/hello", "home:<T,sys>:callee", "sys");
        installed(
                "d", "ResponseRaw(syscall.root().open_at(['home', 'T,sys', 'callee']).__enter__().invoke(b'{}').data)");
        String python = """
                def handle(event, sc):
                    a = sc.invoke_sync('home:<T,sys>:callee', '{}')
                    return {'status': a.status, 'body': a.body.decode()}
                """;
        String node = """
                exports.handle = async (req, sc) => {
                  const a = await sc.invoke_sync('home:<T,sys>:callee', '{}');
                  return {status: a.status, body: a.body.toString()};
                };
                """;
        published.install(Map.of("workload.py", Bytes.utf8(python)), "home:<T,sys>:c", "sys", "T", PayloadStyle.RAW);
        published.install(Map.of("workload.js", Bytes.utf8(node)), "home:<T,sys>:n", "sys", "T", PayloadStyle.RAW);

        assertThat(output("home:<T,sys>:d", "{}").body().utf8()).isEqualTo("{\"hello\": \"world\"}");
        for (String gate : new String[] {"home:<T,sys>:c", "home:<T,sys>:n"}) {
            assertThat(published.answer("alice", gate, "{}").toString())
                    .startsWith("{\"status\":200,\"body\":\"{\\\"hello\\\": \\\"world\\\"}\"");
        }
    }

    @Test
    void whatIsNoResponse_isTheFunctionsFault() throws Exception {
        installed("none", "{'a': 1}");
        installed("odd", "ResponseRaw(b'', 20)");
        installed("text", "ResponseRaw('text')");

        for (String gate : new String[] {"none", "odd", "text"}) {
            View view = published.run("alice", "home:<T,sys>:" + gate, "{}", "T,T");
            assertThat(view.output()).as(gate).isEmpty();
            assertThat(Published.fault(view).type()).isIn("FunctionError", "InputError");
        }
    }

    @Test
    void jwt_signsWithTheKeyThatItsGateReads() throws Exception {
        published.install("functions/jwt", "home:<T,faasten>:jwt", "faasten", "faasten", PayloadStyle.RAW);
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        String key = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
        published.file("home:<faasten,faasten>:private_key", "faasten,faasten", "");
        published.write(
                "home:<faasten,faasten>:private_key",
                "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----\n");

        String token = output("home:<T,faasten>:jwt", "{\"idp\":\"princeton.edu\",\"sub\":\"alice\"}")
                .body()
                .utf8();
        String claims = Bytes.takeOver(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]))
                .utf8();
        assertThat(claims).contains("\"sub\":\"princeton.edu/alice\"");
    }

    @Test
    void fsutil_makesWritesReadsAndRemoves() throws Exception {
        String home = "[\"home\",\"alice,alice\"]";
        assertSuccess("mkdir", "\"base\":%s,\"name\":\"d\",\"label\":\"alice,alice\"".formatted(home));
        String inside = "[\"home\",\"alice,alice\",\"d\"]";
        assertSuccess("mkfile", "\"base\":%s,\"name\":\"f\",\"label\":\"alice,alice\"".formatted(inside));
        String file = "\"path\":[\"home\",\"alice,alice\",\"d\",\"f\"]";
        assertSuccess("write", file + ",\"data\":\"AP8=\"");
        assertThat(fsutil("read", file)).hasToString("{\"success\":true,\"value\":\"AP8=\"}");
        assertThat(fsutil("ls", "\"path\":" + inside)).hasToString("{\"success\":true,\"value\":{\"f\":1}}");
        assertSuccess("mkfaceted", "\"base\":%s,\"name\":\"x\"".formatted(inside));
        assertSuccess("unlink", "\"base\":%s,\"name\":\"f\"".formatted(inside));
        assertThat(fsutil("read", file).get("success").asBoolean()).isFalse();
        assertThat(fsutil("ls", "\"path\":[\"nowhere\"]")
                        .get("error")
                        .get("type")
                        .asString())
                .isEqualTo("OpenError");
    }

    /// It starts with what its home is secret to, and everything that it writes below that it declassifies by name.
    @Test
    void fsutil_writesWhereOthersRead_onlyWhenAskedTo() throws Exception {
        assertSuccess("mkfile", "\"base\":[\"home\",\"T,alice\"],\"name\":\"shown\",\"label\":\"T,alice\"");
        assertSuccess("write", "\"path\":[\"home\",\"T,alice\",\"shown\"],\"data\":\"aGk=\"");
        assertThat(published.read("bob", "home:<T,alice>:shown")).contains(Bytes.utf8("hi"));
        assertThat(fsutil("mkfile", "\"base\":[\"home\",\"T,bob\"],\"name\":\"x\",\"label\":\"T,bob\"")
                        .get("success")
                        .asBoolean())
                .isFalse();
        assertThatThrownBy(() -> published.run("bob", FSUTIL, "{\"op\":\"ping\"}", "T,T"))
                .isInstanceOf(Refused.class);
    }

    @Test
    void fsutil_makesAGate_ofAnUploadedImage() throws Exception {
        published.directory("home:<T,faasten>:runtimes", "T,faasten");
        published.blob("home:<T,faasten>:runtimes:python", "T,faasten", Bytes.utf8("python3"));
        Map<String, BlobRef> image =
                Map.of("app_image", published.put(Bytes.utf8("def handle(context, payload):\n    return payload\n")));
        String args = "\"base\":[\"home\",\"T,alice\"],\"name\":\"made\",\"label\":\"T,alice\",\"privilege\":\"alice\","
                + "\"clearance\":\"T\",\"memory\":128,\"app_image\":\"@f\",\"kernel\":[\"k\"],\"gate\":null,"
                + "\"runtime\":[\"home\",\"T,faasten\",\"runtimes\",\"python\"]";

        View made = published.run("alice", FSUTIL, request("mkgate", args), "T,T", Map.of(), image);
        assertThat(Published.json(made).get("success").asBoolean())
                .as(made.toString())
                .isTrue();
        assertThat(published.answer("bob", "home:<T,alice>:made", "[7]")).hasToString("[7]");
        assertSuccess("upgate", "\"path\":[\"home\",\"T,alice\",\"made\"],\"memory\":256,\"clearance\":\"alice\"");
        assertThat(fsutil("ls", "\"path\":[\"home\",\"T,alice\",\"made\"]").toString())
                .contains("\"direct\"", "\"memory_mib\":256");
        assertThat(
                        fsutil(
                                "invoke",
                                "\"path\":[\"home\",\"T,alice\",\"made\"],\"sync\":true,\"payload\":\"WzhdCg==\",\"params\":{}"))
                .hasToString("{\"success\":true,\"fd\":0,\"data\":\"Wzhd\"}");
    }

    private static void installed(String name, String response) {
        String source = "from syscalls import ResponseDict, ResponseRaw, ResponseStr\n"
                + "def handle(syscall, payload=b'', blobs={}, headers={}, invoker=[]):\n    return " + response + "\n";
        published.install(
                Map.of("workload.py", Bytes.utf8(source)), "home:<T,sys>:" + name, "sys", "T", PayloadStyle.RAW);
    }

    private static void assertSuccess(String op, String args) throws Exception {
        JsonNode answer = fsutil(op, args);
        assertThat(answer.get("success").asBoolean()).as(op + answer).isTrue();
    }

    private static JsonNode fsutil(String op, String args) throws Exception {
        return published.answer("alice", FSUTIL, request(op, args));
    }

    private static String request(String op, String args) {
        return "{\"op\":\"%s\",\"args\":{%s}}".formatted(op, args);
    }

    private static Run.Output output(String gate, String payload) throws Exception {
        return published.run("alice", gate, payload, "T,T").output().orElseThrow();
    }

    private static Run.Output output(int status, String body, boolean isJson) {
        return new Run.Output(status, Bytes.utf8(body), isJson);
    }
}
