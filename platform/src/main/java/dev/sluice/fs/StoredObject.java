package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import java.nio.ByteBuffer;

/// One object as the store holds it: format, kind, version, label, content.
///
/// @param version counts up from 1 with each change of the content
record StoredObject(Kind kind, long version, Label label, Bytes bytes) {
    private static final byte FORMAT = 1;
    private static final int FIXED_BYTES = 1 + 1 + 8 + 4;

    StoredObject changed(Bytes newContent) {
        return new StoredObject(kind, version + 1, label, newContent);
    }

    static void requireSize(Bytes content) {
        if (content.length() > LabeledFs.FILE_BYTES_MAX) {
            throw new Refused(
                    Refusal.TOO_LARGE, "a file holds at most " + LabeledFs.FILE_BYTES_MAX + " bytes: use a blob");
        }
    }

    LabeledFs.Content content(ObjectId id) {
        return new LabeledFs.Content(id, bytes, version, label);
    }

    Bytes encode() {
        byte[] labelText = Labels.encode(label);
        var out = ByteBuffer.allocate(FIXED_BYTES + labelText.length + bytes.length());
        out.put(FORMAT).put((byte) kind.number()).putLong(version).putInt(labelText.length);
        out.put(labelText).put(bytes.readOnlyArray());
        return Bytes.takeOver(out.array());
    }

    static StoredObject decode(Bytes stored) {
        ByteBuffer in = ByteBuffer.wrap(stored.readOnlyArray());
        if (in.get() != FORMAT) {
            throw new IllegalStateException("the store holds an object of an unknown format");
        }
        Kind kind = Kind.of(in.get());
        long version = in.getLong();
        byte[] labelText = new byte[in.getInt()];
        in.get(labelText);
        return new StoredObject(kind, version, Labels.decode(labelText), stored.slice(in.position(), stored.length()));
    }
}
