package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import java.util.List;

/// Tells the collector which gates the content of a gate or a service names by their ids: known to the room whose
/// content it is. They stay as long as it does.
@FunctionalInterface
public interface References {
    List<ObjectId> in(Kind kind, Bytes content);
}
