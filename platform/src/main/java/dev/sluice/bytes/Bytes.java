package dev.sluice.bytes;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// An immutable sequence of bytes with value equality. `toString` never shows the content.
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] content;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /// A copy of `content`.
    public static Bytes copyOf(byte[] content) {
        return content.length == 0 ? EMPTY : new Bytes(content.clone());
    }

    /// Takes `content` over without a copy: the caller must never touch the array again.
    public static Bytes takeOver(byte[] content) {
        return content.length == 0 ? EMPTY : new Bytes(content);
    }

    /// The UTF-8 encoding of `text`.
    public static Bytes utf8(String text) {
        return takeOver(text.getBytes(StandardCharsets.UTF_8));
    }

    public int length() {
        return content.length;
    }

    public byte at(int index) {
        return content[index];
    }

    /// A fresh copy.
    public byte[] toArray() {
        return content.clone();
    }

    /// The backing array itself, for a reader that must not write to it (encoders, native stores).
    @SuppressWarnings("EI_EXPOSE_REP")
    public byte[] readOnlyArray() {
        return content;
    }

    /// A read-only view.
    public ByteBuffer asBuffer() {
        return ByteBuffer.wrap(content).asReadOnlyBuffer();
    }

    /// Decodes as UTF-8; malformed input becomes U+FFFD.
    public String utf8() {
        return new String(content, StandardCharsets.UTF_8);
    }

    /// The bytes from `from` (inclusive) to `to` (exclusive).
    public Bytes slice(int from, int to) {
        return takeOver(Arrays.copyOfRange(content, from, to));
    }

    public boolean startsWith(Bytes prefix) {
        return prefix.content.length <= content.length
                && Arrays.equals(content, 0, prefix.content.length, prefix.content, 0, prefix.content.length);
    }

    /// Unsigned lexicographic order: the order of every `store`.
    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(content, other.content);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return "Bytes[" + content.length + "]";
    }
}
