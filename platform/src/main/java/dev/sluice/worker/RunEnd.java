package dev.sluice.worker;

import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.Outcome;
import dev.sluice.fs.ObjectId;
import dev.sluice.kernel.Refused;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// How one run ended in its guest.
///
/// @param output where the function returned
/// @param fault  where it did not
/// @param span   when it ran; absent where it was never given its input
public record RunEnd(
        Optional<Output> output, Optional<Fault> fault, List<String> stdout, List<String> stderr, Optional<Span> span) {
    /// Of a run that never began.
    public RunEnd(Optional<Output> output, Optional<Fault> fault, List<String> stdout, List<String> stderr) {
        this(output, fault, stdout, stderr, Optional.empty());
    }

    /// From when the guest was handed the input until it had answered, or was seen to be gone: as [System#nanoTime] has
    /// it.
    public record Span(long beganNanos, long endedNanos) {}

    /// @param beganNanos when the guest was handed its input
    RunEnd ranFrom(long beganNanos, long endedNanos) {
        return new RunEnd(output, fault, stdout, stderr, Optional.of(new Span(beganNanos, endedNanos)));
    }

    /// @param ref keeps the blob that the run wrote, if it did and has succeeded
    static RunEnd of(Outcome outcome, Supplier<Optional<ObjectId>> ref, Masks masks, LogLines logs) {
        try {
            return switch (outcome) {
                case Outcome.Returned(int status, Bytes body, boolean isJson) ->
                    of(new Output(status, body, isJson, ref.get()), logs);
                case Outcome.Yielded(Bytes array) ->
                    of(new Output(Outcome.Returned.STATUS_OK, array, true, ref.get()), logs);
                case Outcome.Failed(var failure) ->
                    failed(
                            masks.masked(new Fault(failure.type().word(), failure.message(), failure.stacktrace())),
                            logs);
            };
        } catch (Refused full) {
            return failed(Fault.function("context.output cannot be kept: " + full.reason()), logs);
        }
    }

    private static RunEnd of(Output output, LogLines logs) {
        return new RunEnd(Optional.of(output), Optional.empty(), logs.stdoutLines(), logs.stderrLines());
    }

    static RunEnd failed(Fault fault) {
        return new RunEnd(Optional.empty(), Optional.of(fault), List.of(), List.of());
    }

    static RunEnd failed(Fault fault, LogLines logs) {
        return new RunEnd(Optional.empty(), Optional.of(fault), logs.stdoutLines(), logs.stderrLines());
    }

    /// Whether the function's time was up.
    public boolean isTimeout() {
        return fault.filter(why -> why.equals(Fault.TIMEOUT) || why.equals(Fault.NEVER_BEGUN))
                .isPresent();
    }

    public RunEnd {
        stdout = List.copyOf(stdout);
        stderr = List.copyOf(stderr);
    }

    /// @param status 200 to 599
    /// @param isJson whether the body is one JSON text
    /// @param ref    the blob that it wrote beside that
    public record Output(int status, Bytes body, boolean isJson, Optional<ObjectId> ref) {}

    /// @param type as Dispatch words it: `InputError`, `FunctionError`, `SystemError`
    public record Fault(String type, String message, List<String> stacktrace) {
        public Fault {
            stacktrace = List.copyOf(stacktrace);
        }

        static final Fault TIMEOUT = function("Function execution exceeded the timeout");
        static final Fault CANCELED = system(Cancellation.REASON);
        static final Fault NEVER_BEGUN = function("Did not invoke, already exceeded timeout");

        static Fault function(String message) {
            return new Fault("FunctionError", message, List.of());
        }

        static Fault system(String message) {
            return new Fault("SystemError", message, List.of());
        }
    }
}
