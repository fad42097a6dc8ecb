package dev.sluice.worker;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.ObjectId;
import dev.sluice.gate.Invoker;
import dev.sluice.label.Component;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/// What one run is given.
///
/// @param function its name, as the caller knows it
/// @param context  one JSON object: what Dispatch's convention hands over beside the payload
/// @param injected what it hands over as `context.secrets`
/// @param headers  what Faasten's hands over, with `blobs` and `vouched`
/// @param blobs    the run finds them finalized, by handles of its own
/// @param vouched  all that vouched for the invoker
/// @param timeMax  the run ends at the latest after this, however long its function may take
/// @param invoker  makes what answers the run's own invocations, from the nanosecond at which the run will have
///     ended
/// @param cancellation whether the run is wanted no more
/// @param log     gets what it prints
/// @param chunks  gets what it yields
public record Job(
        String function,
        Bytes payload,
        Bytes context,
        Injected injected,
        Map<String, String> headers,
        Blobs blobs,
        Component vouched,
        Duration timeMax,
        LongFunction<Invoker> invoker,
        Cancellation cancellation,
        LiveLog log,
        Chunks chunks) {
    /// @param named by the names under which the function finds them
    /// @param input what it reads beside its payload, as its own task
    public record Blobs(Map<String, BlobRef> named, Optional<ObjectId> input) {}
}
