package dev.sluice.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.blob.Blobs;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Digest;
import dev.sluice.image.Runtime;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class PackagesTest {
    private final Blobs blobs = new MemoryBlobs();
    private final Packages packages = new Packages(blobs);

    @Test
    void aSquashfsImage_isAPackage_whoseHandlerItsFilesSay() throws Exception {
        byte[] image;
        try (InputStream in = PackagesTest.class.getResourceAsStream("xz.squashfs")) {
            image = Objects.requireNonNull(in).readAllBytes();
        }
        Digest digest = blobs.put(new ByteArrayInputStream(image), image.length);
        Packages.Kept kept = packages.of(digest, image.length, Runtime.PYTHON3, "");
        assertThat(kept.handler()).isEqualTo("workload.handle");
        try (var content = blobs.open(kept.digest()).orElseThrow()) {
            assertThat(SourceFiles.decode(content.stream(0)).files()).containsKey("package/deep/m1.py");
        }
    }
}
