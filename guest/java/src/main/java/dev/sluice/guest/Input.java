package dev.sluice.guest;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/// The bytes that a run was given by reference. Not thread-safe.
final class Input extends InputStream {
    private static final int PIECE_BYTES = 1 << 20;

    private final Calls calls;
    private final String handle;
    private final long length;
    private long at; // of the next byte that is asked for
    private byte[] piece = new byte[0];
    private int used;

    Input(Calls calls, Map<?, ?> given) throws IOException {
        this.calls = calls;
        String name = String.valueOf(given.get("handle"));
        if (!(calls.ask("open_blob_handle", Map.of("handle", name)) instanceof Map<?, ?> opened)
                || !(opened.get("handle") instanceof String its)
                || !(opened.get("length") instanceof Long bytes)) {
            throw new Violation("an opened blob without handle and length");
        }
        this.handle = its;
        this.length = bytes;
    }

    @Override
    public int read() throws IOException {
        return fill() ? piece[used++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int taken = Math.min(count, piece.length - used);
        System.arraycopy(piece, used, target, offset, taken);
        used += taken;
        return taken;
    }

    @Override
    public int available() {
        return piece.length - used;
    }

    private boolean fill() throws IOException {
        if (used < piece.length) {
            return true;
        }
        if (at >= length) {
            return false;
        }
        Map<String, ?> next = Map.of("handle", handle, "offset", at, "length", (long) PIECE_BYTES);
        if (!(calls.ask("read_blob", next) instanceof byte[] octets)) {
            throw new Violation("a piece of a blob that is no octets");
        }
        piece = octets;
        used = 0;
        at += piece.length;
        return piece.length > 0;
    }
}
