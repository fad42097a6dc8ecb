package dev.sluice.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Layers of organizations.
final class LayerTest {
    private final MemoryBlobs blobs = new MemoryBlobs();

    @Test
    void equalFiles_areOneLayerWithinAnOrganization_andTwoForTwo() throws IOException {
        var files = new SourceFiles(new TreeMap<>(Map.of("package/a.py", Bytes.utf8("A = 1"))));
        Digest one = Layer.put(blobs, "one", files);
        assertThat(Layer.put(blobs, "one", files)).isEqualTo(one);
        Digest two = Layer.put(blobs, "two", files);
        assertThat(two).isNotEqualTo(one);
        assertThat(Layer.read(blobs, one)).isEqualTo(files);
        assertThat(Layer.read(blobs, two)).isEqualTo(files);
    }
}
