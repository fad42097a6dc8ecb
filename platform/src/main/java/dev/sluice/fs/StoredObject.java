package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// One object as the store holds it: format, kind, version, label, payer, content.
///
/// @param version counts up from 1 with each change of the content
/// @param payer   who wrote the content last
record StoredObject(Kind kind, long version, Label label, String payer, Bytes bytes) {
    private static final byte FORMAT = 2;
    private static final byte FORMAT_WITHOUT_PAYER = 1;
    private static final int FIXED_BYTES = 1 + 1 + 8 + 4 + 1;

    StoredObject changed(Bytes newContent, String newPayer) {
        return new StoredObject(kind, version + 1, label, newPayer, newContent);
    }

    static void requireSize(Bytes content) {
        if (content.length() > LabeledFs.FILE_BYTES_MAX) {
            throw new Refused(
                    Refusal.TOO_LARGE, "a file holds at most " + LabeledFs.FILE_BYTES_MAX + " bytes: use a blob");
        }
    }

    /// What it costs to keep it. A blob costs what it is long with each entry for it: that others have the same
    /// one must not show.
    Cost cost(Bytes key) {
        Cost kept = Cost.of(key, encode());
        return kind == Kind.BLOB ? kept.plus(new Cost(0, BlobRef.decode(bytes).lengthBytes())) : kept;
    }

    LabeledFs.Content content(ObjectId id) {
        return new LabeledFs.Content(id, bytes, version, label);
    }

    Bytes encode() {
        byte[] labelText = Labels.encode(label);
        byte[] payerText = payer.getBytes(StandardCharsets.UTF_8);
        var out = ByteBuffer.allocate(FIXED_BYTES + labelText.length + payerText.length + bytes.length());
        out.put(FORMAT).put((byte) kind.number()).putLong(version);
        out.putInt(labelText.length).put((byte) payerText.length);
        out.put(labelText).put(payerText).put(bytes.readOnlyArray());
        return Bytes.takeOver(out.array());
    }

    static StoredObject decode(Bytes stored) {
        ByteBuffer in = stored.asBuffer();
        byte format = in.get();
        if (format != FORMAT && format != FORMAT_WITHOUT_PAYER) {
            throw new IllegalStateException("the store holds an object of an unknown format");
        }
        Kind kind = Kind.of(in.get());
        long version = in.getLong();
        byte[] labelText = new byte[in.getInt()];
        byte[] payerText = new byte[format == FORMAT ? Byte.toUnsignedInt(in.get()) : 0];
        in.get(labelText).get(payerText);
        String payer = new String(payerText, StandardCharsets.UTF_8);
        Bytes content = stored.slice(in.position(), stored.length());
        return new StoredObject(kind, version, Labels.decode(labelText), payer, content);
    }
}
