package dev.sluice.guest;

import java.io.EOFException;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/// Several runs of one function at a time, each on a platform thread of its own: one that computes without end leaves
/// the others their turns, which a virtual one would not. None of them makes a call or yields.
final class Crew {
    private final Channel channel;
    private final Entry function;
    private final long runsMax;
    private final Set<Integer> underWay = new HashSet<>(); // guarded by itself

    /// @param runsMax under way at a time
    Crew(Channel channel, Entry function, long runsMax) {
        this.channel = channel;
        this.function = function;
        this.runsMax = runsMax;
    }

    /// Serves runs as they come.
    ///
    /// @throws EOFException when the platform hangs up
    void serve() throws IOException {
        while (true) {
            RunRequest request = RunRequest.of(channel.receive());
            synchronized (underWay) {
                if (underWay.size() >= runsMax || !underWay.add(request.run())) {
                    throw new Violation("a run too many, or one that is under way");
                }
            }
            begin(request);
        }
    }

    private void begin(RunRequest request) {
        var run = new Run(channel, request.run());
        Thread thread = new Thread(() -> go(request, run), "run-" + request.run());
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError full) { // of threads: of memory, Java would have ended
            end(run, Guest.failed(request, Failure.ofFunction(full)));
        }
    }

    private void go(RunRequest request, Run run) {
        run.enter();
        end(run, Guest.ran(function, request, Calls.none()));
    }

    /// The platform may send another run as soon as it has heard that this one has ended.
    private void end(Run run, Frame answer) {
        run.end();
        synchronized (underWay) {
            underWay.remove(answer.id());
        }
        run.say(answer);
    }
}
