package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// How what a function yields leaves, chunk by chunk.
public enum StreamForm {
    /// Server-sent events, one for each chunk, in HTML's form.
    EVENTS("text/event-stream"),

    /// JSON, one line for each chunk.
    LINES("application/x-ndjson"),

    /// As the function says it: its first chunk is a [StatedHead], all others are pieces of the body.
    HTTP(StatedHead.TYPE);

    /// What a chunk says is the function's: its names are in no table that outlives them.
    static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                    .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
                    .build())
            .build();

    private static final String BASE64 = "base64";

    private final String type;

    StreamForm(String type) {
        this.type = type;
    }

    /// As APIs name them.
    public static final List<String> NAMES = List.of("events", "lines", "http");

    public static StreamForm of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /// What the gateway says after `first`.
    ///
    /// @return empty if that is no head: the function has failed
    Optional<StatedHead> head(Optional<Bytes> first) {
        return switch (this) {
            case EVENTS, LINES -> Optional.of(StatedHead.of(type));
            case HTTP -> first.flatMap(StatedHead::read);
        };
    }

    /// Whether the first chunk is a piece of the body too.
    boolean hasBodyInFirst() {
        return this != HTTP;
    }

    /// What leaves of a chunk.
    ///
    /// @return empty if that is none of the form: the function has failed
    Optional<Bytes> piece(Bytes chunk) {
        return switch (this) {
            case EVENTS -> EventText.of(chunk);
            case LINES -> Optional.of(line(chunk));
            case HTTP -> piece(read(chunk));
        };
    }

    /// A comment, where the form has such: who is gone is found out.
    Optional<Bytes> beat() {
        return this == EVENTS ? Optional.of(EventText.COMMENT) : Optional.empty();
    }

    /// JSON has line ends between its parts only, where spaces do as well.
    static Bytes line(Bytes json) {
        byte[] line = new byte[json.length() + 1];
        byte[] text = json.readOnlyArray();
        for (int n = 0; n < text.length; n++) {
            line[n] = text[n] == '\n' || text[n] == '\r' ? (byte) ' ' : text[n];
        }
        line[text.length] = '\n';
        return Bytes.takeOver(line);
    }

    private static Optional<Bytes> piece(JsonNode chunk) {
        if (chunk.isString()) {
            return Optional.of(Bytes.utf8(chunk.stringValue()));
        }
        JsonNode octets = chunk.path(BASE64);
        if (chunk.size() != 1 || !octets.isString()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Bytes.takeOver(octets.binaryValue()));
        } catch (JacksonException notBase64) {
            return Optional.empty();
        }
    }

    /// @return nothing that is there, if it cannot be read
    static JsonNode read(Bytes chunk) {
        try {
            return JSON.readTree(chunk.readOnlyArray());
        } catch (JacksonException unreadable) {
            return JSON.missingNode();
        }
    }
}
