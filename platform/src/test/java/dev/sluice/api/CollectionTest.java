package dev.sluice.api;

import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Bytes stay as long as anything that the server has said yes to needs them, and no longer.
@Timeout(120)
final class CollectionTest extends ApiTest {
    private static final Duration LOADED = Duration.ofSeconds(60);
    private static final String HELLO = "def handle(context, payload):\n    return 'hello'\n";
    private static final String SLOW = """
            import time
            time.sleep(2)
            def handle(context, payload):
                return 'slow'
            """;
    private static final String KEEPER = """
            import time
            from syscalls import ResponseDict

            def handle(syscall, payload=b"", blobs=None, **_):
                time.sleep(2)
                names = {}
                for name, fd in blobs.items():
                    names[name] = syscall.dent_create_blob(syscall.get_current_label(), fd).success
                return ResponseDict(names)
            """;

    private MemoryBlobs blobs;

    @BeforeAll
    void start() {
        blobs = (MemoryBlobs) api.blobs;
    }

    @BeforeEach
    void deleteWhatIsLeft() throws Exception {
        api.collectLater();
    }

    @Test
    void aFunctionsSource_stays_untilItsVersionIsDeleted() throws Exception {
        api.post(root, "/v1/function", python("hello", HELLO));
        awaitReady("hello");
        assertThat(api.collectLater()).isZero();
        api.put(root, "/v1/function/hello", python("hello", HELLO.replace("'hello'", "'new'")));
        awaitReady("hello");
        assertThat(api.collectLater()).as("the one before is version 1").isZero();
        assertThat(api.delete(root, "/v1/function/hello/versions/1").status()).isEqualTo(200);
        assertThat(api.collectLater()).isEqualTo(1);
        assertThat(api.post(root, "/v1/runs?functionName=hello", "{\"blocking\":true}")
                        .text("output"))
                .isEqualTo("new");
        api.delete(root, "/v1/function/hello");
        assertThat(api.collectLater()).isEqualTo(1);
    }

    /// However long it waits for its turn: no record names the source until it is built.
    @Test
    void aFunctionThatIsBeingBuilt_holdsItsSource() throws Exception {
        api.post(root, "/v1/function", python("slow", SLOW));
        await().atMost(LOADED).until(() -> status("slow").equals("CREATING"));
        assertThat(api.collectLater()).isZero();
        awaitReady("slow");
        assertThat(api.collectLater()).isZero();
        api.delete(root, "/v1/function/slow");
        assertThat(api.collectLater()).isEqualTo(1);
    }

    /// However long the whole request takes to arrive, and the run.
    @Test
    void aCall_holdsTheBlobsThatItBrings_untilItEnds() throws Exception {
        String id = api.send(root, "POST", "/blobs", Bytes.utf8(KEEPER)).text("blob");
        String body = "{\"path\":\"~:keeper\",\"blob\":\"" + id
                + "\",\"image\":\"python3\",\"handler\":\"a.handle\",\"convention\":\"faasten\"}";
        assertThat(api.post(root, "/gates", body).status()).isEqualTo(201);
        Digest photo = Digest.of(Bytes.utf8("a photo"));
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Answer> call = executor.submit(() -> api.send(
                    root,
                    "POST",
                    "/faasten/invoke/~:keeper",
                    Bytes.utf8(part("payload", "{}") + part("blob\"; filename=\"photo", "a photo") + "--b--\r\n"),
                    "Content-Type",
                    "multipart/form-data; boundary=b"));
            await().atMost(LOADED).until(() -> blobs.isHeld(photo));
            api.collectLater();
            assertThat(blobs.open(photo)).isPresent();
            Answer answer = call.get();
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(answer.json().path("photo").asBoolean()).isTrue();
        }
        assertThat(blobs.isHeld(photo)).isFalse();
    }

    private static String part(String name, String content) {
        return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content + "\r\n";
    }

    private String status(String name) {
        return api.get(root, "/v1/function/" + name).text("status");
    }

    private void awaitReady(String name) {
        await().atMost(LOADED).until(() -> status(name).equals("READY"));
    }
}
