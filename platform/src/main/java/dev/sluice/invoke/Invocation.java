package dev.sluice.invoke;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.label.Label;
import java.util.List;
import java.util.Optional;

/// A wish to run a function.
///
/// @param organization whose run it will be, and who is charged
/// @param function     its name in the record: a function's, or the path of a gate
/// @param functionId   Dispatch's id of the function; empty for a gate
/// @param faasId       Dispatch's id of the function's version; empty for a gate
/// @param gate         where the gate is; resolved as the caller
/// @param start        the label that the caller states for the payload; the run starts there or above
/// @param payload      one JSON text, already checked to be one
/// @param context      one JSON object: what the convention hands over beside the payload
/// @param secrets      names that the record shows
/// @param idempotencyKey who calls again with the same key gets the first run's result
public record Invocation(
        String organization,
        String function,
        String functionId,
        String faasId,
        FsPath gate,
        Label start,
        Bytes payload,
        Bytes context,
        List<String> secrets,
        Optional<String> idempotencyKey) {
    public static final int IDEMPOTENCY_KEY_CHARS_MAX = 255;

    public Invocation {
        secrets = List.copyOf(secrets);
    }
}
