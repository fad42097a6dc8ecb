package dev.sluice.sandbox;

/// A guest did not start. Nothing of it is left. The message is for the operator and never holds what a guest wrote.
public final class SandboxFailed extends Exception {
    private static final long serialVersionUID = 1;

    public SandboxFailed(String message) {
        super(message);
    }

    public SandboxFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
