package dev.sluice.cli.api;

import dev.sluice.cli.Failure;
import java.io.Serial;

/// The server said no. The message reads as in Dispatch's client: `[Code: 404] function f not found`.
public final class Refusal extends Failure {
    @Serial
    private static final long serialVersionUID = 1;

    Refusal(long code, String message) {
        super("[Code: " + code + "] " + message);
    }
}
