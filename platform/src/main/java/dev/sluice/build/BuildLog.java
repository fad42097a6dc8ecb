package dev.sluice.build;

import dev.sluice.sandbox.LogSink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// What a build prints, up to a bound. Thread-safe: it can be read while it grows.
public final class BuildLog implements LogSink {
    public static final int BYTES_MAX = 256 << 10;

    private static final byte[] CUT = "\n[the rest is not kept]\n".getBytes(StandardCharsets.UTF_8);

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean isCut;

    @Override
    public void stdout(ByteBuffer bytes) {
        add(bytes);
    }

    @Override
    public void stderr(ByteBuffer bytes) {
        add(bytes);
    }

    /// A line of our own.
    public void say(String line) {
        add(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    private synchronized void add(ByteBuffer bytes) {
        byte[] piece = new byte[Math.min(bytes.remaining(), Math.max(0, BYTES_MAX - kept.size()))];
        bytes.get(piece);
        kept.writeBytes(piece);
        if (bytes.hasRemaining() && !isCut) {
            isCut = true;
            kept.writeBytes(CUT);
        }
        bytes.position(bytes.limit());
    }

    /// All so far, what is no text and control characters but line ends replaced.
    public synchronized String text() {
        return kept.toString(StandardCharsets.UTF_8).replaceAll("[\\p{Cntrl}&&[^\n\t]]", "");
    }
}
