package dev.sluice.worker;

import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.Outcome;
import java.util.List;
import java.util.Optional;

/// How one run ended in its guest.
///
/// @param output where the function returned
/// @param fault  where it did not
public record RunEnd(Optional<Output> output, Optional<Fault> fault, List<String> stdout, List<String> stderr) {
    static RunEnd of(Outcome outcome, Masks masks, LogLines logs) {
        return switch (outcome) {
            case Outcome.Returned(int status, Bytes body, boolean isJson) -> of(new Output(status, body, isJson), logs);
            case Outcome.Yielded(Bytes array) -> of(new Output(Outcome.Returned.STATUS_OK, array, true), logs);
            case Outcome.Failed(var failure) ->
                new RunEnd(
                        Optional.empty(),
                        Optional.of(masks.masked(
                                new Fault(failure.type().word(), failure.message(), failure.stacktrace()))),
                        logs.stdoutLines(),
                        logs.stderrLines());
        };
    }

    private static RunEnd of(Output output, LogLines logs) {
        return new RunEnd(Optional.of(output), Optional.empty(), logs.stdoutLines(), logs.stderrLines());
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
    public record Output(int status, Bytes body, boolean isJson) {}

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
