package dev.sluice.cloudcall;

import java.io.Serial;

/// The guest said something that the protocol does not allow. The guest is to be killed; nothing it says later counts.
///
/// The message is one of a fixed set and never contains what the guest sent.
public final class GuestProtocolViolation extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    GuestProtocolViolation(String constantMessage) {
        super(constantMessage);
    }
}
