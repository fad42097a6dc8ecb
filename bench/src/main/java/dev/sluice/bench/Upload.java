package dev.sluice.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/// A function's source as Dispatch's client sends it.
final class Upload {
    private static final int TAR_BLOCK = 512;

    private Upload() {}

    /// A gzipped tar of one file.
    static byte[] archive(String file, String source) throws IOException {
        byte[] content = source.getBytes(StandardCharsets.UTF_8);
        var header = new byte[TAR_BLOCK];
        put(header, 0, ".//" + file);
        put(header, 100, "0000644\0");
        put(header, 108, "0000000\0");
        put(header, 116, "0000000\0");
        put(header, 124, String.format("%011o", content.length) + "\0");
        put(header, 136, "00000000000\0");
        put(header, 148, "        ");
        header[156] = '0';
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte b : header) {
            sum += Byte.toUnsignedInt(b);
        }
        put(header, 148, String.format("%06o", sum) + "\0 ");
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(header);
            gzip.write(content);
            gzip.write(new byte[TAR_BLOCK - content.length % TAR_BLOCK]);
            gzip.write(new byte[2 * TAR_BLOCK]);
        }
        return bytes.toByteArray();
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
