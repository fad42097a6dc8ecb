package dev.sluice.driver;

import dev.sluice.sandbox.LogSink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The last that a driver has printed, over its restarts. Thread-safe.
public final class DriverLog implements LogSink {
    public static final int BYTES_MAX = 64 << 10;

    private final byte[] kept = new byte[BYTES_MAX];
    private long printed;

    @Override
    public void stdout(ByteBuffer bytes) {
        add(bytes);
    }

    @Override
    public void stderr(ByteBuffer bytes) {
        add(bytes);
    }

    private synchronized void add(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            int at = (int) (printed % BYTES_MAX);
            int length = Math.min(bytes.remaining(), BYTES_MAX - at);
            bytes.get(kept, at, length);
            printed += length;
        }
    }

    /// What is no text, and control characters but line ends, are replaced.
    public synchronized String text() {
        int length = (int) Math.min(printed, BYTES_MAX);
        byte[] last = new byte[length];
        int from = printed <= BYTES_MAX ? 0 : (int) (printed % BYTES_MAX);
        System.arraycopy(kept, from, last, 0, length - from);
        System.arraycopy(kept, 0, last, length - from, from);
        return new String(last, StandardCharsets.UTF_8).replaceAll("[\\p{Cntrl}&&[^\n\t]]", "");
    }
}
