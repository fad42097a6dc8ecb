package dev.sluice.http;

import java.io.IOException;
import org.eclipse.jetty.io.QuietException;

/// The client stopped sending or receiving. Nobody is left to answer, and nothing is wrong with the server: Jetty does
/// not warn of it, with what was asked, in the log.
public final class ClientGone extends IOException implements QuietException {
    private static final long serialVersionUID = 1L;

    ClientGone(Throwable cause) {
        super("the client went away", cause);
    }
}
