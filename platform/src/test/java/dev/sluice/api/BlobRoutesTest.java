package dev.sluice.api;

import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.ObjectId;
import dev.sluice.fs.UnlinkedBlobs;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Payloads by reference, over HTTP, with real guests.
@Timeout(180)
final class BlobRoutesTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LARGE_BYTES = 9 << 20;

    private static final String SUMS = """
            import json, time
            def handle(context, payload):
                time.sleep((payload or {}).get('sleeps', 0))
                if context.input is None: return 'none'
                total = 0
                while piece := context.input.read(100000):
                    total += sum(piece)
                json.dumps(context)
                return {'size': context.input.size, 'sum': total}
            """;

    private Asker dev;
    private Asker alice;
    private Asker other;

    @BeforeAll
    void people() {
        dev = api.developer("acme", "function", "runs");
        Organization acme = api.home("acme");
        alice = api.addAccount(acme, "alice", "runs");
        other = api.developer("umbrella", "function", "runs");
        create(dev, python("sums", SUMS), "sums");
    }

    private void create(Asker asker, String body, String name) {
        Answer answer = api.post(asker, "/v1/function", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(asker, "/v1/function/" + name).text("status").equals("READY"));
    }

    static byte[] large() {
        byte[] content = new byte[LARGE_BYTES];
        Arrays.fill(content, (byte) 1);
        return content;
    }

    private Answer put(Asker asker, String query, byte[] content) {
        return api.send(asker, "POST", "/v1/blob" + query, Bytes.takeOver(content), "Content-Type", "application/x");
    }

    private String id(Asker asker, byte[] content) {
        Answer answer = put(asker, "", content);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer.text("id");
    }

    private Answer run(Asker asker, String function, String ref, String... headers) {
        return api.send(
                asker,
                "POST",
                "/v1/runs?functionName=" + function,
                Bytes.utf8("{\"blocking\":true,\"input\":{},\"inputRef\":\"" + ref + "\"}"),
                headers);
    }

    @Test
    void whatIsPut_isGot_shownByHead_andDeleted() throws Exception {
        Answer made = put(dev, "", large());
        assertThat(made.json().path("sizeBytes").asInt()).isEqualTo(LARGE_BYTES);
        long hours = (made.json().path("expires").asLong() - System.currentTimeMillis() / 1000) / 3600;
        assertThat(hours).isBetween(23L, 24L);
        String path = "/v1/blob/" + made.text("id");
        assertThat(api.bytes(dev, path)).isEqualTo(large());
        Answer head = api.send(dev, "HEAD", path, Bytes.EMPTY);
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.headers().getOrDefault("content-length", List.of())).containsExactly("" + LARGE_BYTES);
        assertThat(api.delete(dev, path).status()).isEqualTo(204);
        assertThat(api.get(dev, path).status()).isEqualTo(404);
        assertThat(api.delete(dev, path).status()).isEqualTo(404);
    }

    @Test
    void anId_isNoDigest_andTheSameBytesTwiceAreTwoBlobs() {
        byte[] same = {1, 2, 3};
        assertThat(id(dev, same)).isNotEqualTo(id(dev, same)).hasSize(40);
        assertThat(api.get(dev, "/v1/blob/" + Digest.of(Bytes.takeOver(same)).hex())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aFunction_readsWhatItsRunIsGiven_andTheRecordSaysSo() {
        String id = id(dev, large());
        Answer run = run(dev, "sums", id);
        assertThat(run.body()).contains("\"output\":{\"size\":9437184,\"sum\":9437184}");
        assertThat(api.get(dev, "/v1/runs/" + run.text("name")).text("inputRef"))
                .isEqualTo(id);
        assertThat(api.post(dev, "/v1/runs?functionName=sums", "{\"blocking\":true}")
                        .text("output"))
                .isEqualTo("none");
    }

    /// Whose it is, whether it is there, and whether the text can be an id: one answer but for the id that was said.
    @Test
    void anIdThatOneMayNotUse_isLikeOneOfNothing() {
        String id = id(dev, new byte[] {1});
        Asker viewer = api.addAccount(api.home("acme"), "viewer", List.of("get"), List.of("image"));
        create(other, python("theirs", SUMS), "theirs");
        for (String unknown : List.of(id, "0".repeat(40), "nothing")) {
            String words = "{\"code\":404,\"message\":\"blob " + unknown + " not found\"}";
            assertThat(run(other, "theirs", unknown).body()).isEqualTo(words);
            assertThat(api.get(other, "/v1/blob/" + unknown).body()).isEqualTo(words);
            assertThat(api.delete(other, "/v1/blob/" + unknown).body()).isEqualTo(words);
        }
        assertThat(api.get(viewer, "/v1/blob/" + id).status()).isEqualTo(403);
        assertThat(put(viewer, "", new byte[] {1}).status()).isEqualTo(403);
        assertThat(put(ApiServer.NOBODY, "", new byte[] {1}).status()).isEqualTo(401);
        assertThat(run(dev, "sums", id).text("status")).isEqualTo("READY");
    }

    /// What Alice alone may know stays hers, and so does that there is a run of it.
    @Test
    void aRun_startsWithWhatItsBlobKnows() {
        String label = "?label=" + "acme%2Fruns%26acme%2Fserviceaccount%2Falice,T";
        Answer made = put(alice, label, new byte[] {7});
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        String id = made.text("id");
        assertThat(api.get(dev, "/v1/blob/" + id).status()).isEqualTo(404);
        assertThat(run(dev, "sums", id).status()).isEqualTo(404);
        assertThat(api.delete(dev, "/v1/blob/" + id).status()).isEqualTo(404);
        Answer run = run(alice, "sums", id);
        assertThat(run.body()).contains("\"sum\":7");
        String path = "/v1/runs/" + run.text("name");
        assertThat(api.get(alice, path).body()).contains("\"sum\":7");
        assertThat(api.get(dev, path).body()).doesNotContain("\"sum\"", id);
        Answer plain = run(dev, "sums", id(dev, new byte[] {7}));
        assertThat(api.get(alice, "/v1/runs/" + plain.text("name")).body()).contains("\"sum\":7");
    }

    @Test
    void aLabelThatOneMayNotGive_isRefused() {
        assertThat(put(dev, "?label=umbrella,T", new byte[] {1}).status()).isEqualTo(404);
        assertThat(put(dev, "?label=T,acme", new byte[] {1}).status()).isEqualTo(404);
    }

    /// Whoever may run one function only has no payloads of others.
    @Test
    void whoMayRunOneFunction_putsAndGetsForThatOne() {
        Asker runner = api.addAccount(api.home("acme"), "runner", List.of("*"), List.of("runs/sums"));
        assertThat(put(runner, "", new byte[] {1}).status()).isEqualTo(403);
        Answer made = put(runner, "?functionName=sums", new byte[] {3});
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        assertThat(run(runner, "sums", made.text("id")).body()).contains("\"sum\":3");
        assertThat(run(runner, "sums", id(dev, new byte[] {1})).status()).isEqualTo(404);
    }

    @Test
    void aDeletedBlob_isRefused_andARunThatWaitedForLonger_saysSo() {
        String id = id(dev, new byte[] {1});
        Answer run = api.post(
                dev, "/v1/runs?functionName=sums", "{\"blocking\":false,\"input\":null,\"inputRef\":\"" + id + "\"}");
        assertThat(run.text("inputRef")).isEqualTo(id);
        assertThat(run.status()).isEqualTo(202);
        String gone = id(dev, new byte[] {1});
        assertThat(api.delete(dev, "/v1/blob/" + gone).status()).isEqualTo(204);
        assertThat(run(dev, "sums", gone).body()).contains("blob " + gone + " not found");
        await().atMost(PATIENCE)
                .until(() -> api.get(dev, "/v1/runs/" + run.text("name"))
                        .text("status")
                        .equals("READY"));
    }

    @Test
    void oneKey_isOneRunOfOneBlob() {
        String id = id(dev, new byte[] {1});
        Answer first = run(dev, "sums", id, "Idempotency-Key", "k");
        assertThat(run(dev, "sums", id, "Idempotency-Key", "k").text("name")).isEqualTo(first.text("name"));
        Answer another = run(dev, "sums", id(dev, new byte[] {1}), "Idempotency-Key", "k");
        assertThat(another.status()).isEqualTo(400);
        assertThat(another.body()).contains("another input");
    }

    /// Not as a document of any kind that reads none.
    @Test
    void aFunctionThatCannotReadOne_saysWhatDoes() {
        String lambda = ApiServer.function(
                "lambda", "python3", "lambda_function.py", "def lambda_handler(event, context):\n    return 1\n", "");
        create(dev, lambda, "lambda");
        assertThat(run(dev, "lambda", id(dev, new byte[] {1})).body())
                .contains("\"InputError\"", "this function cannot read a blob");
    }

    @Test
    void faastensForm_hasItAmongItsBlobs() {
        create(dev, python("dents", """
                        from syscalls import ResponseDict
                        def handle(syscall, payload=b"", blobs=None, **_):
                            with syscall.open_blob(blobs['input']) as blob:
                                return ResponseDict({'bytes': len(blob.read())})
                        """), "dents");
        assertThat(run(dev, "dents", id(dev, new byte[] {1, 2})).body()).contains("\"output\":{\"bytes\": 2}");
    }

    @Test
    void moreThanTheQuota_isRefused_andCutOffUploadsLeaveNothing() throws Exception {
        var before = ((MemoryBlobs) api.blobs).list(Optional.empty(), 1000);
        assertThat(api.put(root, "/v1/iam/organization/umbrella/quota", "{\"storedMib\":1}")
                        .status())
                .isEqualTo(200);
        Answer refused = put(other, "", large());
        assertThat(refused.status()).as(refused.body()).isEqualTo(429);
        assertThat(refused.body()).contains("stored all the bytes");
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            String head = "POST /v1/blob HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + dev.token()
                    + "\r\nContent-Length: 1000000\r\n\r\npart";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            Thread.sleep(200);
        }
        await().during(Duration.ofSeconds(1))
                .atMost(PATIENCE)
                .until(() ->
                        ((MemoryBlobs) api.blobs).list(Optional.empty(), 1000).equals(before));
    }

    private Socket begin(Asker asker, long length, String part) throws Exception {
        var socket = new Socket(InetAddress.getLoopbackAddress(), api.port());
        String head = "POST /v1/blob HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                + asker.token() + "\r\nContent-Length: " + length + "\r\n\r\n" + part;
        socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static String answer(Socket socket) throws Exception {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aBlob_hasOneGibibyteAtMost() throws Exception {
        try (Socket refused = begin(dev, (1L << 30) + 1, "")) {
            assertThat(answer(refused)).startsWith("HTTP/1.1 413");
        }
        Asker full = api.developer("full", "function", "runs");
        assertThat(api.put(root, "/v1/iam/organization/full/quota", "{\"storedMib\":1024}")
                        .status())
                .isEqualTo(200);
        try (Socket _ = begin(full, 1L << 30, "part")) {
            await().atMost(PATIENCE).untilAsserted(() -> {
                Answer refused = put(full, "", new byte[] {1});
                assertThat(refused.status()).isEqualTo(429);
                assertThat(refused.body()).contains("stored all the bytes");
            });
        }
        await().atMost(PATIENCE).until(() -> put(full, "", new byte[] {1}).status() == 201);
    }

    @Test
    void whoseRightsAreTakenDuringAnUpload_keepsNothing() throws Exception {
        Asker leaver = api.addAccount(api.home("acme"), "leaver", "runs");
        var before = ((MemoryBlobs) api.blobs).list(Optional.empty(), 1000);
        try (Socket open = begin(leaver, 10, "hello")) {
            Thread.sleep(200);
            api.addAccount(api.home("acme"), "leaver", List.of("get"), List.of("image"));
            open.getOutputStream().write("again".getBytes(StandardCharsets.UTF_8));
            assertThat(answer(open)).startsWith("HTTP/1.1 403");
        }
        assertThat(((MemoryBlobs) api.blobs).list(Optional.empty(), 1000)).isEqualTo(before);
    }

    @Test
    void aBlob_livesAsLongAsARunThatNamesIt() throws Exception {
        create(dev, python("kept", SUMS), "kept");
        String named = id(dev, new byte[] {5});
        String unnamed = id(dev, new byte[] {6});
        assertThat(run(dev, "kept", named).text("status")).isEqualTo("READY");
        api.expireBlobs();
        assertThat(api.get(dev, "/v1/blob/" + named).status()).isEqualTo(200);
        assertThat(api.get(dev, "/v1/blob/" + unnamed).status()).isEqualTo(404);
        assertThat(api.delete(dev, "/v1/function/kept").status()).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> {
            api.expireBlobs();
            return api.get(dev, "/v1/blob/" + named).status() == 404;
        });
    }

    /// What a run with more behind it has written is not deleted by who has less, though he may read it.
    @Test
    void whoIsVouchedForLess_deletesNoBlob() throws Exception {
        byte[] content = {42, 43};
        Digest digest = api.blobs.put(new ByteArrayInputStream(content), content.length);
        Label label = Label.parse("acme/runs,acme/function");
        var unlinked = new UnlinkedBlobs(api.fs, api.blobs);
        ObjectId id = new Task(label, label, Privilege.NONE, "acme")
                .run(() -> unlinked.create(label, new BlobRef(digest, content.length), unlinked.reserve())
                        .id());
        assertThat(api.bytes(alice, "/v1/blob/" + id)).isEqualTo(content);
        assertThat(api.delete(alice, "/v1/blob/" + id).status()).isEqualTo(404);
        assertThat(api.bytes(alice, "/v1/blob/" + id)).isEqualTo(content);
    }

    @Test
    void moreUploadsAtOnceThanOneOrganizationMayHave_areRefused_untilOneEnds() throws Exception {
        Asker busy = api.developer("busy", "function", "runs");
        var open = new ArrayList<Socket>();
        try {
            for (int i = 0; i < Uploads.Limits.SERVED.atOnceMax(); i++) {
                var socket = new Socket(InetAddress.getLoopbackAddress(), api.port());
                open.add(socket);
                String head = "POST /v1/blob HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + busy.token()
                        + "\r\nContent-Length: 10\r\n\r\npart";
                socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            }
            await().atMost(PATIENCE).untilAsserted(() -> {
                Answer refused = put(busy, "", new byte[] {1});
                assertThat(refused.status()).isEqualTo(429);
                assertThat(refused.body()).contains("uploads 8 blobs at once already");
            });
            assertThat(put(dev, "", new byte[] {1}).status())
                    .as("another organization's")
                    .isEqualTo(201);
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
        await().atMost(PATIENCE).until(() -> put(busy, "", new byte[] {1}).status() == 201);
    }
}
