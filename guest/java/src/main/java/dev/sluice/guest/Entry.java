package dev.sluice.guest;

import java.util.Optional;

/// What a run calls.
interface Entry {
    /// As the protocol spells it.
    String convention();

    /// @return one JSON text; empty where the result came in `chunks`
    Optional<byte[]> call(byte[] contextJson, byte[] payloadJson, Chunks chunks) throws Throwable;
}
