package dev.sluice.run;

import java.util.Optional;

/// What began a run. Who may know that there is a run may know that.
///
/// @param isAwaited whether somebody waits for its end
/// @param cause     absent in the records of earlier servers
public record Beginning(boolean isAwaited, Optional<Cause> cause) {
    public enum Cause {
        /// Somebody asked for it, at the control plane or the gateway.
        REQUEST,
        /// Another run called or submitted it.
        RUN,
        /// An event fired it.
        EVENT
    }
}
