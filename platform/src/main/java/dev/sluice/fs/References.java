package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.util.List;
import java.util.Optional;

/// Tells what the content of a gate or a service names: known to the room whose content it is. It stays as long as
/// the content does.
@FunctionalInterface
public interface References {
    References NONE = (_, _) -> Named.NOTHING;

    Named in(Kind kind, Bytes content);

    /// @param gates by their ids
    /// @param blob  the package that it runs
    record Named(List<ObjectId> gates, Optional<Digest> blob) {
        public static final Named NOTHING = new Named(List.of(), Optional.empty());
    }
}
