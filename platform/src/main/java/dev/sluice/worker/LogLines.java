package dev.sluice.worker;

import dev.sluice.sandbox.LogSink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one run printed. Keeps the first [#STREAM_BYTES_MAX] of each stream and says where it stopped; a guest that
/// goes on beyond [#PRINTED_BYTES_MAX] is a flood. The values of secrets are masked, in how many pieces they come.
///
/// Called by one thread at a time; read after the sandbox's last drain.
final class LogLines implements LogSink {
    static final int STREAM_BYTES_MAX = 256 << 10;
    static final long PRINTED_BYTES_MAX = 64L << 20;

    private final Runnable flood;
    private final Masks masks;
    private @Nullable ByteArrayOutputStream out;
    private @Nullable ByteArrayOutputStream err;
    private long printedBytes;
    private boolean isFlooded;

    /// @param flood called once when the run has printed more than [#PRINTED_BYTES_MAX]; must not block
    LogLines(Runnable flood, Masks masks) {
        this.flood = flood;
        this.masks = masks;
    }

    @Override
    public void stdout(ByteBuffer bytes) {
        out = keep(out, bytes);
    }

    @Override
    public void stderr(ByteBuffer bytes) {
        err = keep(err, bytes);
    }

    List<String> stdoutLines() {
        return lines(out);
    }

    List<String> stderrLines() {
        return lines(err);
    }

    private ByteArrayOutputStream keep(@Nullable ByteArrayOutputStream stream, ByteBuffer bytes) {
        ByteArrayOutputStream kept = stream == null ? new ByteArrayOutputStream() : stream;
        printedBytes += bytes.remaining();
        int room = Math.min(bytes.remaining(), STREAM_BYTES_MAX + 1 + masks.longest() - kept.size());
        if (room > 0) {
            byte[] piece = new byte[room];
            bytes.get(piece);
            kept.writeBytes(piece);
        }
        bytes.position(bytes.limit());
        if (printedBytes > PRINTED_BYTES_MAX && !isFlooded) {
            isFlooded = true;
            flood.run();
        }
        return kept;
    }

    private List<String> lines(@Nullable ByteArrayOutputStream stream) {
        if (stream == null) {
            return List.of();
        }
        boolean isCut = stream.size() > STREAM_BYTES_MAX;
        byte[] printed = masks.masked(stream.toByteArray(), Math.min(stream.size(), STREAM_BYTES_MAX));
        var lines = new ArrayList<>(
                new String(printed, StandardCharsets.UTF_8).lines().toList());
        if (isCut) {
            lines.add("[the rest was not kept: a run keeps " + STREAM_BYTES_MAX + " bytes of each stream]");
        }
        return lines;
    }
}
