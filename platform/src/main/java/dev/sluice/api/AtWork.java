package dev.sluice.api;

import dev.sluice.http.Request;
import dev.sluice.http.Response;
import java.io.IOException;
import java.util.Optional;

/// A driver that makes events, until it is closed. Thread-safe.
interface AtWork extends AutoCloseable {
    /// Why it makes no events at this moment, for whoever may see the driver; nothing while it does.
    default Optional<String> trouble() {
        return Optional.empty();
    }

    /// Answers who asks it from outside.
    ///
    /// @return nothing if nobody may
    default Optional<Response> answer(Request request) throws IOException, InterruptedException {
        return Optional.empty();
    }

    /// The last that it printed, for who may know what it knows; nothing for the server's own.
    default Optional<String> log() {
        return Optional.empty();
    }

    @Override
    void close();
}
