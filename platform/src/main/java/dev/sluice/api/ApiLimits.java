package dev.sluice.api;

import dev.sluice.fs.UnlinkedBlobs;
import dev.sluice.gateway.Limits;
import dev.sluice.gateway.Rate;
import dev.sluice.gateway.Streams;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/// How much an API takes in, as its author says it.
///
/// @param rate       of everybody together, as [Rate#parse] reads it; empty for any
/// @param burst      at once; 0 for what is usual for the rate
/// @param clientRate of one client
/// @param bodyBytes  of a request; 0 for as much as the gateway takes
record ApiLimits(String rate, int burst, String clientRate, int clientBurst, int bodyBytes) {
    static final ApiLimits NONE = new ApiLimits("", 0, "", 0, 0);

    private static final String RATE = "rate";
    private static final String BURST = "burst";
    private static final String CLIENT_RATE = "clientRate";
    private static final String CLIENT_BURST = "clientBurst";
    private static final String BODY_BYTES = "bodyBytes";
    private static final List<String> KNOWN = List.of(RATE, BURST, CLIENT_RATE, CLIENT_BURST, BODY_BYTES);

    /// A word that means nothing is refused: somebody thinks that it limits something.
    static ApiLimits of(JsonBody api, ApiStream stream) {
        Optional<JsonNode> said = api.field("limits");
        if (said.isEmpty()) {
            return NONE;
        }
        JsonBody limits = JsonBody.ofObject(said.get());
        limits.names().stream()
                .filter(name -> !KNOWN.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw Rejection.of(422, 606, "limits." + name + " in body should be one of " + KNOWN);
                });
        return new ApiLimits(
                rate(limits, RATE, BURST),
                burst(limits, BURST),
                rate(limits, CLIENT_RATE, CLIENT_BURST),
                burst(limits, CLIENT_BURST),
                (int) limits.number(BODY_BYTES, 0, stream.isInput() ? UnlinkedBlobs.BYTES_MAX : Limits.BODY_BYTES_MAX));
    }

    private static int burst(JsonBody limits, String name) {
        return (int) limits.number(name, 0, Rate.REQUESTS_MAX);
    }

    private static String rate(JsonBody limits, String name, String burst) {
        String text = limits.text(name).orElse("");
        if (text.isEmpty() && burst(limits, burst) != 0) {
            throw Rejection.of(422, 602, "limits." + name + " in body is required where there is " + burst);
        }
        if (!text.isEmpty() && Rate.parse(text, Optional.empty()).isEmpty()) {
            throw Rejection.of(
                    422,
                    605,
                    "limits." + name + " in body should be N/s, N/m or N/h, of N at most " + Rate.REQUESTS_MAX);
        }
        return text;
    }

    /// @param organization takes one of the requests of all of its APIs
    /// @param streams      what is not handed over in one piece
    Limits enforced(BooleanSupplier organization, Streams streams) {
        return new Limits(
                organization,
                Rate.parse(rate, stated(burst)),
                Rate.parse(clientRate, stated(clientBurst)),
                bodyBytesMax(),
                streams);
    }

    int bodyBytesMax() {
        return bodyBytes == 0 ? Limits.BODY_BYTES_MAX : bodyBytes;
    }

    private static Optional<Integer> stated(int burst) {
        return burst == 0 ? Optional.empty() : Optional.of(burst);
    }

    void writeTo(JsonWriter out) {
        if (equals(NONE)) {
            return;
        }
        out.name("limits").beginObject();
        if (!rate.isEmpty()) {
            out.field(RATE, rate);
        }
        if (burst != 0) {
            out.field(BURST, burst);
        }
        if (!clientRate.isEmpty()) {
            out.field(CLIENT_RATE, clientRate);
        }
        if (clientBurst != 0) {
            out.field(CLIENT_BURST, clientBurst);
        }
        if (bodyBytes != 0) {
            out.field(BODY_BYTES, bodyBytes);
        }
        out.endObject();
    }
}
