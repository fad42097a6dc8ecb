package dev.sluice.invoke;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Pipe;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import dev.sluice.run.Run.View;
import dev.sluice.worker.Cancellation;
import dev.sluice.worker.Chunks;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A run's answer while it is made, for the caller who waits for it.
///
/// A chunk has the label that an answer would have at its moment, and leaves only to who may have it when it leaves.
/// From the first one on that may not leave nothing does, and the stream goes on in silence until the run's answer
/// would have come: neither that chunk's time shows, nor whether there were more.
///
/// Holds at most [#UNREAD_BYTES_MAX] that nobody has taken: then the function waits, as long as its time lasts. Taken
/// by one thread, filled by another.
public final class AnswerStream implements AutoCloseable {
    static final int UNREAD_BYTES_MAX = 1 << 20;

    /// Beside its text.
    private static final int PIECE_BYTES = 64;

    private static final long LOOK_MILLIS = 50;
    private static final Piece LAST = new Piece(Bytes.EMPTY, Label.TOP);

    private final LinkedBlockingQueue<Piece> unread = new LinkedBlockingQueue<>();
    private final Semaphore room = new Semaphore(UNREAD_BYTES_MAX);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final Cancellation cancellation = new Cancellation();
    private volatile @Nullable Run run;
    private volatile @Nullable FutureTask<View> answer;
    private volatile boolean isChunked;
    private boolean isSilent; // of who takes
    private boolean isOver; // of who takes

    private final Optional<Pipe> said;

    /// @param said to the run meanwhile
    AnswerStream(Optional<Pipe> said) {
        this.said = said;
    }

    private record Piece(Bytes json, Label label) {
        int bytes() {
            return Math.min(UNREAD_BYTES_MAX, json.length() + PIECE_BYTES);
        }
    }

    /// How an answer ended.
    ///
    /// @param isWithheld something of it did not leave, or nothing of its end may
    /// @param isChunked  the function has yielded its output: it has left as far as it may
    public record End(View view, boolean isWithheld, boolean isChunked) {}

    /// Has it filled, and waits until the run is on record.
    void begin(Callable<View> filling) throws InterruptedException {
        var task = new FutureTask<>(filling) {
            @Override
            protected void done() {
                unread.add(LAST);
                begun.countDown();
            }
        };
        answer = task;
        Thread.ofVirtual().name("streamed-run").start(task);
        try {
            begun.await();
        } catch (InterruptedException stopped) {
            close();
            throw stopped;
        }
        if (run == null) {
            View _ = view(); // throws
        }
    }

    /// The run is on record.
    ///
    /// @param answerLabel that under which an answer leaves a run of a label
    Chunks begun(Run itself, UnaryOperator<Label> answerLabel, Cancellation ofRun) {
        run = itself;
        var _ = cancellation.during(ofRun::cancel);
        begun.countDown();
        return new Chunks() {
            @Override
            public void take(Bytes json, BooleanSupplier isEnded) throws InterruptedException {
                isChunked = true;
                add(new Piece(json, answerLabel.apply(Task.current().label())), isEnded);
            }

            @Override
            public void end() {
                isChunked = true;
            }

            @Override
            public Optional<Pipe> inbound() {
                return said;
            }
        };
    }

    private void add(Piece piece, BooleanSupplier isEnded) throws InterruptedException {
        boolean hasRoom = false;
        while (!hasRoom && !isEnded.getAsBoolean()) {
            hasRoom = room.tryAcquire(piece.bytes(), LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
        if (hasRoom) {
            unread.add(piece);
        }
    }

    public Run run() {
        Run known = run;
        if (known == null) {
            throw new IllegalStateException("not begun");
        }
        return known;
    }

    /// Whether all that came has been taken, and the run has ended.
    public boolean isOver() {
        return isOver;
    }

    /// The next chunk, if it comes in time and `reader` may have it.
    public Optional<Bytes> next(Task reader, Duration patience) throws InterruptedException {
        Piece piece = unread.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (piece == null) {
            return Optional.empty();
        }
        if (piece.equals(LAST)) {
            isOver = true;
            return Optional.empty();
        }
        room.release(piece.bytes());
        isSilent |= !reader.mayDeliver(piece.label(), Label.PUBLIC);
        return isSilent ? Optional.empty() : Optional.of(piece.json());
    }

    /// Whether something has come that the reader may not have: then nothing leaves any more.
    public boolean isSilent() {
        return isSilent;
    }

    /// Whether what has left so far tells that there is a run.
    public boolean isTold() {
        FutureTask<View> filling = answer;
        if (isSilent || !isOver || filling == null) {
            return !isSilent;
        }
        return filling.state() == Future.State.SUCCESS
                && (filling.resultNow().output().isPresent()
                        || filling.resultNow().status().isPresent());
    }

    /// How it ended; waits for that.
    ///
    /// @throws dev.sluice.kernel.Refused what the caller is refused with
    public End end() throws InterruptedException {
        View view = view();
        boolean isNothing = view.content().isEmpty() && view.output().isEmpty();
        return new End(view, isSilent || isNothing, isChunked);
    }

    private View view() throws InterruptedException {
        FutureTask<View> filling = answer;
        if (filling == null) {
            throw new IllegalStateException("not begun");
        }
        try {
            return filling.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException("a run could not be carried out", failed.getCause());
        }
    }

    /// Nobody wants more of it: a run that has not ended is canceled.
    @Override
    public void close() {
        said.ifPresent(Pipe::end);
        cancellation.cancel();
    }
}
