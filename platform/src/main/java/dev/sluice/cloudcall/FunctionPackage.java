package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// A function's code as a guest gets it.
///
/// @param files normalized relative path to content, at most [#FILES_MAX] of [#BYTES_MAX] together
/// @param handler as its author wrote it; empty for the language's default
/// @param convention how the function wants to be called
public record FunctionPackage(Map<String, Bytes> files, String handler, Convention convention) {
    public static final int FILES_MAX = 10_000;
    public static final long BYTES_MAX = 256L << 20;
    public static final int PATH_CHARS_MAX = 1024;
    public static final int HANDLER_CHARS_MAX = 512;

    public FunctionPackage {
        files = Collections.unmodifiableMap(new TreeMap<>(files));
        if (files.size() > FILES_MAX
                || files.values().stream().mapToLong(Bytes::length).sum() > BYTES_MAX) {
            throw new IllegalArgumentException("a package that is too large");
        }
        for (String path : files.keySet()) {
            if (!isNormalized(path)) {
                throw new IllegalArgumentException("not a normalized relative path");
            }
        }
        if (handler.length() > HANDLER_CHARS_MAX) {
            throw new IllegalArgumentException("a handler that is too long");
        }
    }

    /// Whether `path` is relative and each of its segments is a plain name: neither empty, `.` nor `..`, without a
    /// backslash or control character.
    private static boolean isNormalized(String path) {
        if (path.length() > PATH_CHARS_MAX || path.codePoints().anyMatch(c -> c == '\\' || Character.isISOControl(c))) {
            return false;
        }
        for (String segment : path.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                return false;
            }
        }
        return true;
    }
}
