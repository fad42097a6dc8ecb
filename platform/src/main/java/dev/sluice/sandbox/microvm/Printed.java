package dev.sluice.sandbox.microvm;

import dev.sluice.sandbox.LogSink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Keeps the first bytes of what is printed.
final class Printed implements LogSink {
    static final LogSink NOWHERE = new Printed(0);

    private final int bytesMax;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    Printed(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    @Override
    public void stdout(ByteBuffer bytes) {
        stderr(bytes);
    }

    @Override
    public synchronized void stderr(ByteBuffer bytes) {
        byte[] some = new byte[Math.min(bytes.remaining(), bytesMax - kept.size())];
        bytes.get(some);
        kept.writeBytes(some);
    }

    synchronized String text() {
        return kept.toString(StandardCharsets.UTF_8).strip();
    }
}
