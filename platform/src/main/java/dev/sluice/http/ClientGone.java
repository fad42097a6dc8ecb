package dev.sluice.http;

import java.io.IOException;

/// The client stopped sending or receiving. Nobody is left to answer, and nothing is wrong with the server.
public final class ClientGone extends IOException {
    private static final long serialVersionUID = 1L;

    ClientGone(Throwable cause) {
        super("the client went away", cause);
    }
}
