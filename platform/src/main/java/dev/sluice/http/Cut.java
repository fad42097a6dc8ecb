package dev.sluice.http;

import java.io.IOException;
import org.eclipse.jetty.io.QuietException;

/// The rest of an answer is not to leave: its connection ends without the end of the body, so that whoever asked can
/// tell that from the end of an answer. Nothing is wrong with the server.
public final class Cut extends IOException implements QuietException {
    private static final long serialVersionUID = 1L;

    public Cut() {
        super("the answer ends before its end");
    }
}
