package dev.sluice.worker;

import dev.sluice.label.Label;
import dev.sluice.sandbox.LogSink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What one run printed. Keeps the first [#STREAM_BYTES_MAX] of each stream and says where it stopped; a guest that
/// goes on beyond [#PRINTED_BYTES_MAX] is a flood. The values of secrets are masked, in how many pieces they come.
///
/// Thread-safe: who follows it reads while the guest prints ([LiveLog]).
final class LogLines implements LogSink {
    static final int STREAM_BYTES_MAX = 256 << 10;
    static final long PRINTED_BYTES_MAX = 64L << 20;

    private static final String CUT =
            "[the rest was not kept: a run keeps " + STREAM_BYTES_MAX + " bytes of each stream]";

    private final Runnable flood;
    private final Masks masks;
    private final Supplier<Label> moment;
    private final Marks outMarks = new Marks(); // guarded by this, as what follows
    private final Marks errMarks = new Marks();
    private @Nullable ByteArrayOutputStream out;
    private @Nullable ByteArrayOutputStream err;
    private long printedBytes;
    private boolean isFlooded;

    /// From which byte on a stream may hold what was known at which label: in order, each above the one before.
    private static final class Marks {
        private final List<Integer> starts = new ArrayList<>();
        private final List<Label> labels = new ArrayList<>();

        void at(int start, Label label) {
            if (labels.isEmpty() || !labels.getLast().equals(label)) {
                starts.add(start);
                labels.add(label);
            }
        }

        /// How many of the first `size` bytes come before all that may not be read.
        int readable(int size, Predicate<Label> mayRead) {
            for (int i = 0; i < labels.size(); i++) {
                if (!mayRead.test(labels.get(i))) {
                    return starts.get(i);
                }
            }
            return size;
        }

        /// Of the byte at `index`.
        Label of(int index) {
            int i = labels.size() - 1;
            while (starts.get(i) > index) {
                i--;
            }
            return labels.get(i);
        }
    }

    /// @param flood called once when the run has printed more than [#PRINTED_BYTES_MAX]; must not block
    /// @param moment what the run may know by now; must not block, and never falls
    LogLines(Runnable flood, Masks masks, Supplier<Label> moment) {
        this.flood = flood;
        this.masks = masks;
        this.moment = moment;
    }

    @Override
    public synchronized void stdout(ByteBuffer bytes) {
        out = keep(out, outMarks, bytes);
    }

    @Override
    public synchronized void stderr(ByteBuffer bytes) {
        err = keep(err, errMarks, bytes);
    }

    synchronized List<String> stdoutLines() {
        return lines(out);
    }

    synchronized List<String> stderrLines() {
        return lines(err);
    }

    /// How much of both streams together comes before what may not be read.
    synchronized int readableBytes(Predicate<Label> mayRead) {
        return outMarks.readable(out == null ? 0 : out.size(), mayRead)
                + errMarks.readable(err == null ? 0 : err.size(), mayRead);
    }

    /// What of standard output has come since `from` and is whole: to the end of the last line, or to the end of all
    /// once nothing more comes.
    ///
    /// @param from as an earlier call had it, 0 at first
    synchronized LiveLog.Piece stdoutFrom(int from, boolean isOver) {
        return piece(out, outMarks, from, isOver);
    }

    /// As [#stdoutFrom], of standard error.
    synchronized LiveLog.Piece stderrFrom(int from, boolean isOver) {
        return piece(err, errMarks, from, isOver);
    }

    private LiveLog.Piece piece(@Nullable ByteArrayOutputStream stream, Marks marks, int from, boolean isOver) {
        if (stream == null || from >= stream.size()) {
            return new LiveLog.Piece(List.of(), from);
        }
        byte[] all = stream.toByteArray();
        int end = Math.min(all.length, STREAM_BYTES_MAX);
        var lines = new ArrayList<LiveLog.Line>();
        int start = from;
        for (int at = from; at < end; at++) {
            if (all[at] == '\n') {
                add(lines, Arrays.copyOfRange(all, start, at), at - start, marks.of(at));
                start = at + 1;
            }
        }
        boolean isCut = all.length > STREAM_BYTES_MAX;
        if (isOver || all.length == STREAM_BYTES_MAX + 1 + masks.longest()) {
            if (start < end) {
                add(lines, Arrays.copyOfRange(all, start, all.length), end - start, marks.of(end - 1));
            }
            if (isCut) {
                lines.add(new LiveLog.Line(CUT, marks.of(all.length - 1)));
            }
            start = all.length;
        }
        return new LiveLog.Piece(lines, start);
    }

    /// A value of a secret lies in one line, as it is masked: nothing of it is in the next.
    private void add(List<LiveLog.Line> lines, byte[] line, int length, Label label) {
        new String(masks.masked(line, length), StandardCharsets.UTF_8)
                .lines()
                .forEach(text -> lines.add(new LiveLog.Line(text, label)));
        if (length == 0) {
            lines.add(new LiveLog.Line("", label));
        }
    }

    private ByteArrayOutputStream keep(@Nullable ByteArrayOutputStream stream, Marks marks, ByteBuffer bytes) {
        ByteArrayOutputStream kept = stream == null ? new ByteArrayOutputStream() : stream;
        marks.at(kept.size(), moment.get());
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
            lines.add(CUT);
        }
        return lines;
    }
}
