package dev.sluice.cli.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;

/// The content of a chunked body (RFC 9112, section 7.1). Extensions and trailers are skipped.
final class ChunkedInput extends InputStream {
    private static final int LINE_BYTES_MAX = 1 << 13;
    private static final int TRAILER_LINES_MAX = 100;

    private final InputStream in;
    private InputStream chunk = InputStream.nullInputStream();
    private boolean started;
    private boolean ended;

    ChunkedInput(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!ended) {
            int count = chunk.read(target, offset, length);
            if (count >= 0) {
                return count;
            }
            nextChunk();
        }
        return -1;
    }

    private void nextChunk() throws IOException {
        if (started && !line().isEmpty()) {
            throw new IOException("a chunk of the answer is longer than it says");
        }
        started = true;
        String line = line();
        String size = line.split(";", 2)[0].strip();
        if (!size.matches("[0-9A-Fa-f]{1,15}")) {
            throw new IOException("a chunk of the answer has no size");
        }
        long length = HexFormat.fromHexDigitsToLong(size);
        if (length == 0) {
            skipTrailers();
            ended = true;
        } else {
            chunk = new SizedInput(in, length);
        }
    }

    private void skipTrailers() throws IOException {
        for (int i = 0; i < TRAILER_LINES_MAX; i++) {
            if (line().isEmpty()) {
                return;
            }
        }
        throw new IOException("the answer has too many trailers");
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection broke in the middle of the answer");
            }
            if (line.length() == LINE_BYTES_MAX) {
                throw new IOException("a line between two chunks of the answer is too long");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }
}
