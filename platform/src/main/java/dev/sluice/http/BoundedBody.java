package dev.sluice.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// A body that refuses the byte after its bound, so that a chunked upload is held to the same limit as a declared one.
final class BoundedBody extends FilterInputStream {
    private long left;

    BoundedBody(InputStream in, long bytesMax) {
        super(in);
        this.left = bytesMax;
    }

    @Override
    public int read() throws IOException {
        int value = in.read();
        if (value >= 0) {
            spend(1);
        }
        return value;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count = in.read(into, offset, length);
        if (count > 0) {
            spend(count);
        }
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = in.skip(count);
        spend(skipped);
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void spend(long count) {
        left -= count;
        if (left < 0) {
            throw HttpRefused.tooLarge();
        }
    }
}
