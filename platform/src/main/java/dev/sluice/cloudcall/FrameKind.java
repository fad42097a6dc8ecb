package dev.sluice.cloudcall;

import org.jspecify.annotations.Nullable;

/// What a frame says. The low numbers come from the guest, the high ones from the host.
enum FrameKind {
    HELLO(0x01),
    LOADED(0x02),
    LOAD_FAILED(0x03),
    CALL(0x04),
    RESULT(0x05),
    ERROR(0x06),
    CHUNK(0x07),
    LOG(0x08),
    FILE(0x41),
    LOAD(0x42),
    RUN(0x43),
    REPLY(0x44),
    INBOUND(0x45);

    private static final @Nullable FrameKind[] BY_CODE = new FrameKind[256];

    static {
        for (FrameKind kind : values()) {
            BY_CODE[kind.code & 0xff] = kind;
        }
    }

    private final byte code;

    FrameKind(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static FrameKind of(byte code) throws GuestProtocolViolation {
        FrameKind kind = BY_CODE[code & 0xff];
        if (kind == null) {
            throw new GuestProtocolViolation("unknown kind of frame");
        }
        return kind;
    }
}
