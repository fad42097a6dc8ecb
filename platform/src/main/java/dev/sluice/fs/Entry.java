package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Label;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What a directory holds under a name: a hard link. The label of the target stands in the link too, because
/// labels never change and may be read by whoever may read the directory; so a walk can refuse before it touches
/// the target.
///
/// @param label of the target; null only for a faceted directory, which has none
public record Entry(
        String name, Kind kind, ObjectId target, @Nullable Label label) {
    private static final int KIND_MASK = 0x0f;
    private static final int PAID = 0x10;
    private static final int PAYER_AT = 1 + ObjectId.LENGTH_BYTES;

    /// @param payer who pays for the entry
    Bytes encode(String payer) {
        byte[] payerText = payer.getBytes(StandardCharsets.UTF_8);
        byte[] labelText = label == null ? new byte[0] : Labels.encode(label);
        var out = ByteBuffer.allocate(PAYER_AT + 1 + payerText.length + labelText.length);
        out.put((byte) (kind.number() | PAID)).put(target.value().readOnlyArray());
        out.put((byte) payerText.length).put(payerText).put(labelText);
        return Bytes.takeOver(out.array());
    }

    static Entry decode(String name, Bytes stored) {
        Kind kind = kindOf(stored);
        byte[] labelText = stored.slice(labelAt(stored), stored.length()).toArray();
        return new Entry(name, kind, targetOf(stored), kind == Kind.FACETED ? null : Labels.decode(labelText));
    }

    static Kind kindOf(Bytes stored) {
        return Kind.of(stored.at(0) & KIND_MASK);
    }

    static ObjectId targetOf(Bytes stored) {
        return new ObjectId(stored.slice(1, PAYER_AT));
    }

    static String payerOf(Bytes stored) {
        int labelAt = labelAt(stored);
        return labelAt == PAYER_AT ? "" : stored.slice(PAYER_AT + 1, labelAt).utf8();
    }

    /// Entries from before there were payers have none.
    private static int labelAt(Bytes stored) {
        return (stored.at(0) & PAID) == 0 ? PAYER_AT : PAYER_AT + 1 + Byte.toUnsignedInt(stored.at(PAYER_AT));
    }
}
