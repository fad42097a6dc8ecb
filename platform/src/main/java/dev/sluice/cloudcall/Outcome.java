package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;

/// How a run ended, as far as the guest could still say.
public sealed interface Outcome {
    /// @param json one valid JSON text in UTF-8, at most [GuestLink#RESULT_BYTES_MAX] bytes: may be embedded as it is
    record Returned(Bytes json) implements Outcome {}

    record Failed(GuestFailure failure) implements Outcome {}
}
