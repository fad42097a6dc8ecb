package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.util.List;

/// Tells what the content of a gate or a service names: known to the room whose content it is. It stays as long as
/// the content does.
@FunctionalInterface
public interface References {
    References NONE = (_, _) -> Named.NOTHING;

    Named in(Kind kind, Bytes content);

    /// @param gates by their ids
    /// @param blobs the package that it runs, and the layers below that
    record Named(List<ObjectId> gates, List<Digest> blobs) {
        public static final Named NOTHING = new Named(List.of(), List.of());
    }
}
