package dev.sluice.invoke;

import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import dev.sluice.worker.LiveLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A run that is under way, for who follows what it prints. Ends when its function has.
public final class LiveRun implements AutoCloseable {
    private final Run run;
    private final LiveLog log;
    private final Consumer<LiveRun> onEnd;
    private final CountDownLatch over = new CountDownLatch(1);

    LiveRun(Run run, LiveLog log, Consumer<LiveRun> onEnd) {
        this.run = run;
        this.log = log;
        this.onEnd = onEnd;
    }

    public Run run() {
        return run;
    }

    LiveLog log() {
        return log;
    }

    /// Whether nothing more will come of it.
    boolean isOver() {
        return over.getCount() == 0;
    }

    /// Whether it has ended; waits for that at most so long.
    public boolean awaitEnd(long millis) throws InterruptedException {
        return over.await(millis, TimeUnit.MILLISECONDS);
    }

    /// Held to the label of the run's existence as well, as who reads its record is.
    private boolean isReadable(Label label, Task reader) {
        return reader.mayObserve(label.joinOrTop(run.existence()));
    }

    /// How much of it is kept for `reader`, about.
    int bytesFor(Task reader) {
        return log.readableBytes(label -> isReadable(label, reader));
    }

    @Override
    public void close() {
        log.end();
        over.countDown();
        onEnd.accept(this);
    }

    /// A line for a follower.
    public record Line(boolean isError, String text) {}

    /// One follower's reading of a run. Silent for ever from the first line on that he may not read, and from the
    /// moment on at which the run has learnt more than he may: neither of them shows, nor when the run ends after
    /// that.
    public static final class Reading {
        private final LiveRun live;
        private final LiveLog.Place place = new LiveLog.Place();
        private boolean isSilent;
        private boolean isAll;

        public Reading(LiveRun live) {
            this.live = live;
        }

        public LiveRun live() {
            return live;
        }

        /// Whether there will be nothing more for him.
        public boolean isSilent() {
            return isSilent;
        }

        /// Whether the run had ended before the last time, so that all that there is has been read.
        public boolean isAll() {
            return isAll;
        }

        /// What has come since the last time, as far as `reader` may read it.
        public List<Line> next(Task reader) {
            var told = new ArrayList<Line>();
            isAll = live.isOver(); // before it is read
            if (!isSilent) {
                LiveLog.Lines came = live.log.next(place);
                tell(came.stdout(), false, reader, told);
                tell(came.stderr(), true, reader, told);
                isSilent |= !live.isReadable(live.log.label(), reader);
            }
            return told;
        }

        private void tell(List<LiveLog.Line> lines, boolean isError, Task reader, List<Line> told) {
            for (LiveLog.Line line : lines) {
                if (!live.isReadable(line.label(), reader)) {
                    isSilent = true;
                    return;
                }
                told.add(new Line(isError, line.text()));
            }
        }
    }
}
