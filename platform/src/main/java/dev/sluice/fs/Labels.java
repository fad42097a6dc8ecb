package dev.sluice.fs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.bytes.Bytes;
import dev.sluice.label.Label;
import java.nio.charset.StandardCharsets;

/// Labels as the store holds them: their canonical text. Reading the same text again costs a look-up.
final class Labels {
    private static final int CACHED_LABELS_MAX = 10_000;

    private static final Cache<Bytes, Label> PARSED =
            Caffeine.newBuilder().maximumSize(CACHED_LABELS_MAX).build();

    private Labels() {}

    static byte[] encode(Label label) {
        return label.toString().getBytes(StandardCharsets.UTF_8);
    }

    static Label decode(byte[] text) {
        return PARSED.get(Bytes.takeOver(text), t -> Label.parse(t.utf8()));
    }
}
