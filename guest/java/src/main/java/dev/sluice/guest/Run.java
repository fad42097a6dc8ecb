package dev.sluice.guest;

import dev.sluice.guest.Frame.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One of several runs that a guest serves at a time: what it prints and its end go out with its number.
///
/// Thread-safe. Its lock is a monitor, which a recursion's end cannot leave locked.
final class Run {
    /// Of a line that has not ended yet.
    private static final int LINE_BYTES_MAX = 8 << 10;

    private static final int PIECE_BYTES_MAX = 1 << 20;

    /// Threads that a run starts are the run's, so a scoped value will not do. Those of the common pool inherit
    /// nothing.
    private static final InheritableThreadLocal<@Nullable Run> CURRENT = new InheritableThreadLocal<>();

    private final Channel channel;
    private final int id;
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream(); // of the output; guarded by this
    private boolean isOver; // guarded by this

    Run(Channel channel, int id) {
        this.channel = channel;
        this.id = id;
    }

    /// The run whose this thread is; null if it is of none.
    static @Nullable Run current() {
        return CURRENT.get();
    }

    /// From now on this thread is the run's, and so are those that it starts.
    void enter() {
        CURRENT.set(this);
    }

    /// Output goes out a line at a time, errors at once. Nothing does when the run is over: that is in no log.
    synchronized void print(Printed stream, byte[] text, int from, int length) {
        if (isOver || length == 0) {
            return;
        }
        if (stream.isError()) {
            send(stream.number(), text, from, length);
            return;
        }
        unsent.write(text, from, length);
        if (unsent.size() > LINE_BYTES_MAX || hasLineEnd(text, from, length)) {
            flush();
        }
    }

    synchronized void flush() {
        byte[] all = unsent.toByteArray();
        unsent.reset();
        if (!isOver) {
            send(Printed.STDOUT, all, 0, all.length);
        }
    }

    /// Nothing is printed any more.
    synchronized void end() {
        flush();
        isOver = true;
    }

    private static boolean hasLineEnd(byte[] text, int from, int length) {
        for (int n = from; n < from + length; n++) {
            if (text[n] == '\n') {
                return true;
            }
        }
        return false;
    }

    private void send(long stream, byte[] text, int from, int length) {
        for (int start = from; start < from + length; start += PIECE_BYTES_MAX) {
            byte[] piece = Arrays.copyOfRange(text, start, Math.min(start + PIECE_BYTES_MAX, from + length));
            say(new Frame(Kind.LOG, id, List.of(stream, piece)));
        }
    }

    /// Ends the process if the platform has hung up.
    void say(Frame frame) {
        try {
            channel.send(frame);
        } catch (IOException hungUp) {
            Runtime.getRuntime().halt(0);
        }
    }
}
