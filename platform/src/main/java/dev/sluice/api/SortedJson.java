package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// One JSON text with the members of each object in the order of their names and no space between anything: the form
/// in which Faasten's gateway hands payloads to functions. Numbers and strings stay as they were written.
///
/// Nothing is built but the result and a list of the members of the objects that are open.
final class SortedJson {
    static final int MEMBERS_MAX = 100_000;
    private static final Comparator<Member> BY_NAME = Comparator.comparing(Member::name);

    private final Bytes text;
    private final JsonParser in;
    private byte[] out;
    private int length;
    private int members;

    /// A member of an object, and where it stands in the result.
    private record Member(Bytes name, int from, int to) {}

    private SortedJson(Bytes text, JsonParser in) {
        this.text = text;
        this.in = in;
        this.out = new byte[Math.max(text.length(), 16)];
    }

    /// @throws Rejection 400 for what is not one JSON text, has a name twice in one object, or too many members
    static Bytes of(Bytes text) {
        if (!Json.isValid(text)) {
            throw notJson();
        }
        try (JsonParser in = JsonBody.FACTORY.createParser(ObjectReadContext.empty(), text.readOnlyArray())) {
            var sorted = new SortedJson(text, in);
            sorted.value(in.nextToken());
            return Bytes.takeOver(Arrays.copyOf(sorted.out, sorted.length));
        } catch (JacksonException wrong) {
            throw notJson();
        }
    }

    private static Rejection notJson() {
        return Rejection.of(400, "the payload is not JSON");
    }

    private void value(JsonToken token) {
        switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> {
                int from = Math.toIntExact(in.currentTokenLocation().getByteOffset());
                in.finishToken();
                int to = Math.toIntExact(in.currentLocation().getByteOffset());
                put(text.readOnlyArray(), from, to - from);
            }
            default -> put(in.getString().getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void array() {
        put('[');
        boolean isFirst = true;
        for (JsonToken token = in.nextToken(); token != JsonToken.END_ARRAY; token = in.nextToken()) {
            if (!isFirst) {
                put(',');
            }
            isFirst = false;
            value(token);
        }
        put(']');
    }

    private void object() {
        put('{');
        int begin = length;
        List<Member> all = new ArrayList<>();
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            if (++members > MEMBERS_MAX) {
                throw Rejection.of(400, "the payload has more than " + MEMBERS_MAX + " members of objects");
            }
            if (!all.isEmpty()) {
                put(',');
            }
            String name = in.currentName();
            int from = length;
            Bytes printed = new JsonWriter(name.length() + 16).value(name).done();
            put(printed.readOnlyArray());
            put(':');
            value(in.nextToken());
            all.add(new Member(Bytes.utf8(name), from, length));
        }
        sort(all, begin);
        put('}');
    }

    /// Puts the members, which stand one after the other from `begin` on, in order.
    private void sort(List<Member> all, int begin) {
        if (isSorted(all)) {
            return;
        }
        all.sort(BY_NAME);
        if (!isSorted(all)) {
            throw Rejection.of(400, "the payload has a name twice in one object");
        }
        byte[] unsorted = Arrays.copyOfRange(out, begin, length);
        length = begin;
        for (Member member : all) {
            if (length > begin) {
                put(',');
            }
            put(unsorted, member.from() - begin, member.to() - member.from());
        }
    }

    private static boolean isSorted(List<Member> all) {
        for (int i = 1; i < all.size(); i++) {
            if (BY_NAME.compare(all.get(i - 1), all.get(i)) >= 0) {
                return false;
            }
        }
        return true;
    }

    private void put(char c) {
        put(new byte[] {(byte) c});
    }

    private void put(byte[] more) {
        put(more, 0, more.length);
    }

    private void put(byte[] from, int offset, int count) {
        if (count > out.length - length) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, length + count));
        }
        System.arraycopy(from, offset, out, length, count);
        length += count;
    }
}
