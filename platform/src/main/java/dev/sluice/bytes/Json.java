package dev.sluice.bytes;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/// Tells whether bytes are one JSON text, without building anything from them.
public final class Json {
    /// What a guest returns may be parsed again by others, recursively.
    static final int DEPTH_MAX = 256;

    static final int NUMBER_CHARS_MAX = 1000;

    /// More than any text that is checked holds in all.
    static final int TEXT_CHARS_MAX = 64 << 20;

    private static final int PIECE_CHARS = 1024;

    /// Names are the guest's: they do not go into a table that outlives the parse.
    private static final JsonFactory FACTORY = factory(DEPTH_MAX);

    private static final JsonFactory OF_ITEMS = factory(DEPTH_MAX - 1);

    private Json() {}

    private static JsonFactory factory(int depthMax) {
        return JsonFactory.builder()
                .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(depthMax)
                        .maxNumberLength(NUMBER_CHARS_MAX)
                        .maxNameLength(TEXT_CHARS_MAX)
                        .maxStringLength(TEXT_CHARS_MAX)
                        .build())
                .build();
    }

    /// Whether `text` is exactly one JSON value, in UTF-8, nested at most [#DEPTH_MAX] deep, with numbers of at
    /// most [#NUMBER_CHARS_MAX] characters.
    public static boolean isValid(Bytes text) {
        return isUtf8(text) && isJson(FACTORY, text.readOnlyArray());
    }

    /// Whether an array of such texts is valid: one level less may be nested in them.
    public static boolean isValidItem(Bytes text) {
        return isUtf8(text) && isJson(OF_ITEMS, text.readOnlyArray());
    }

    /// `content` itself if it is one JSON text, else a JSON string that shows it: as text if it is UTF-8, in
    /// base64 if not.
    public static Bytes shown(Bytes content) {
        if (isValid(content)) {
            return content;
        }
        String text = content.utf8();
        boolean isText = Bytes.utf8(text).equals(content);
        String shown = isText ? text : Base64.getEncoder().encodeToString(content.readOnlyArray());
        return Bytes.utf8('"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(shown)) + '"');
    }

    private static boolean isJson(JsonFactory factory, byte[] utf8) {
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), utf8)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (JacksonException notJson) {
            return false;
        }
    }

    /// Whether bytes that a JSON parser takes are UTF-8 all through. Jackson does not look into the strings that
    /// it skips, and takes UTF-16 and UTF-32 for JSON too: no JSON text in UTF-8 has a zero byte, and each in
    /// another encoding has one, or begins with a mark. A mark before UTF-8 is refused too: the text is put into
    /// others.
    public static boolean isUtf8(Bytes text) {
        byte[] content = text.readOnlyArray();
        boolean isAscii = true;
        for (byte one : content) {
            if (one == 0) {
                return false;
            }
            isAscii &= one > 0;
        }
        return isAscii || (content[0] > 0 && isDecodable(content));
    }

    private static boolean isDecodable(byte[] content) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(content);
        CharBuffer piece = CharBuffer.allocate(PIECE_CHARS);
        CoderResult result;
        do {
            result = decoder.decode(in, piece.clear(), true);
        } while (result.isOverflow());
        return !result.isError();
    }
}
