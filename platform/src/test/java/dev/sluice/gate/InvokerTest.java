package dev.sluice.gate;

import static dev.sluice.gate.Invoker.Call.BLOBS_MAX;
import static dev.sluice.gate.Invoker.Call.HEADER_CHARS_MAX;
import static dev.sluice.gate.Invoker.Call.PAYLOAD_BYTES_MAX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class InvokerTest {
    @Test
    void whatACalleeGets_isBounded() {
        call(PAYLOAD_BYTES_MAX, HEADER_CHARS_MAX, BLOBS_MAX);
        assertTooLarge(PAYLOAD_BYTES_MAX + 1, 1, 0);
        assertTooLarge(0, HEADER_CHARS_MAX + 1, 0);
        assertTooLarge(0, 1, BLOBS_MAX + 1);
    }

    private static void assertTooLarge(int payloadBytes, int headerChars, int blobs) {
        assertThatThrownBy(() -> call(payloadBytes, headerChars, blobs))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.TOO_LARGE));
    }

    private static void call(int payloadBytes, int headerChars, int blobs) {
        var named = new HashMap<String, BlobRef>();
        for (int i = 0; i < blobs; i++) {
            named.put("b" + i, new BlobRef(Digest.of(Bytes.EMPTY), 0));
        }
        var call = new Invoker.Call(
                Bytes.takeOver(new byte[payloadBytes]),
                Map.of("h", "x".repeat(headerChars - 1)),
                named,
                Optional.empty());
        assertThat(call.blobs()).hasSize(blobs);
    }
}
