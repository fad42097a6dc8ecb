package dev.sluice.cloudcall;

import java.util.List;

/// How a function failed, in its own words: labeled as the run is, and not for the server's log.
///
/// @param stacktrace lines, outermost call first; may be empty
public record GuestFailure(FailureType type, String message, List<String> stacktrace) {
    public GuestFailure {
        stacktrace = List.copyOf(stacktrace);
    }

    @Override
    public String toString() {
        return "GuestFailure[" + type + "]";
    }
}
