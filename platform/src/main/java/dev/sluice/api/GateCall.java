package dev.sluice.api;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.http.HttpRefused;
import dev.sluice.http.Multipart;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.label.Label;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one sends to a gate: JSON with the header `X-Faasten-Label`, or `multipart/form-data` with the parts
/// `payload`, `label` and any number named `blob`.
///
/// Blobs go to where blobs are kept while they arrive, so only somebody known may send any. Whatever cannot be
/// read as it should is refused: a label that nobody understands is never taken for none.
///
/// Source: contracts/faasten.md 6.1 `[R]`.
///
/// @param headers the request's, without what proves who asks
/// @param blobs   by file name, else `blob0`, `blob1` and so on; where two have one name, the last
/// @param holds   of the blobs, until the call is closed
record GateCall(
        Bytes payload, Label start, Map<String, String> headers, Map<String, BlobRef> blobs, List<Blobs.Hold> holds)
        implements AutoCloseable {
    static final int PAYLOAD_BYTES_MAX = RunRequest.BYTES_MAX;
    static final long BYTES_MAX = SeedRoutes.BLOB_BYTES_MAX;
    static final int LABEL_BYTES_MAX = 16 << 10;
    static final int FILE_NAME_CHARS_MAX = 255;

    private static final String MULTIPART = "multipart/form-data";

    /// What proves who asks is nobody else's business.
    private static final Set<String> CREDENTIALS =
            Set.of("authorization", "proxy-authorization", "cookie", "x-dispatch-cookie");

    /// @param isKnown whether whoever asks may leave blobs
    /// @throws Rejection 400, 401, 415
    /// @throws HttpRefused 400, 413
    static GateCall of(Request request, boolean isKnown, Blobs blobs) throws IOException {
        String type = request.header("Content-Type")
                .orElseThrow(() -> Rejection.of(400, "a Content-Type is needed: application/json or " + MULTIPART));
        int semicolon = type.indexOf(';');
        String kind = (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
        Map<String, String> headers = request.headers();
        headers.keySet().removeAll(CREDENTIALS);
        if (kind.equalsIgnoreCase(Response.JSON)) {
            Label start = request.header("X-Faasten-Label").map(FsPath::label).orElse(Label.PUBLIC);
            return new GateCall(SortedJson.of(request.body(PAYLOAD_BYTES_MAX)), start, headers, Map.of(), List.of());
        }
        if (kind.toLowerCase(Locale.ROOT).equals(MULTIPART)) {
            return new Parts(isKnown, blobs).readAll(request.multipart(BYTES_MAX), headers);
        }
        throw Rejection.of(415, "the payload must be application/json or " + MULTIPART);
    }

    @Override
    public void close() {
        holds.forEach(Blobs.Hold::close);
    }

    /// Collects the parts.
    private static final class Parts {
        private final boolean isKnown;
        private final Blobs blobs;
        private final Map<String, BlobRef> kept = new LinkedHashMap<>();
        private final List<Blobs.Hold> holds = new ArrayList<>();
        private @Nullable Bytes payload;
        private @Nullable Label label;
        private int unnamed;

        Parts(boolean isKnown, Blobs blobs) {
            this.isKnown = isKnown;
            this.blobs = blobs;
        }

        GateCall readAll(Multipart parts, Map<String, String> headers) throws IOException {
            boolean isRead = false;
            try {
                GateCall call = read(parts, headers);
                isRead = true;
                return call;
            } finally {
                if (!isRead) {
                    holds.forEach(Blobs.Hold::close);
                }
            }
        }

        private GateCall read(Multipart parts, Map<String, String> headers) throws IOException {
            for (Optional<Multipart.Part> part = parts.next(); part.isPresent(); part = parts.next()) {
                take(part.get());
            }
            if (payload == null) {
                throw Rejection.of(400, "a part named payload is needed");
            }
            return new GateCall(SortedJson.of(payload), label == null ? Label.PUBLIC : label, headers, kept, holds);
        }

        private void take(Multipart.Part part) throws IOException {
            switch (part.name()) {
                case "payload" -> {
                    requireFirst(payload == null);
                    payload = part.bytes(PAYLOAD_BYTES_MAX);
                }
                case "label" -> {
                    requireFirst(label == null);
                    label = FsPath.label(part.bytes(LABEL_BYTES_MAX).utf8());
                }
                case "blob" -> keep(part);
                default -> throw Rejection.of(400, "parts are named payload, label and blob");
            }
        }

        private static void requireFirst(boolean isFirst) {
            if (!isFirst) {
                throw Rejection.of(400, "payload and label can be sent once");
            }
        }

        private void keep(Multipart.Part part) throws IOException {
            if (!isKnown) {
                throw Door.unauthorized();
            }
            String name = part.fileName().filter(text -> !text.isEmpty()).orElseGet(() -> "blob" + unnamed++);
            if (name.length() > FILE_NAME_CHARS_MAX || name.chars().anyMatch(Character::isISOControl)) {
                throw Rejection.of(
                        400,
                        "a file name has at most " + FILE_NAME_CHARS_MAX + " characters, all of them" + " visible");
            }
            try (InputStream content = part.content()) {
                var counted = new CountedInput(content);
                var ref = new BlobRef(blobs.put(counted, BYTES_MAX), counted.count());
                holds.add(blobs.hold(ref.digest()));
                kept.put(name, ref);
            }
        }
    }
}
