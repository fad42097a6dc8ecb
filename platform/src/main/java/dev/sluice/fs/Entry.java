package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Label;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What a directory holds under a name: a hard link. The label of the target stands in the link too, because labels
/// never change and may be read by whoever may read the directory; so a walk can refuse before it touches the target.
///
/// @param label of the target; null only for a faceted directory, which has none
public record Entry(
        String name, Kind kind, ObjectId target, @Nullable Label label) {
    Bytes encode() {
        byte[] labelText = label == null ? new byte[0] : Labels.encode(label);
        var out = ByteBuffer.allocate(1 + ObjectId.LENGTH_BYTES + labelText.length);
        out.put((byte) kind.number()).put(target.value().readOnlyArray()).put(labelText);
        return Bytes.takeOver(out.array());
    }

    static Entry decode(String name, Bytes stored) {
        Kind kind = Kind.of(stored.at(0));
        var target = new ObjectId(stored.slice(1, 1 + ObjectId.LENGTH_BYTES));
        byte[] labelText =
                stored.slice(1 + ObjectId.LENGTH_BYTES, stored.length()).toArray();
        return new Entry(name, kind, target, kind == Kind.FACETED ? null : Labels.decode(labelText));
    }
}
