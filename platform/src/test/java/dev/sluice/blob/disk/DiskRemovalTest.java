package dev.sluice.blob.disk;

import dev.sluice.blob.Blobs;
import dev.sluice.blob.RemovalContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

final class DiskRemovalTest extends RemovalContract {
    @TempDir
    Path directory;

    @Override
    protected Blobs open(InstantSource clock) throws IOException {
        return new DiskBlobs(directory.resolve("blobs"), clock);
    }
}
