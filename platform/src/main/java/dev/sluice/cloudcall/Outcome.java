package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;

/// How a run ended, as far as the guest could still say.
public sealed interface Outcome {
    /// @param status [#STATUS_MIN] to [#STATUS_MAX], as HTTP has them; 200 where the function set none
    /// @param body   at most [GuestLink#RESULT_BYTES_MAX] bytes
    /// @param isJson whether the body is one valid JSON text in UTF-8, which may be embedded as it is
    record Returned(int status, Bytes body, boolean isJson) implements Outcome {
        public static final int STATUS_OK = 200;
        public static final int STATUS_MIN = 200;
        public static final int STATUS_MAX = 599;
    }

    /// @param array what came in chunks: one valid JSON text of at most [GuestLink#RESULT_BYTES_MAX] bytes
    record Yielded(Bytes array) implements Outcome {}

    record Failed(GuestFailure failure) implements Outcome {}
}
