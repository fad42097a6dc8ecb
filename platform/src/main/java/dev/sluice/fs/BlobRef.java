package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;

/// The content of a [Kind#BLOB] object: which immutable bytes it names. Never shown to guests or clients.
public record BlobRef(Digest digest, long lengthBytes) {
    public Bytes encode() {
        return Bytes.utf8(digest.hex() + " " + lengthBytes);
    }

    public static BlobRef decode(Bytes content) {
        String text = content.utf8();
        int space = text.indexOf(' ');
        if (space < 0) {
            throw new IllegalStateException("the store holds a damaged blob entry");
        }
        return new BlobRef(new Digest(text.substring(0, space)), Long.parseLong(text.substring(space + 1)));
    }
}
