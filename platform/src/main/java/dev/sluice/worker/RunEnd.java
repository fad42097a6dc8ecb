package dev.sluice.worker;

import dev.sluice.bytes.Bytes;
import java.util.List;
import java.util.Optional;

/// How one run ended in its guest.
///
/// @param output JSON, where the function returned
/// @param fault  where it did not
public record RunEnd(Optional<Bytes> output, Optional<Fault> fault, List<String> stdout, List<String> stderr) {
    public RunEnd {
        stdout = List.copyOf(stdout);
        stderr = List.copyOf(stderr);
    }

    /// @param type as Dispatch words it: `InputError`, `FunctionError`, `SystemError`
    public record Fault(String type, String message, List<String> stacktrace) {
        public Fault {
            stacktrace = List.copyOf(stacktrace);
        }

        static Fault function(String message) {
            return new Fault("FunctionError", message, List.of());
        }

        static Fault system(String message) {
            return new Fault("SystemError", message, List.of());
        }
    }
}
