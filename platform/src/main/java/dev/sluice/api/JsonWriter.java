package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes the JSON of answers field by field, in the order they are given, and copies JSON that is there already.
///
/// It knows commas and escapes and nothing else: what is nested where is up to the caller. For one thread, once.
final class JsonWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] buffer;
    private int length;
    private boolean needsComma;

    JsonWriter(int expectedBytes) {
        this.buffer = new byte[expectedBytes];
    }

    JsonWriter beginObject() {
        return open('{');
    }

    JsonWriter endObject() {
        return close('}');
    }

    JsonWriter beginArray() {
        return open('[');
    }

    JsonWriter endArray() {
        return close(']');
    }

    /// The name of the next value. It must need no escapes.
    JsonWriter name(String name) {
        comma();
        put('"');
        ascii(name);
        put('"');
        put(':');
        needsComma = false;
        return this;
    }

    JsonWriter value(@Nullable String text) {
        comma();
        if (text == null) {
            ascii("null");
        } else {
            put('"');
            escaped(text);
            put('"');
        }
        needsComma = true;
        return this;
    }

    JsonWriter value(long number) {
        return raw(Long.toString(number));
    }

    JsonWriter value(boolean truth) {
        return raw(truth ? "true" : "false");
    }

    /// A value that is JSON already.
    JsonWriter raw(Bytes json) {
        comma();
        ensure(json.length());
        System.arraycopy(json.readOnlyArray(), 0, buffer, length, json.length());
        length += json.length();
        needsComma = true;
        return this;
    }

    /// A value that is ASCII and JSON already.
    JsonWriter raw(String json) {
        comma();
        ascii(json);
        needsComma = true;
        return this;
    }

    JsonWriter field(String name, @Nullable String text) {
        return name(name).value(text);
    }

    JsonWriter field(String name, long number) {
        return name(name).value(number);
    }

    /// An array of strings.
    JsonWriter field(String name, List<String> texts) {
        name(name).beginArray();
        for (String text : texts) {
            value(text);
        }
        return endArray();
    }

    /// An array of strings, `null` if it is empty: so does Go print a list that nobody made.
    JsonWriter fieldOrNull(String name, List<String> texts) {
        return texts.isEmpty() ? name(name).raw("null") : field(name, texts);
    }

    Bytes done() {
        return Bytes.takeOver(Arrays.copyOf(buffer, length));
    }

    private JsonWriter open(char bracket) {
        comma();
        put(bracket);
        needsComma = false;
        return this;
    }

    private JsonWriter close(char bracket) {
        put(bracket);
        needsComma = true;
        return this;
    }

    private void comma() {
        if (needsComma) {
            put(',');
            needsComma = false;
        }
    }

    private void escaped(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                put('\\');
                put(c);
            } else if (c < 0x20 || c == 0x7f) {
                unicode(c);
            } else if (c < 0x80) {
                put(c);
            } else if (Character.isSurrogate(c)) {
                unicode(c);
            } else if (c < 0x800) {
                put(0xc0 | (c >> 6));
                put(0x80 | (c & 0x3f));
            } else {
                put(0xe0 | (c >> 12));
                put(0x80 | ((c >> 6) & 0x3f));
                put(0x80 | (c & 0x3f));
            }
        }
    }

    private void unicode(char c) {
        ascii("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            put(HEX[(c >> shift) & 0xf]);
        }
    }

    private void ascii(String text) {
        ensure(text.length());
        for (int i = 0; i < text.length(); i++) {
            buffer[length++] = (byte) text.charAt(i);
        }
    }

    private void put(int b) {
        ensure(1);
        buffer[length++] = (byte) b;
    }

    private void ensure(int more) {
        if (buffer.length - length < more) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
        }
    }
}
