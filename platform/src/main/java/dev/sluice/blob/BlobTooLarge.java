package dev.sluice.blob;

import java.io.IOException;
import java.io.Serial;

/// The content has more bytes than its writer may put.
public final class BlobTooLarge extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    public BlobTooLarge(long bytesMax) {
        super("the content has more than " + bytesMax + " bytes");
    }
}
