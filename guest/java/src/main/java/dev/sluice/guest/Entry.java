package dev.sluice.guest;

/// What a run calls.
interface Entry {
    /// As the protocol spells it.
    String convention();

    /// @return one JSON text
    byte[] call(byte[] contextJson, byte[] payloadJson) throws Throwable;
}
