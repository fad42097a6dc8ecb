package dev.sluice.worker;

import dev.sluice.label.Label;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What one run prints, for who follows it while it runs. Each line has the label that the run had come to when the
/// line came: whatever the guest printed, it knew no more then.
///
/// Holds nothing of its own: what is read is what is kept of the run. Thread-safe.
public final class LiveLog {
    private final Supplier<Label> moment;
    private volatile @Nullable LogLines lines;
    private volatile boolean isOver;

    /// @param moment the highest label that the run has had; must not block, and never falls
    public LiveLog(Supplier<Label> moment) {
        this.moment = moment;
    }

    /// @param text without its end, masked
    public record Line(String text, Label label) {}

    /// @param next where the next one begins
    record Piece(List<Line> lines, int next) {}

    /// Lines of both streams.
    public record Lines(List<Line> stdout, List<Line> stderr) {}

    /// How far one reader has read; his own.
    public static final class Place {
        private int out;
        private int err;
    }

    LogLines begin(Runnable flood, Masks masks) {
        var begun = new LogLines(flood, masks, moment);
        lines = begun;
        return begun;
    }

    /// Nothing more will come.
    public void end() {
        isOver = true;
    }

    /// The highest label that the run has had by now.
    public Label label() {
        return moment.get();
    }

    /// How much is kept, about, before what may not be read.
    public int readableBytes(Predicate<Label> mayRead) {
        LogLines begun = lines;
        return begun == null ? 0 : begun.readableBytes(mayRead);
    }

    /// What has come since the last time, in whole lines; once it is over, all that is left.
    public Lines next(Place place) {
        boolean isLast = isOver; // before it is read: what comes in between is read the next time
        LogLines begun = lines;
        if (begun == null) {
            return new Lines(List.of(), List.of());
        }
        Piece stdout = begun.stdoutFrom(place.out, isLast);
        Piece stderr = begun.stderrFrom(place.err, isLast);
        place.out = stdout.next();
        place.err = stderr.next();
        return new Lines(stdout.lines(), stderr.lines());
    }
}
