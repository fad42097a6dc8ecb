package dev.sluice.worker;

import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.GuestGone;
import dev.sluice.cloudcall.GuestProtocolViolation;
import dev.sluice.cloudcall.Outcome;
import dev.sluice.cloudcall.RunRequest;
import dev.sluice.cloudcall.SharedLink;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Reuse;
import dev.sluice.label.Label;
import dev.sluice.sandbox.LogSink;
import dev.sluice.worker.RunEnd.Fault;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One guest that serves several runs at a time. All of them start at one label, and none can rise above it, for none
/// has any call: so whichever run the guest names, what it says is labeled as what that run knows.
///
/// Thread-safe.
final class SharedGuest {
    private final Instance instance;
    private final SharedLink link;
    private final FunctionSpec function;
    private final Label start;
    private final int seatsMax;
    private final ConcurrentSkipListMap<Integer, Seat> seats = new ConcurrentSkipListMap<>();
    private final Thread sender;

    private @Nullable Fault gone; // guarded by this
    private volatile @Nullable Seat last; // whose log takes what nobody under way has printed
    private int taken; // guarded by the lock of who has runs share it, as what follows
    private boolean isLeaving;
    private @Nullable Runnable room;

    /// One run in it.
    static final class Seat {
        private final int run;
        private final LogLines logs;
        private final BlockingQueue<End> end = new ArrayBlockingQueue<>(1);

        Seat(int run, LogLines logs) {
            this.run = run;
            this.logs = logs;
        }

        /// What comes first counts.
        void end(End how) {
            boolean _ = end.offer(how);
        }

        /// Nothing if it does not end in time.
        Optional<End> await(Duration patience) throws InterruptedException {
            return Optional.ofNullable(end.poll(patience.toNanos(), TimeUnit.NANOSECONDS));
        }
    }

    /// How a run ended here.
    sealed interface End {
        record Answered(Outcome outcome) implements End {}

        /// Nothing more is to be had of the guest.
        record Failed(Fault fault) implements End {}

        /// Nor has it read what to run.
        record NeverBegun(Fault fault) implements End {}
    }

    /// @param start where each of its runs starts
    SharedGuest(Instance instance, FunctionSpec function, Label start) throws GuestProtocolViolation {
        this.instance = instance;
        this.link = instance.link().shared();
        this.function = function;
        this.start = start;
        this.seatsMax = function.deployment().concurrency();
        instance.sandbox().logsTo(new Unnamed());
        this.sender = Thread.ofVirtual().name("guest-sender").start(this::send);
        Thread.ofVirtual().name("guest-listener").start(this::listen);
    }

    Instance instance() {
        return instance;
    }

    /// Whether a run that starts at `at` may be in it now.
    boolean mayServe(Label at) {
        return start.equals(at) && instance.mayServe(at, Reuse.SAME_LABEL);
    }

    boolean hasFreeSeat() {
        return freeSeats() > 0;
    }

    int freeSeats() {
        return isUsable() ? seatsMax - taken : 0;
    }

    void take() {
        taken++;
        instance.saw(start);
    }

    void giveBack() {
        taken--;
    }

    boolean isEmpty() {
        return taken == 0;
    }

    /// No run comes in any more, and with the last one it ends.
    void leave() {
        isLeaving = true;
    }

    boolean isUsable() {
        return !isLeaving && !isGone() && instance.ended() == null;
    }

    void room(@Nullable Runnable given) {
        room = given;
    }

    @Nullable
    Runnable room() {
        return room;
    }

    synchronized boolean isGone() {
        return gone != null;
    }

    /// Has a run begin; a guest that is gone has ended it already.
    Seat begin(RunRequest request, LogLines logs) {
        var seat = new Seat(link.next(), logs);
        synchronized (this) {
            if (gone != null) {
                seat.end(new End.NeverBegun(gone));
                return seat;
            }
            seats.put(seat.run, seat);
            last = seat;
        }
        link.begin(seat.run, request);
        return seat;
    }

    /// Nothing that comes of the run is wanted any more.
    ///
    /// @return whether nothing can come: the guest has not been told of it, and is not any more
    boolean forget(Seat seat) {
        seats.remove(seat.run);
        return link.withdraw(seat.run);
    }

    private void send() {
        try {
            link.send();
        } catch (GuestGone _) {
            // Who listens finds it too.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            instance.sandbox().close(); // who is told of no run any more, has none
        }
    }

    private void listen() {
        Fault fault = Fault.system("the platform ended the run");
        try {
            link.listen(new Heard());
        } catch (GuestProtocolViolation broken) {
            fault = Fault.function(
                    "the function broke the protocol between its runtime and the platform: " + broken.getMessage());
        } catch (GuestGone hungUp) {
            fault = postmortem(fault);
        } finally {
            end(fault);
        }
    }

    private Fault postmortem(Fault otherwise) {
        try {
            return Postmortem.of(instance, function);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return otherwise;
        }
    }

    private void end(Fault fault) {
        List<Seat> all;
        synchronized (this) {
            gone = fault;
            all = List.copyOf(seats.values());
        }
        instance.sandbox().drainLogs(new Unnamed());
        seats.clear();
        all.forEach(seat -> seat.end(link.mayHaveBegun(seat.run) ? new End.Failed(fault) : new End.NeverBegun(fault)));
        sender.interrupt();
        instance.sandbox().close();
    }

    private final class Heard implements SharedLink.Runs {
        private long unheardBytes;

        @Override
        public void printed(int run, boolean isError, Bytes text) {
            Seat seat = seats.get(run);
            if (seat == null) {
                unheardBytes += text.length(); // of runs that wait for nothing more
                if (unheardBytes > LogLines.PRINTED_BYTES_MAX) {
                    instance.end(Instance.Ended.FLOOD);
                }
                return;
            }
            if (isError) {
                seat.logs.stderr(text.asBuffer());
            } else {
                seat.logs.stdout(text.asBuffer());
            }
        }

        @Override
        public void ended(int run, Outcome outcome) {
            if (instance.ended() != null) {
                return; // what it says while it is being ended is no answer: that it is gone, ends the run
            }
            instance.sandbox().drainLogs(new Unnamed());
            Seat seat = seats.remove(run);
            if (seat != null) {
                seat.end(new End.Answered(outcome));
            }
        }
    }

    /// What comes out of the guest without a run's number is in the log of the run that has been under way the longest.
    private final class Unnamed implements LogSink {
        @Override
        public void stdout(ByteBuffer bytes) {
            Seat seat = oldest();
            if (seat != null) {
                seat.logs.stdout(bytes);
            }
        }

        @Override
        public void stderr(ByteBuffer bytes) {
            Seat seat = oldest();
            if (seat != null) {
                seat.logs.stderr(bytes);
            }
        }

        private @Nullable Seat oldest() {
            Map.Entry<Integer, Seat> first = seats.firstEntry();
            return first == null ? last : first.getValue();
        }
    }
}
