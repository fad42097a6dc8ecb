package dev.sluice.acme;

import java.time.Instant;
import java.util.Optional;

/// There is no certificate by this order. The message is for the host's organization: what is wrong, and what to do.
final class OrderFailed extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Optional<Instant> notBefore;

    OrderFailed(String message) {
        this(message, Optional.empty());
    }

    /// @param notBefore when the authority wants to be asked again, if it said so
    OrderFailed(String message, Optional<Instant> notBefore) {
        super(message, null, false, false);
        this.notBefore = notBefore;
    }

    Optional<Instant> notBefore() {
        return notBefore;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
