package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/// The platform's end of the channel of one guest that serves several runs at a time ([GuestLink#shared]).
///
/// Such a guest makes no calls and yields nothing: it is told of runs, and says what each of them printed and how it
/// ended. Which run that is, the guest says, and nobody believes it: whoever has runs share a guest sees to it that
/// they may know all of each other.
///
/// Thread-safe. One thread is in [#listen], another in [#send]; whoever wants them to end closes the sandbox and
/// interrupts the sender. It does not close the channel.
public final class SharedLink {
    private static final long STDOUT = 1;
    private static final long STDERR = 2;

    private final FrameReader reader;
    private final FrameWriter writer;
    private final Set<Integer> underWay = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Frame> unsent = new LinkedBlockingQueue<>(); // at most one for each run under way
    private final Set<Integer> sent = ConcurrentHashMap.newKeySet(); // of those under way, what may have gone out whole
    private volatile int sending; // the run whose frame went out last, or is about to
    private volatile int unread; // the run whose frame the guest has left unread, once it is gone
    private int lastId; // guarded by this

    SharedLink(FrameReader reader, FrameWriter writer, int lastId) {
        this.reader = reader;
        this.writer = writer;
        this.lastId = lastId;
    }

    /// Takes what the guest says, in its order, on the thread of [#listen].
    public interface Runs {
        /// @param run one that has begun and not ended
        void printed(int run, boolean isError, Bytes text);

        /// @param run one that has begun; nothing comes of it any more
        void ended(int run, Outcome outcome);
    }

    /// The number of the next run: it is the only one to be begun with it.
    public synchronized int next() {
        lastId++;
        return lastId;
    }

    /// Has the guest told of one more run; does not wait.
    public void begin(int run, RunRequest request) {
        underWay.add(run);
        unsent.add(new Frame(FrameKind.RUN, run, GuestLink.encoded(request)));
    }

    /// Takes back a run of which the guest has not been told.
    ///
    /// @return whether it was so: else the guest is told, or has been
    public boolean withdraw(int run) {
        boolean isUnsent = unsent.removeIf(frame -> frame.id() == run);
        if (isUnsent) {
            underWay.remove(run);
        }
        return isUnsent;
    }

    /// Once [#listen] has ended: whether the guest may have read what to run. If not, nothing of the run has happened,
    /// so that it may begin in another one.
    public boolean mayHaveBegun(int run) {
        return sent.contains(run) && run != unread;
    }

    /// Tells the guest of runs as they begin. Waits as long as the guest does.
    public void send() throws GuestGone, InterruptedException {
        while (true) {
            Frame next = unsent.take();
            sent.add(next.id()); // before the guest can have read it
            sending = next.id();
            write(next);
        }
    }

    private void write(Frame frame) throws GuestGone {
        try {
            writer.write(frame);
        } catch (ClosedByInterruptException stopped) {
            throw new GuestGone(stopped); // all may have gone out
        } catch (IOException broken) {
            sent.remove(frame.id());
            throw new GuestGone(broken);
        }
    }

    /// Hears the guest until it is gone.
    ///
    /// @throws GuestProtocolViolation of which the text may be shown to whoever wrote the function
    public void listen(Runs runs) throws GuestGone, GuestProtocolViolation {
        while (true) {
            Frame frame = read();
            if (frame.kind() == FrameKind.CALL) {
                throw new GuestProtocolViolation("runs that share an instance call nothing of the platform");
            }
            if (!underWay.contains(frame.id())) {
                throw new GuestProtocolViolation("of a run that is not under way");
            }
            switch (frame.kind()) {
                case LOG -> hear(frame, runs);
                case RESULT -> end(frame.id(), result(frame), runs);
                case ERROR -> end(frame.id(), GuestLink.failed(frame), runs);
                case CHUNK -> throw new GuestProtocolViolation("runs that share an instance yield nothing");
                case HELLO, LOADED, LOAD_FAILED, CALL, FILE, LOAD, RUN, REPLY, INBOUND ->
                    throw new GuestProtocolViolation("a frame that has no place in a run");
            }
        }
    }

    /// A guest reads in order: if it leaves anything, that is the end of what was sent last.
    private Frame read() throws GuestGone, GuestProtocolViolation {
        try {
            return reader.read();
        } catch (GuestGone gone) {
            unread = gone.isReset() ? sending : 0;
            throw gone;
        }
    }

    private void end(int run, Outcome outcome, Runs runs) {
        underWay.remove(run);
        sent.remove(run);
        runs.ended(run, outcome);
    }

    private static Outcome result(Frame frame) throws GuestProtocolViolation {
        if (frame.value() instanceof Value.Null) {
            throw new GuestProtocolViolation("runs that share an instance yield nothing");
        }
        return GuestLink.result(frame, new ChunkArray(true));
    }

    private static void hear(Frame frame, Runs runs) throws GuestProtocolViolation {
        if (frame.value() instanceof Value.Items(List<Value> parts)
                && parts.size() == 2
                && parts.get(0) instanceof Value.Int64(long stream)
                && (stream == STDOUT || stream == STDERR)
                && parts.get(1) instanceof Value.Octets(Bytes text)) {
            runs.printed(frame.id(), stream == STDERR, text);
            return;
        }
        throw new GuestProtocolViolation("a log that is not a stream and octets");
    }
}
