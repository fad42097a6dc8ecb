package dev.sluice.blob;

import java.time.InstantSource;

final class MemoryRemovalTest extends RemovalContract {
    @Override
    protected Blobs open(InstantSource clock) {
        return new MemoryBlobs(clock);
    }
}
