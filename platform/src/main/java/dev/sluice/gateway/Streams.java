package dev.sluice.gateway;

import dev.sluice.http.Request;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import java.io.IOException;
import java.util.Optional;

/// What of an endpoint is not handed over in one piece.
///
/// @param answers how answers leave while they are made; empty if they leave whole
/// @param bodies  where bodies of requests go that a function reads as its input; empty if they are its payload
public record Streams(Optional<StreamForm> answers, Optional<Bodies> bodies) {
    public static final Streams NONE = new Streams(Optional.empty(), Optional.empty());

    /// Keeps bodies on disk.
    @FunctionalInterface
    public interface Bodies {
        /// Durable on return, and the one that was signed, if one was.
        ///
        /// @param label of who sends it, whose run reads it
        /// @throws dev.sluice.http.HttpRefused 400, 408, 413, 429
        KeptBody keep(Request request, Label label) throws IOException;
    }

    /// The body is whole before anything runs: when a function reads of it, and how much, would else be told to whoever
    /// sends it, by how fast he can.
    Optional<KeptBody> kept(Request request, Access.Entered who) throws IOException {
        if (bodies.isEmpty() || HttpInput.isBodiless(request.method())) {
            return Optional.empty();
        }
        Task task = who.authority().get();
        return Optional.of(bodies.get().keep(request, task.label()));
    }
}
