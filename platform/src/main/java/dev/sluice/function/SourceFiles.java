package dev.sluice.function;

import dev.sluice.bytes.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// The files of a function's package, by relative path. The encoding is canonical, so equal files have one digest.
///
/// @param files at most [#FILES_MAX], of [#BYTES_MAX] together; no path is absolute or has `.`, `..` or empty
///     segments
public record SourceFiles(SortedMap<String, Bytes> files) {
    public static final int FILES_MAX = 4096;
    public static final int BYTES_MAX = 32 << 20;
    public static final int PATH_CHARS_MAX = 512;

    public SourceFiles {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        if (files.isEmpty() || files.size() > FILES_MAX) {
            throw new IllegalArgumentException("a package has 1 to " + FILES_MAX + " files");
        }
        long bytes = 0;
        for (var file : files.entrySet()) {
            requireRelative(file.getKey());
            requireNoFileAbove(file.getKey(), files);
            bytes += file.getValue().length();
        }
        if (bytes > BYTES_MAX) {
            throw new IllegalArgumentException("a package has at most " + BYTES_MAX + " bytes");
        }
    }

    public Bytes encode() {
        var buffer = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(buffer)) {
            out.writeInt(files.size());
            for (var file : files.entrySet()) {
                byte[] path = file.getKey().getBytes(StandardCharsets.UTF_8);
                out.writeInt(path.length);
                out.write(path);
                out.writeInt(file.getValue().length());
                out.write(file.getValue().readOnlyArray());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Bytes.takeOver(buffer.toByteArray());
    }

    /// Reads what [#encode] wrote.
    ///
    /// @throws IOException if it is something else, or the stream fails
    public static SourceFiles decode(InputStream encoded) throws IOException {
        var in = new DataInputStream(encoded);
        int count = in.readInt();
        if (count < 1 || count > FILES_MAX) {
            throw new IOException("not a package");
        }
        var files = new TreeMap<String, Bytes>();
        for (int i = 0; i < count; i++) {
            String path = new String(read(in, PATH_CHARS_MAX * 4), StandardCharsets.UTF_8);
            files.put(path, Bytes.takeOver(read(in, BYTES_MAX)));
        }
        return new SourceFiles(files);
    }

    private static byte[] read(DataInputStream in, int bytesMax) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > bytesMax) {
            throw new IOException("not a package");
        }
        byte[] content = in.readNBytes(length);
        if (content.length != length) {
            throw new IOException("a package that ends early");
        }
        return content;
    }

    private static void requireNoFileAbove(String path, SortedMap<String, Bytes> files) {
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            if (files.containsKey(path.substring(0, slash))) {
                throw new IllegalArgumentException("a package has no file where it has a directory");
            }
        }
    }

    private static void requireRelative(String path) {
        if (path.isEmpty() || path.length() > PATH_CHARS_MAX || path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a path in a package is relative and short");
        }
        for (String segment : path.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw new IllegalArgumentException("a path in a package has no '.', '..' or empty segments");
            }
        }
    }
}
