package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Json;
import java.io.ByteArrayOutputStream;

/// What one run has yielded so far, as one JSON array of at most [GuestLink#RESULT_BYTES_MAX] bytes. A guest's own
/// runtime goes beyond none of the limits. Of a connection that both sides speak on nothing is kept, and there is no
/// such limit.
final class ChunkArray {
    static final int CHUNK_BYTES_MAX = 1 << 20;
    static final int CHUNKS_MAX = 1 << 16;

    private final ByteArrayOutputStream array = new ByteArrayOutputStream();
    private final boolean isKept;
    private int chunks;

    ChunkArray(boolean isKept) {
        this.isKept = isKept;
    }

    boolean isEmpty() {
        return chunks == 0;
    }

    /// @return the chunk, one JSON text
    Bytes add(Frame frame) throws GuestProtocolViolation {
        if (!(frame.value() instanceof Value.Octets(Bytes json)) || json.length() > CHUNK_BYTES_MAX) {
            throw new GuestProtocolViolation("a chunk that is no octets of allowed length");
        }
        if (isKept && (chunks == CHUNKS_MAX || array.size() + json.length() + 2 > GuestLink.RESULT_BYTES_MAX)) {
            throw new GuestProtocolViolation("too many chunks, or too much in them");
        }
        if (!Json.isValidItem(json)) {
            throw new GuestProtocolViolation("a chunk that is no JSON");
        }
        if (isKept) {
            array.write(chunks == 0 ? '[' : ',');
            array.writeBytes(json.toArray());
        }
        chunks = Math.min(chunks, CHUNKS_MAX - 1) + 1;
        return json;
    }

    Bytes array() {
        if (array.size() == 0) {
            return Bytes.utf8("[]");
        }
        array.write(']');
        return Bytes.takeOver(array.toByteArray());
    }
}
