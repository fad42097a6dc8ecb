package dev.sluice.guest;

import java.io.IOException;

/// Bytes that are no frame, or a frame that has no place here.
final class Violation extends IOException {
    private static final long serialVersionUID = 1L;

    Violation(String message) {
        super(message);
    }
}
