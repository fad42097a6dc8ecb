package dev.sluice.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.blob.Blobs;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Digest;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class PackagesTest {
    private final Blobs blobs = new MemoryBlobs();
    private final Packages packages = new Packages(blobs);

    @Test
    void aSquashfsImage_isRefused_sayingWhatToSend() throws Exception {
        byte[] image = "hsqs and more".getBytes(StandardCharsets.US_ASCII);
        Digest digest = blobs.put(new ByteArrayInputStream(image), image.length);
        assertThatThrownBy(() -> packages.of(digest, image.length, Runtime.PYTHON3, ""))
                .isInstanceOfSatisfying(Refused.class, refused -> {
                    assertThat(refused.refusal()).isEqualTo(Refusal.INVALID);
                    assertThat(refused.reason()).contains("tar -czf");
                });
    }
}
