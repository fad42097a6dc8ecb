package dev.sluice.function;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Digest;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;

/// Files that lie below functions' own: what an image's dependencies are installed as. Kept as a blob that begins
/// with whose it is, so that equal files are one blob within an organization, and two for two of them.
public final class Layer {
    /// The file of a layer that lists those of its files that may be executed, one a line: guests make them so.
    public static final String PROGRAMS = ".sluice-programs";

    private static final int OWNER_BYTES_MAX = 255;

    private Layer() {}

    /// Keeps the files as a layer of an organization.
    public static Digest put(Blobs blobs, String organization, SourceFiles files) throws IOException {
        byte[] owner = organization.getBytes(StandardCharsets.UTF_8);
        if (owner.length > OWNER_BYTES_MAX) {
            throw new IllegalArgumentException("an organization's token is short");
        }
        byte[] head = new byte[1 + owner.length];
        head[0] = (byte) owner.length;
        System.arraycopy(owner, 0, head, 1, owner.length);
        byte[] encoded = files.encode().readOnlyArray();
        var all = new SequenceInputStream(new ByteArrayInputStream(head), new ByteArrayInputStream(encoded));
        return blobs.put(all, (long) head.length + encoded.length);
    }

    /// The files of a layer.
    ///
    /// @throws IOException if there is no such layer
    public static SourceFiles read(Blobs blobs, Digest layer) throws IOException {
        try (Blobs.Blob blob = blobs.open(layer).orElse(null)) {
            if (blob == null) {
                throw new IOException("a layer is missing");
            }
            InputStream in = blob.stream(0);
            int owner = in.read();
            if (owner < 0) {
                throw new EOFException("a layer that ends early");
            }
            in.skipNBytes(owner);
            return SourceFiles.decode(in);
        }
    }
}
