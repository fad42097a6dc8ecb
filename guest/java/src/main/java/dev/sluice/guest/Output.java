package dev.sluice.guest;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Map;

/// What is written is the run's output beside what the function returns. After a write that failed there is none. Not
/// thread-safe.
final class Output extends OutputStream {
    private static final int PIECE_BYTES = 1 << 20;

    private final Calls calls;
    private final String handle;
    private final byte[] piece = new byte[PIECE_BYTES];
    private int filled;
    private boolean isWhole = true;
    private boolean isClosed;

    Output(Calls calls) throws IOException {
        this.calls = calls;
        this.handle = String.valueOf(calls.ask("create_output", Map.of()));
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] content, int offset, int count) throws IOException {
        if (isClosed) {
            throw new IOException("context.output is closed");
        }
        int done = 0;
        while (done < count) {
            int taken = Math.min(count - done, PIECE_BYTES - filled);
            System.arraycopy(content, offset + done, piece, filled, taken);
            filled += taken;
            done += taken;
            if (filled == PIECE_BYTES) {
                flush();
            }
        }
    }

    @Override
    public void flush() throws IOException {
        if (filled > 0) {
            boolean wasWhole = isWhole;
            isWhole = false;
            calls.ask("write_blob", Map.of("handle", handle, "content", Arrays.copyOf(piece, filled)));
            isWhole = wasWhole;
            filled = 0;
        }
    }

    /// The end of the output.
    @Override
    public void close() throws IOException {
        if (!isClosed) {
            flush();
            isClosed = true;
            calls.ask(isWhole ? "finalize_blob" : "close_blob", Map.of("handle", handle));
        }
    }
}
