package dev.sluice.cli.json;

import java.io.Serial;

/// The text is not one JSON value. The message says why and holds none of the text itself beyond what the parser
/// quotes.
public final class NotJson extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    NotJson(String why) {
        super(why);
    }

    NotJson(String why, Throwable cause) {
        super(why, cause);
    }
}
