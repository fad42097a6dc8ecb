package dev.sluice.cloudcall;

import java.io.IOException;
import java.io.Serial;

/// The guest was gone before it had read what to run. Nothing of the run has happened, so that it may begin in another.
public final class RunNeverBegun extends GuestGone {
    @Serial
    private static final long serialVersionUID = 1;

    RunNeverBegun(GuestGone gone) {
        super(new IOException("it had not read what to run", gone));
    }
}
