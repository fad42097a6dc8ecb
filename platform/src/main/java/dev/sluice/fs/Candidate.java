package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import java.nio.ByteBuffer;

/// A note that an object may have become unreachable: it has lost an entry, or has none yet. Every object that
/// nothing reaches has one, or is reached from another one that has.
///
/// @param notBefore in milliseconds: until then the object counts as reachable
/// @param boot, cycle of the collector in which the note was made; it is looked at in a later one only
record Candidate(Kind kind, long notBefore, long boot, long cycle) {
    private static final int LENGTH_BYTES = 1 + 3 * Long.BYTES;

    Bytes encode() {
        var out = ByteBuffer.allocate(LENGTH_BYTES);
        out.put((byte) kind.number()).putLong(notBefore).putLong(boot).putLong(cycle);
        return Bytes.takeOver(out.array());
    }

    static Candidate decode(Bytes stored) {
        ByteBuffer in = stored.asBuffer();
        return new Candidate(Kind.of(in.get()), in.getLong(), in.getLong(), in.getLong());
    }
}
