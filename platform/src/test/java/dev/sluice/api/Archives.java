package dev.sluice.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Uploads as Dispatch's client makes them.
final class Archives {
    private static final int BLOCK = 512;

    private Archives() {}

    /// A tar of one file, without its end.
    static byte[] tar(String name, String content) {
        var bytes = new ByteArrayOutputStream();
        byte[] text = content.getBytes(StandardCharsets.UTF_8);
        try (var out = new TarArchiveOutputStream(bytes)) {
            var entry = new TarArchiveEntry("./" + name);
            entry.setSize(text.length);
            out.putArchiveEntry(entry);
            out.write(text);
            out.closeArchiveEntry();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Arrays.copyOf(bytes.toByteArray(), 512 + text.length);
    }

    /// As Dispatch's client writes it: without its end and what would fill the last file's block, and with directories
    /// named as files are.
    static byte[] asGo(Map<String, String> files, String... directories) {
        var bytes = new ByteArrayOutputStream();
        int length = 0;
        try (var out = new TarArchiveOutputStream(bytes)) {
            for (String directory : directories) {
                out.putArchiveEntry(new TarArchiveEntry(directory, TarConstants.LF_DIR));
                out.closeArchiveEntry();
                length += BLOCK;
            }
            for (var file : files.entrySet()) {
                byte[] text = file.getValue().getBytes(StandardCharsets.UTF_8);
                var entry = new TarArchiveEntry(file.getKey());
                entry.setSize(text.length);
                out.putArchiveEntry(entry);
                out.write(text);
                out.closeArchiveEntry();
                length = Math.ceilDiv(length, BLOCK) * BLOCK + BLOCK + text.length;
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Arrays.copyOf(bytes.toByteArray(), length);
    }

    /// A whole tar.
    static byte[] tar(Map<String, byte[]> files) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new TarArchiveOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                var entry = new TarArchiveEntry("./" + file.getKey());
                entry.setSize(file.getValue().length);
                out.putArchiveEntry(entry);
                out.write(file.getValue());
                out.closeArchiveEntry();
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    static byte[] gzip(byte[] content) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(content);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
