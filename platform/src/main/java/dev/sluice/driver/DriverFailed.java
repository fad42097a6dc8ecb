package dev.sluice.driver;

/// A driver's guest cannot be had. The message is for the driver's author.
public final class DriverFailed extends Exception {
    private static final long serialVersionUID = 1;

    public DriverFailed(String reason) {
        super(reason);
    }

    public String reason() {
        return String.valueOf(getMessage());
    }
}
