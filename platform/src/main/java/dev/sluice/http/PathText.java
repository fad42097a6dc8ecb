package dev.sluice.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Splits the raw path of a request at `/` and decodes each segment by itself, once.
///
/// Encoded slashes, percent signs and angle brackets are data, as the paths of labeled files contain them.
/// Refused is whatever could be read in two ways: empty, `.` and `..` segments in the middle, a backslash, control
/// characters, bytes that are not UTF-8, a bad escape. A slash at the end is ignored.
final class PathText {
    static final int SEGMENTS_MAX = 64;

    private PathText() {}

    /// The decoded segments; none for `/`.
    ///
    /// @throws HttpRefused 400
    static List<String> segments(String rawPath) {
        int end = rawPath.endsWith("/") ? rawPath.length() - 1 : rawPath.length();
        var segments = new ArrayList<String>(4);
        int start = 1;
        while (start <= end) {
            int slash = rawPath.indexOf('/', start);
            int stop = slash < 0 || slash > end ? end : slash;
            segments.add(decoded(rawPath, start, stop));
            if (segments.size() > SEGMENTS_MAX) {
                throw malformed();
            }
            start = stop + 1;
        }
        return segments;
    }

    private static String decoded(String raw, int start, int stop) {
        boolean plain = true;
        for (int i = start; i < stop; i++) {
            char c = raw.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '\\' || c == '#' || c == '?') {
                throw malformed();
            }
            plain &= c != '%';
        }
        String segment = plain ? raw.substring(start, stop) : unescaped(raw, start, stop);
        if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
            throw malformed();
        }
        return segment;
    }

    private static String unescaped(String raw, int start, int stop) {
        var bytes = ByteBuffer.allocate(stop - start);
        for (int i = start; i < stop; i++) {
            char c = raw.charAt(i);
            if (c != '%') {
                bytes.put((byte) c);
                continue;
            }
            if (i + 2 >= stop) {
                throw malformed();
            }
            int high = Character.digit(raw.charAt(i + 1), 16);
            int low = Character.digit(raw.charAt(i + 2), 16);
            int value = high * 16 + low;
            if (high < 0 || low < 0 || value < 0x20 || value == 0x7f) {
                throw malformed();
            }
            bytes.put((byte) value);
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(bytes.flip())
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw malformed();
        }
    }

    private static HttpRefused malformed() {
        return new HttpRefused(400, "the path is malformed");
    }
}
