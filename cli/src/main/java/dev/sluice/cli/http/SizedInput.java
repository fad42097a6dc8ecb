package dev.sluice.cli.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/// Exactly so many bytes of a stream; a stream that ends before that is an error.
final class SizedInput extends InputStream {
    private final InputStream in;
    private long left;

    SizedInput(InputStream in, long length) {
        this.in = in;
        this.left = length;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int count = in.read(target, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException("the connection broke in the middle of the answer");
        }
        left -= count;
        return count;
    }
}
