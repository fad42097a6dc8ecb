package dev.sluice.http;

import dev.sluice.bytes.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The parsers of this room that clients feed, each as the fuzzer calls it: any bytes give a value or its one
/// refusal.
public final class HostileRequests {
    private static final int PART_BYTES_MAX = 1000;
    private static final LargeBodies MEMORY = new LargeBodies(1 << 20, Duration.ofMillis(1));

    private HostileRequests() {}

    /// Parts, whose boundary is `b`.
    public static void multipart(byte[] content) {
        try (LargeBodies.Share share = MEMORY.share()) {
            var parts = new Multipart("multipart/form-data; boundary=b", new ByteArrayInputStream(content), share);
            int count = 0;
            long bytes = 0;
            for (Optional<Multipart.Part> part = parts.next(); part.isPresent(); part = parts.next()) {
                count++;
                bytes += part.get().name().length();
                bytes += part.get().fileName().map(String::length).orElse(0);
                bytes += part.get().bytes(PART_BYTES_MAX).length();
            }
            if (count > Multipart.PARTS_MAX || bytes > content.length) {
                throw new IllegalStateException("more than there was");
            }
        } catch (HttpRefused expected) {
            requireOfClient(expected);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /// The path of a request, as it was sent.
    public static void path(byte[] content) {
        try {
            List<String> segments = PathText.segments("/" + new String(content, StandardCharsets.ISO_8859_1));
            for (String segment : segments) {
                if (segment.isEmpty()
                        || segment.equals(".")
                        || segment.equals("..")
                        || segment.chars().anyMatch(c -> c < ' ' || c == 0x7f)
                        || !Bytes.utf8(segment).utf8().equals(segment)) {
                    throw new IllegalStateException("a segment that is none");
                }
            }
        } catch (HttpRefused expected) {
            requireOfClient(expected);
        }
    }

    private static void requireOfClient(HttpRefused refused) {
        int status = refused.response().status();
        if (status != 400 && status != 413) {
            throw new IllegalStateException("not a refusal of what a client sends: " + status);
        }
    }
}
