package dev.sluice.bytes;

import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Bytes on their way from one thread to another one, in their order, a few pieces at most: who puts waits for who
/// takes. Either of them may end it.
public final class Pipe {
    public static final int PIECE_BYTES_MAX = 64 << 10;
    static final int PIECES_MAX = 16;

    private static final long LOOK_MILLIS = 50;

    /// Of none: the end.
    private final ArrayBlockingQueue<Bytes> pieces = new ArrayBlockingQueue<>(PIECES_MAX);

    private volatile boolean isFinished;
    private volatile boolean isOver;

    /// Waits while there is no room; once nobody takes any more, it is lost.
    ///
    /// @param piece of 1 to [#PIECE_BYTES_MAX] bytes
    public void put(Bytes piece) throws InterruptedException {
        if (piece.length() == 0 || piece.length() > PIECE_BYTES_MAX) {
            throw new IllegalArgumentException("a piece of " + piece.length() + " bytes");
        }
        offer(piece);
    }

    /// Nothing will be put any more; what was can be taken still.
    public void finish() throws InterruptedException {
        isFinished = true;
        offer(Bytes.EMPTY);
    }

    /// Whether who puts has put all.
    public boolean isFinished() {
        return isFinished;
    }

    private void offer(Bytes piece) throws InterruptedException {
        boolean isIn = false;
        while (!isIn && !isOver) {
            isIn = pieces.offer(piece, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /// Waits for the next piece.
    ///
    /// @return nothing at the end
    public Optional<Bytes> take() throws InterruptedException {
        Bytes piece = isOver ? Bytes.EMPTY : pieces.take();
        return isOver || piece.length() == 0 ? Optional.empty() : Optional.of(piece);
    }

    /// Nothing will be taken any more: whoever waits for a piece is told the end.
    public void end() {
        isOver = true;
        boolean _ = pieces.offer(Bytes.EMPTY); // where there is no room nobody waits
    }
}
