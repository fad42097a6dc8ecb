package dev.sluice.guest;

import java.util.Optional;

/// What a run calls.
interface Entry {
    /// As the protocol spells it.
    String convention();

    /// @return octets, one JSON text; or a map of status and body; empty where the result came in `chunks`
    Optional<?> call(byte[] contextJson, byte[] payloadJson, Chunks chunks) throws Throwable;
}
