package dev.sluice.http;

import java.io.IOException;

/// Answers one request, on a virtual thread of its own; may block.
@FunctionalInterface
public interface Handler {
    /// @throws HttpRefused for a request that is malformed, too large or too slow
    /// @throws IOException when the client went away; there is nobody to answer
    Response handle(Request request) throws IOException, InterruptedException;
}
