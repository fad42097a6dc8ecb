package dev.sluice.worker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A guest's printing, without a guest.
public final class Printing {
    private final LogLines lines;

    public Printing(LiveLog log) {
        this.lines = log.begin(() -> {}, Masks.NONE);
    }

    public void print(String text) {
        lines.stdout(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
}
