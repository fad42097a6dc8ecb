package dev.sluice.api;

import dev.sluice.blob.Blobs;
import java.io.FilterInputStream;
import java.io.IOException;

/// A blob's content as a stream that closes the blob too.
final class OpenBlob extends FilterInputStream {
    private final Blobs.Blob blob;

    OpenBlob(Blobs.Blob blob) throws IOException {
        super(blob.stream(0));
        this.blob = blob;
    }

    @Override
    public void close() throws IOException {
        try {
            super.close();
        } finally {
            blob.close();
        }
    }
}
