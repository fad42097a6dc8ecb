package dev.sluice.egress;

/// An exchange that gave no answer. Whether the other side has seen the request is not known, but for [Why#FORBIDDEN]
/// and [Why#BUSY]: then it has not.
public final class EgressFailed extends Exception {
    private static final long serialVersionUID = 1;

    private final Why why;

    /// The reason, without a word of what was sent or received.
    public enum Why {
        /// The host has an address that is not public.
        FORBIDDEN,
        /// Too many exchanges of this organization, or of all, are under way.
        BUSY,
        /// No name, no connection, no trusted certificate, or no HTTP.
        UNREACHABLE,
        /// It took too long.
        TIMED_OUT,
        /// The answer is larger than is taken.
        TOO_LARGE,
    }

    EgressFailed(Why why) {
        super("the exchange failed", null, false, false);
        this.why = why;
    }

    public Why why() {
        return why;
    }
}
