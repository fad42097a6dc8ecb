package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;

/// One run of the loaded function.
///
/// @param payload at most [#PAYLOAD_BYTES_MAX]; one JSON text for all but Faasten's era D
/// @param context one JSON object, at most [#CONTEXT_BYTES_MAX]: for the Dispatch convention what the function
///     gets as
/// its
///     context (`secrets`, `serviceBindings`, `event`, `httpContext`, `deadline`); for Faasten's `headers`,
///     `blobs`,
///     `invoker` and `wrapped`
public record RunRequest(Bytes payload, Bytes context) {
    public static final int PAYLOAD_BYTES_MAX = 6 << 20;
    public static final int CONTEXT_BYTES_MAX = 1 << 20;

    public RunRequest {
        if (payload.length() > PAYLOAD_BYTES_MAX || context.length() > CONTEXT_BYTES_MAX) {
            throw new IllegalArgumentException("a payload or context that is too large");
        }
    }
}
