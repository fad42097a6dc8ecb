package dev.sluice.api;

import dev.sluice.gateway.StreamForm;
import java.util.Optional;

/// How the answers of an API leave while they are made.
///
/// @param form one of [StreamForm#NAMES]; empty where they leave whole
record ApiStream(String form) {
    static final ApiStream NONE = new ApiStream("");

    private static final String STREAM = "stream";

    static ApiStream of(JsonBody api) {
        String form = api.text(STREAM).orElse("");
        if (!form.isEmpty()) {
            JsonBody.requireAmong(STREAM, form, StreamForm.NAMES);
        }
        return new ApiStream(form);
    }

    Optional<StreamForm> served() {
        return form.isEmpty() ? Optional.empty() : Optional.of(StreamForm.of(form));
    }

    void writeTo(JsonWriter out) {
        if (!form.isEmpty()) {
            out.field(STREAM, form);
        }
    }
}
