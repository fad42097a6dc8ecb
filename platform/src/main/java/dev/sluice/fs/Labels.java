package dev.sluice.fs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import java.nio.charset.StandardCharsets;

/// Labels as the store holds them: their canonical text. Reading the same text again costs a look-up.
final class Labels {
    /// Of a label that is kept: the text stands in keys and in every entry of a listing.
    static final int TEXT_BYTES_MAX = 4_000;

    private static final int CACHED_LABELS_MAX = 10_000;

    private static final Cache<Bytes, Label> PARSED =
            Caffeine.newBuilder().maximumSize(CACHED_LABELS_MAX).build();

    private Labels() {}

    /// The label itself, if an object or a facet may carry it.
    ///
    /// @throws Refused `TOO_LARGE`
    static Label requireStorable(Label label) {
        if (encode(label).length > TEXT_BYTES_MAX) {
            throw new Refused(
                    Refusal.TOO_LARGE, "a label with " + TEXT_BYTES_MAX + " bytes of text is the longest that is kept");
        }
        return label;
    }

    static byte[] encode(Label label) {
        return label.toString().getBytes(StandardCharsets.UTF_8);
    }

    static Label decode(byte[] text) {
        return PARSED.get(Bytes.takeOver(text), t -> Label.parse(t.utf8()));
    }
}
