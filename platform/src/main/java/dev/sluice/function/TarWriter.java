package dev.sluice.function;

import dev.sluice.bytes.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/// Writes files as a POSIX tar archive: `ustar` headers, and before each name that those cannot hold (longer than 100
/// bytes, or not ASCII) an extended header of pax. Owners and times are zero, so that the same files make the same
/// archive.
final class TarWriter {
    private static final int BLOCK_BYTES = 512;
    private static final int NAME_BYTES_MAX = 100;
    private static final int CHECKSUM_AT = 148;
    private static final String CHECKSUM_BLANK = " ".repeat(8);

    private final OutputStream out;

    TarWriter(OutputStream out) {
        this.out = out;
    }

    /// All of them, and the end.
    void write(SortedMap<String, Bytes> files) throws IOException {
        for (Map.Entry<String, Bytes> file : files.entrySet()) {
            byte[] name = file.getKey().getBytes(StandardCharsets.UTF_8);
            if (name.length > NAME_BYTES_MAX || name.length != file.getKey().length()) {
                record("./pax", 'x', pax(name));
            }
            record(file.getKey().replaceAll("[^ -~]", "_"), '0', file.getValue().readOnlyArray());
        }
        out.write(new byte[2 * BLOCK_BYTES]);
    }

    /// `LENGTH path=NAME` and a line end, where LENGTH counts its own digits too.
    private static byte[] pax(byte[] name) {
        byte[] key = " path=".getBytes(StandardCharsets.US_ASCII);
        int rest = key.length + name.length + 1;
        int length = rest;
        while (length != rest + Integer.toString(length).length()) {
            length = rest + Integer.toString(length).length();
        }
        byte[] digits = Integer.toString(length).getBytes(StandardCharsets.US_ASCII);
        var line = new byte[length];
        System.arraycopy(digits, 0, line, 0, digits.length);
        System.arraycopy(key, 0, line, digits.length, key.length);
        System.arraycopy(name, 0, line, digits.length + key.length, name.length);
        line[length - 1] = '\n';
        return line;
    }

    private void record(String name, char type, byte[] content) throws IOException {
        var header = new byte[BLOCK_BYTES];
        put(header, 0, name.substring(0, Math.min(name.length(), NAME_BYTES_MAX)));
        put(header, 100, octal(0644, 7));
        put(header, 108, octal(0, 7));
        put(header, 116, octal(0, 7));
        put(header, 124, octal(content.length, 11));
        put(header, 136, octal(0, 11));
        put(header, CHECKSUM_AT, CHECKSUM_BLANK);
        header[156] = (byte) type;
        put(header, 257, "ustar\u000000");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, CHECKSUM_AT, octal(sum, 6) + "\u0000 ");
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
}
