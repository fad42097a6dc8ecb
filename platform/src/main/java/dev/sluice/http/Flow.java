package dev.sluice.http;

import dev.sluice.bytes.Bytes;
import java.io.IOException;

/// A body that comes in pieces, each of which leaves at once, and whose end nobody knows before.
@FunctionalInterface
public interface Flow {
    /// Writes all of it. Called once, on the thread of the request.
    ///
    /// @throws IOException when whoever asked is gone
    void writeTo(Sink out) throws IOException, InterruptedException;

    /// Takes pieces; waits while whoever asked does not take them.
    @FunctionalInterface
    interface Sink {
        void write(Bytes piece) throws IOException;
    }
}
