package dev.sluice.api;

import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.blob.disk.DiskBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.store.MemoryStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A payload that is larger than its guest's memory.
@Timeout(180)
final class LargePayloadsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int GUEST_MIB = 128;
    private static final int PAYLOAD_BYTES = 192 << 20;

    @Test
    void moreThanAGuestsMemory_goesThroughIt(@TempDir Path directory) throws Exception {
        var blobs = new DiskBlobs(directory.resolve("blobs"), Clock.systemUTC());
        try (var api = new ApiServer(directory, new MemoryStore(), blobs)) {
            var dev = api.developer("acme", "function", "runs");
            String source = """
                    def handle(context, payload):
                        count = 0
                        while piece := context.input.read(1 << 20):
                            count += context.output.write(piece)
                        return count
                    """;
            assertThat(api.post(dev, "/v1/function", python("copies", source)).status())
                    .isEqualTo(201);
            await().atMost(PATIENCE)
                    .until(() ->
                            api.get(dev, "/v1/function/copies").text("status").equals("READY"));
            assertThat(api.get(dev, "/v1/function/copies").body()).doesNotContain("\"memory\":" + 2 * GUEST_MIB);
            String id = api.send(dev, "POST", "/v1/blob", Bytes.takeOver(new byte[PAYLOAD_BYTES]))
                    .text("id");
            Answer run = api.post(
                    dev,
                    "/v1/runs?functionName=copies",
                    "{\"blocking\":true,\"input\":null,\"inputRef\":\"" + id + "\"}");
            assertThat(run.body()).contains("\"output\":" + PAYLOAD_BYTES);
            Answer head = api.send(dev, "HEAD", "/v1/blob/" + run.text("outputRef"), Bytes.EMPTY);
            assertThat(head.headers().get("content-length")).containsExactly("" + PAYLOAD_BYTES);
        }
    }
}
