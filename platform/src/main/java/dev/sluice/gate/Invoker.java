package dev.sluice.gate;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import java.util.Map;
import java.util.Optional;

/// How a run has another gate's function run. Acts as [dev.sluice.kernel.Task#current].
public interface Invoker {
    /// Waits for the end of the run. Whatever comes of it, the caller is tainted with it.
    ///
    /// @throws Refused `NOT_FOUND`, `WRONG_KIND` or `DENIED` for a gate that it may not enter or know of and
    ///     for an
    ///     end that it may not know, `INVALID` for too many calls inside each other, `OVERLOADED` and
    ///     `DEADLINE_EXCEEDED` where there was no room in time
    Answer call(FsPath gate, Call call) throws InterruptedException;

    /// Accepts a run that nobody waits for. Durable on return.
    ///
    /// @throws Refused as [#call]
    void submit(FsPath gate, Call call);

    /// What the callee gets.
    ///
    /// @param payload     any bytes, at most [#PAYLOAD_BYTES_MAX]
    /// @param headers     by lowercased name
    /// @param blobs       by the names under which the callee finds them
    /// @param resultLabel raises the caller first, and takes the place of its clearance
    record Call(Bytes payload, Map<String, String> headers, Map<String, BlobRef> blobs, Optional<Label> resultLabel) {
        public static final int PAYLOAD_BYTES_MAX = 6 << 20;

        /// Of all headers' names and values together.
        public static final int HEADER_CHARS_MAX = 64 << 10;

        public static final int BLOBS_MAX = 32;

        /// @throws Refused `TOO_LARGE`
        public Call {
            long chars = 0;
            for (Map.Entry<String, String> header : headers.entrySet()) {
                chars += header.getKey().length() + header.getValue().length();
            }
            if (payload.length() > PAYLOAD_BYTES_MAX || chars > HEADER_CHARS_MAX || blobs.size() > BLOBS_MAX) {
                throw new Refused(
                        Refusal.TOO_LARGE, "a payload has at most " + PAYLOAD_BYTES_MAX + " bytes, and few headers");
            }
            headers = Map.copyOf(headers);
            blobs = Map.copyOf(blobs);
        }
    }

    /// What the callee said.
    ///
    /// @param status   as the function set it, 200 where it did not
    /// @param isFailed whether it ended in an error; the body then says which
    record Answer(int status, Bytes body, boolean isFailed) {}
}
