package dev.sluice.cli.source;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Writes a POSIX tar archive: `ustar` headers, and before each name that those cannot hold (longer than 100 bytes, or
/// not ASCII) an extended header of pax. Owners and times are always zero, so that the same source makes the same
/// archive.
final class TarWriter {
    private static final int BLOCK_BYTES = 512;
    private static final int NAME_BYTES_MAX = 100;
    private static final int CHECKSUM_AT = 148;
    private static final int CHECKSUM_BYTES = 8;

    private final OutputStream out;

    TarWriter(OutputStream out) {
        this.out = out;
    }

    /// @param executable whether the owner may run it
    void file(String name, byte[] content, boolean executable) throws IOException {
        entry(name, '0', executable ? 0755 : 0644, content);
    }

    void directory(String name) throws IOException {
        entry(name, '5', 0755, new byte[0]);
    }

    /// The two empty blocks that end an archive.
    void end() throws IOException {
        out.write(new byte[2 * BLOCK_BYTES]);
    }

    private void entry(String name, char type, int mode, byte[] content) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > NAME_BYTES_MAX || bytes.length != name.length()) {
            record("./pax", 'x', 0644, paxPath(bytes));
            record(name.replaceAll("[^\\x20-\\x7e]", "_"), type, mode, content);
        } else {
            record(name, type, mode, content);
        }
    }

    /// `LENGTH path=NAME` and a line end, where LENGTH counts its own digits too.
    private static byte[] paxPath(byte[] name) {
        int rest = " path=".length() + name.length + 1;
        int length = rest;
        while (length != rest + Integer.toString(length).length()) {
            length = rest + Integer.toString(length).length();
        }
        byte[] start = (length + " path=").getBytes(StandardCharsets.US_ASCII);
        var record = new byte[length];
        System.arraycopy(start, 0, record, 0, start.length);
        System.arraycopy(name, 0, record, start.length, name.length);
        record[length - 1] = '\n';
        return record;
    }

    private void record(String name, char type, int mode, byte[] content) throws IOException {
        var header = new byte[BLOCK_BYTES];
        put(header, 0, name.substring(0, Math.min(name.length(), NAME_BYTES_MAX)));
        put(header, 100, octal(mode, 7));
        put(header, 108, octal(0, 7));
        put(header, 116, octal(0, 7));
        put(header, 124, octal(content.length, 11));
        put(header, 136, octal(0, 11));
        put(header, CHECKSUM_AT, " ".repeat(CHECKSUM_BYTES));
        header[156] = (byte) type;
        put(header, 257, "ustar\u000000");
        put(header, CHECKSUM_AT, octal(sum(header), 6) + "\u0000 ");
        out.write(header);
        out.write(content);
        out.write(new byte[(BLOCK_BYTES - content.length % BLOCK_BYTES) % BLOCK_BYTES]);
    }

    private static void put(byte[] header, int at, String ascii) {
        byte[] bytes = ascii.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static String octal(int value, int digits) {
        return String.format(Locale.ROOT, "%0" + digits + "o", value);
    }

    private static int sum(byte[] header) {
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        return sum;
    }
}
