package dev.sluice.cloudcall;

/// One message on a guest's channel: `u32 length`, then a body of that many bytes: `u8 kind`, `u32 id`, one value.
/// Numbers are big-endian.
///
/// @param id what the answer to this frame repeats; each side counts its own
record Frame(FrameKind kind, int id, Value value) {
    /// A body's bytes. What is bigger is sent in pieces: a package as several `FILE` frames, a blob by several calls.
    static final int BODY_BYTES_MAX = 8 << 20;

    /// Bytes of `kind` and `id`.
    static final int HEAD_BYTES = 5;

    /// Bytes of the length before the body.
    static final int LENGTH_BYTES = 4;
}
