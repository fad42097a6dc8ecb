package dev.sluice.api;

import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.Usage;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Of a deleted organization no payload is left, whether a run named it or not.
@Timeout(120)
final class BlobDepartureTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int BYTES = 3 << 20;

    private static final String ECHO = """
            def handle(context, payload):
                context.output.write(b'answered ' + context.input.read())
                return 1
            """;

    private static Bytes content(String text) {
        byte[] content = new byte[BYTES];
        byte[] begin = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(begin, 0, content, 0, begin.length);
        return Bytes.takeOver(content);
    }

    private String put(Asker asker, Bytes content) {
        Answer answer = api.send(asker, "POST", "/v1/blob", content);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer.text("id");
    }

    private boolean isKept(Bytes content) throws Exception {
        try (var blob = api.blobs.open(Digest.of(content)).orElse(null)) {
            return blob != null;
        }
    }

    private static Bytes answered(Bytes content) {
        byte[] whole = new byte["answered ".length() + content.length()];
        System.arraycopy("answered ".getBytes(StandardCharsets.UTF_8), 0, whole, 0, 9);
        System.arraycopy(content.toArray(), 0, whole, 9, content.length());
        return Bytes.takeOver(whole);
    }

    @Test
    void noBlobOfADeletedOrganization_isReadable_charged_orKept() throws Exception {
        Asker acme = api.developer("acme", "function", "runs");
        Asker blue = api.developer("blue", "function", "runs");
        assertThat(api.post(acme, "/v1/function", python("echo", ECHO)).status())
                .isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() -> api.get(acme, "/v1/function/echo").text("status").equals("READY"));
        Bytes unnamed = content("unnamed");
        Bytes input = content("input");
        Bytes shared = content("shared");
        String left = put(acme, unnamed);
        String given = put(acme, input);
        put(acme, shared);
        String blues = put(blue, shared);
        Answer run = api.post(
                acme, "/v1/runs?functionName=echo", "{\"blocking\":true,\"input\":1,\"inputRef\":\"" + given + "\"}");
        String output = run.text("outputRef");
        assertThat(output).as(run.body()).hasSize(40);
        assertThat(Usage.of(api.store, "acme").bytes()).isGreaterThan(4L * BYTES);
        assertThat(isKept(answered(input))).as("the output").isTrue();

        Answer deleted = api.delete(root, "/v1/iam/organization/acme?cascade=true");

        assertThat(deleted.status()).as(deleted.body()).isEqualTo(200);
        for (String id : List.of(left, given, output)) {
            assertThat(api.get(acme, "/v1/blob/" + id).status()).isEqualTo(401);
            assertThat(api.get(blue, "/v1/blob/" + id).status()).isEqualTo(404);
            assertThat(api.get(root, "/v1/blob/" + id).status()).isEqualTo(404);
        }
        api.departLater();
        assertThat(Usage.of(api.store, "acme").bytes()).isLessThan(BYTES);
        api.collectLater();
        assertThat(isKept(unnamed)).isFalse();
        assertThat(isKept(input)).isFalse();
        assertThat(isKept(answered(input))).isFalse();
        assertThat(api.bytes(blue, "/v1/blob/" + blues)).as("blue's own").isEqualTo(shared.toArray());

        assertThat(api.post(root, "/v1/iam/organization", "{\"name\":\"acme\"}").status())
                .isEqualTo(201);
        Asker again = api.addAccount(api.home("acme"), "dev", "function", "runs");
        for (String id : List.of(left, given, output)) {
            assertThat(api.get(again, "/v1/blob/" + id).status()).isEqualTo(404);
        }
    }

    /// An upload that was under way when its organization ended.
    @Test
    void anUploadThatOutlivesItsOrganization_leavesNothing() throws Exception {
        Asker gone = api.developer("gone", "function", "runs");
        try (var open = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            String head = "POST /v1/blob HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                    + gone.token() + "\r\nContent-Length: 10\r\n\r\nhello";
            open.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            await().atMost(PATIENCE).until(() -> Usage.of(api.store, "gone").bytes() >= 10);
            Thread.sleep(200);
            assertThat(api.delete(root, "/v1/iam/organization/gone?cascade=true")
                            .status())
                    .isEqualTo(200);
            open.getOutputStream().write("again".getBytes(StandardCharsets.UTF_8));
            assertThat(new String(open.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 401");
        }
        assertThat(isKept(Bytes.utf8("helloagain"))).isFalse();
    }
}
