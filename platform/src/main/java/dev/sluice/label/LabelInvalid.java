package dev.sluice.label;

import java.io.Serial;

/// The one refusal of this room: a text that is no label, a value over a size cap, or a delegation of more than is
/// held. Messages are constants: a label's text, a principal or a token never gets into one. No stack trace: it answers
/// hostile input, and the trace would be most of what that costs.
public final class LabelInvalid extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    LabelInvalid(String constantMessage) {
        super(constantMessage, null, false, false);
    }
}
