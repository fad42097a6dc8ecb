package dev.sluice.blob.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.blob.Blobs;
import dev.sluice.blob.BlobsContract;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskBlobsTest extends BlobsContract {
    @TempDir
    Path directory;

    @Override
    protected Blobs open() throws IOException {
        return new DiskBlobs(directory.resolve("blobs"), InstantSource.system());
    }

    @Override
    protected long kept() throws IOException {
        try (var files = Files.walk(directory.resolve("blobs"))) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void aBlob_isOneFileForItsOwner_namedByItsDigest() throws Exception {
        Digest digest = blobs.put(new ByteArrayInputStream(new byte[3]), 3);
        String hex = digest.hex();
        Path file = directory.resolve("blobs/" + hex.substring(0, 2) + "/" + hex.substring(2, 4) + "/" + hex);
        assertThat(Bytes.takeOver(Files.readAllBytes(file))).isEqualTo(Bytes.takeOver(new byte[3]));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        String outer = "blobs/" + hex.substring(0, 2);
        for (String way : List.of(outer, outer + "/" + hex.substring(2, 4), "blobs/incoming")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(way))))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void list_passesOverWhatIsNoBlob() throws Exception {
        Digest digest = blobs.put(new ByteArrayInputStream(new byte[3]), 3);
        Path inner = directory.resolve(
                "blobs/" + digest.hex().substring(0, 2) + "/" + digest.hex().substring(2, 4));
        Files.write(inner.resolve("abc"), new byte[1]);
        Files.write(inner.resolve("z".repeat(64)), new byte[1]);
        assertThat(blobs.list(Optional.empty(), 10)).containsExactly(digest);
    }

    @Test
    void opening_removesWhatACrashLeft() throws Exception {
        Files.write(directory.resolve("blobs/incoming/half"), new byte[100]);
        assertThat(kept()).isEqualTo(1);
        blobs = open();
        assertThat(kept()).isZero();
    }
}
