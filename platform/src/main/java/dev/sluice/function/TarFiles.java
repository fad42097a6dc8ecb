package dev.sluice.function;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads the regular files of a tar stream that a client made.
///
/// By hand, since Dispatch's client never ends its archives: the two closing blocks and the padding of the last
/// file may be missing. Nothing else may: a file that ends early, a bad checksum or half a header is refused. So
/// are links, devices, absolute names, `..`, names twice, and files where a directory is. `./`, `//` and
/// directories are normalized away.
///
/// Bounded by [SourceFiles]: entries, bytes, length of names; the stream is read no further. For one thread, once.
final class TarFiles {
    private static final int BLOCK_BYTES = 512;
    private static final int ENTRIES_MAX = 2 * SourceFiles.FILES_MAX;
    private static final int EXTENSION_BYTES_MAX = 64 << 10;
    private static final int TRAILER_BYTES_MAX = 1 << 20;
    private static final byte[] USTAR = "ustar".getBytes(StandardCharsets.US_ASCII);

    private final InputStream in;
    private final SortedMap<String, Bytes> files = new TreeMap<>();
    private long bytesLeft = SourceFiles.BYTES_MAX;
    private String longName = "";

    TarFiles(InputStream in) {
        this.in = in;
    }

    /// @throws Refused `INVALID`, `TOO_LARGE`
    /// @throws IOException from the stream
    SortedMap<String, Bytes> read() throws IOException {
        for (int entries = 0; ; entries++) {
            byte[] header = in.readNBytes(BLOCK_BYTES);
            if (header.length == 0 || isZero(header)) {
                break;
            }
            if (header.length < BLOCK_BYTES || !isChecksumRight(header)) {
                throw invalid("the archive is damaged");
            }
            if (entries == ENTRIES_MAX) {
                throw tooLarge("the archive has too many entries");
            }
            entry(header);
        }
        requireNothingMore();
        return files;
    }

    /// Reads to the end, so that the checksum of the stream below is looked at.
    private void requireNothingMore() throws IOException {
        byte[] rest = in.readNBytes(TRAILER_BYTES_MAX + 1);
        if (rest.length > TRAILER_BYTES_MAX || !isZero(rest)) {
            throw invalid("the archive goes on after its end");
        }
    }

    private void entry(byte[] header) throws IOException {
        long size = octal(header, 124, 12);
        char type = (char) (header[156] & 0xff);
        switch (type) {
            case '0', '\0', '7' -> {
                String name = normalized(takeName(header));
                if (name.isEmpty()) {
                    throw invalid("the archive has a file without a name");
                }
                if (files.put(name, content(size, bytesLeft)) != null || files.size() > SourceFiles.FILES_MAX) {
                    throw invalid("the archive has a file twice, or too many files");
                }
                bytesLeft -= size;
            }
            case '5' -> {
                normalized(takeName(header));
                if (size != 0) {
                    throw invalid("a directory in the archive has content");
                }
            }
            case 'L' -> longName = text(content(size, EXTENSION_BYTES_MAX).toArray(), 0, (int) size);
            case 'x' -> extension(content(size, EXTENSION_BYTES_MAX));
            case 'g' -> content(size, EXTENSION_BYTES_MAX);
            default -> throw invalid("the archive has an entry that is neither a file nor a directory");
        }
    }

    /// The content of an entry and its padding, which may be missing at the very end.
    private Bytes content(long size, long bytesMax) throws IOException {
        if (size > bytesMax) {
            throw tooLarge("the archive holds more than " + bytesMax + " bytes");
        }
        byte[] content = in.readNBytes((int) size);
        if (content.length < size) {
            throw invalid("the archive ends inside a file");
        }
        int padding = (int) (-size & (BLOCK_BYTES - 1L));
        if (!isZero(in.readNBytes(padding))) {
            throw invalid("the archive is damaged");
        }
        return Bytes.takeOver(content);
    }

    private String takeName(byte[] header) {
        String name = longName;
        longName = "";
        if (!name.isEmpty()) {
            return name;
        }
        name = text(header, 0, 100);
        String prefix = startsWith(header, 257, USTAR) && header[262] == 0 ? text(header, 345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /// POSIX extended header: only a long name matters to us. A size there would be of a file that is too large.
    private void extension(Bytes records) {
        byte[] bytes = records.readOnlyArray();
        int at = 0;
        while (at < bytes.length) {
            int space = at;
            int length = 0;
            while (space < bytes.length && bytes[space] >= '0' && bytes[space] <= '9' && space - at < 6) {
                length = length * 10 + bytes[space++] - '0';
            }
            if (space == bytes.length
                    || bytes[space] != ' '
                    || length <= space - at + 1
                    || length > bytes.length - at) {
                throw invalid("the archive is damaged");
            }
            String record = text(bytes, space + 1, at + length - space - 2);
            if (record.startsWith("path=")) {
                longName = record.substring("path=".length());
            } else if (record.startsWith("size=") || record.startsWith("GNU.sparse")) {
                throw invalid("the archive has a file of an unusual form");
            }
            at += length;
        }
    }

    private static String normalized(String name) {
        if (name.startsWith("/") || name.length() > SourceFiles.PATH_CHARS_MAX) {
            throw invalid("the archive has an absolute or a very long name");
        }
        List<String> segments = new ArrayList<>();
        for (String segment : name.split("/", -1)) {
            if (segment.equals("..") || segment.chars().anyMatch(Character::isISOControl)) {
                throw invalid("the archive has a name with '..' or a control character");
            }
            if (!segment.isEmpty() && !segment.equals(".")) {
                segments.add(segment);
            }
        }
        return String.join("/", segments);
    }

    private static boolean isChecksumRight(byte[] header) {
        int sum = 0;
        for (int i = 0; i < BLOCK_BYTES; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
        }
        return sum == octal(header, 148, 8);
    }

    /// An octal number; spaces and zero bytes around it.
    private static long octal(byte[] header, int from, int length) {
        long value = 0;
        boolean ended = false;
        for (int i = from; i < from + length; i++) {
            byte b = header[i];
            if (b >= '0' && b <= '7' && !ended) {
                value = (value << 3) | (b - '0');
            } else if (b == 0 || b == ' ') {
                ended = ended || value > 0;
            } else {
                throw invalid("the archive is damaged");
            }
        }
        return value;
    }

    private static String text(byte[] bytes, int from, int length) {
        int end = from;
        while (end < from + length && bytes[end] != 0) {
            end++;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, end - from))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw invalid("the archive has a name that is not UTF-8");
        }
    }

    private static boolean startsWith(byte[] bytes, int at, byte[] what) {
        for (int i = 0; i < what.length; i++) {
            if (bytes[at + i] != what[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(byte[] bytes) {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static Refused invalid(String message) {
        return new Refused(Refusal.INVALID, message);
    }

    private static Refused tooLarge(String message) {
        return new Refused(Refusal.TOO_LARGE, message);
    }
}
