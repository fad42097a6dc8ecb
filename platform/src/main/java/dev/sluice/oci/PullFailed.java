package dev.sluice.oci;

/// An image that cannot be had, or cannot be brought to a registry. The reason is for whoever asked for it: it holds
/// no credential and nothing that a registry said.
public final class PullFailed extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    public PullFailed(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
