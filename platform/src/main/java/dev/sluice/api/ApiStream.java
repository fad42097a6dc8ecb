package dev.sluice.api;

import dev.sluice.gateway.StreamForm;
import dev.sluice.gateway.Streams;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// What of an API is not handed over in one piece.
///
/// @param form   how answers leave while they are made: one of [StreamForm#NAMES]; empty where they leave whole
/// @param bodies of requests: [#INPUT] where functions read them as their input, empty where they are the payload
record ApiStream(String form, String bodies) {
    static final String INPUT = "input";
    static final ApiStream NONE = new ApiStream("", "");

    private static final String STREAM = "stream";
    private static final String BODIES = "bodies";

    ApiStream {
        form = Objects.requireNonNullElse(form, "");
        bodies = Objects.requireNonNullElse(bodies, "");
    }

    static ApiStream of(JsonBody api) {
        String form = api.text(STREAM).orElse("");
        if (!form.isEmpty()) {
            JsonBody.requireAmong(STREAM, form, StreamForm.NAMES);
        }
        String bodies = api.text(BODIES).orElse("");
        if (!bodies.isEmpty()) {
            JsonBody.requireAmong(BODIES, bodies, List.of(INPUT));
        }
        return new ApiStream(form, bodies);
    }

    /// @param kept where bodies go that are no payload
    Streams served(Streams.Bodies kept) {
        return new Streams(
                form.isEmpty() ? Optional.empty() : Optional.of(StreamForm.of(form)),
                isInput() ? Optional.of(kept) : Optional.empty());
    }

    boolean isInput() {
        return bodies.equals(INPUT);
    }

    void writeTo(JsonWriter out) {
        if (!form.isEmpty()) {
            out.field(STREAM, form);
        }
        if (!bodies.isEmpty()) {
            out.field(BODIES, bodies);
        }
    }
}
