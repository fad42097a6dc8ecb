package dev.sluice.sandbox;

/// This host cannot isolate guests. The message names what is missing and what the operator can do about it.
public final class SandboxUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    public SandboxUnavailable(String message) {
        super(message);
    }

    public SandboxUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
