package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.regex.Pattern;

/// A name for versions of a function, each with its share of the runs. It has no authority: whoever runs a function
/// by an alias enters the gate of one of its versions.
///
/// @param shares  of all its runs; their weights are 100 together
/// @param before  what it was, the latest first
record Alias(String name, List<Share> shares, List<List<Share>> before, long createdSeconds, long modifiedSeconds) {
    static final int NAME_CHARS_MAX = 64;
    static final int SHARES_MAX = 5;
    static final int BEFORE_MAX = 10;
    private static final int WHOLE_PERCENT = 100;

    /// Never a number, which is a version.
    static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0," + (NAME_CHARS_MAX - 1) + "}");

    Alias {
        shares = List.copyOf(shares);
        before = before.stream().map(List::copyOf).toList();
    }

    /// @param weight percent
    record Share(long version, int weight) {}

    /// What a client asks for.
    record Wish(String name, List<Share> shares) {
        /// @param known the alias's name, if the request's path has it
        /// @throws Rejection 400, 422
        static Wish parse(Bytes body, Optional<String> known) {
            JsonBody fields = JsonBody.parse(body);
            String name = known.or(() -> fields.text("name")).orElseThrow(() -> JsonBody.required("name"));
            if (!NAME.matcher(name).matches()) {
                throw Rejection.of(422, 605, "name in body should match '" + NAME.pattern() + "'");
            }
            return new Wish(name, Alias.shares(fields, "versions", "an alias"));
        }
    }

    /// @param whose they are, as a refusal says it
    /// @throws Rejection 400, 422
    static List<Share> shares(JsonBody fields, String member, String whose) {
        List<Share> shares = fields.list(member).stream()
                .map(JsonBody::ofObject)
                .map(Alias::share)
                .toList();
        if (shares.isEmpty() || shares.size() > SHARES_MAX) {
            throw Rejection.of(400, whose + " names 1 to " + SHARES_MAX + " versions");
        }
        if (shares.stream().map(Share::version).distinct().count() < shares.size()) {
            throw Rejection.of(400, whose + " names each version once");
        }
        if (shares.stream().mapToInt(Share::weight).sum() != WHOLE_PERCENT) {
            throw Rejection.of(400, "the weights of " + whose + "'s versions are " + WHOLE_PERCENT + " together");
        }
        return shares;
    }

    private static Share share(JsonBody fields) {
        long version = fields.number("version", 1, Long.MAX_VALUE);
        long weight = fields.field("weight").isEmpty() ? WHOLE_PERCENT : fields.number("weight", 1, WHOLE_PERCENT);
        return new Share(version, Math.toIntExact(weight));
    }

    /// The same name for something else. What it was is kept, to return to.
    Alias with(List<Share> next, long nowSeconds) {
        List<List<Share>> kept = new ArrayList<>(List.of(shares));
        before.stream().limit(BEFORE_MAX - 1L).forEach(kept::add);
        return new Alias(name, next, kept, createdSeconds, nowSeconds);
    }

    /// What it was before; nothing if it never was anything else.
    Optional<Alias> previous(long nowSeconds) {
        return before.isEmpty()
                ? Optional.empty()
                : Optional.of(new Alias(
                        name, before.getFirst(), before.subList(1, before.size()), createdSeconds, nowSeconds));
    }

    boolean names(long version) {
        return shares.stream().anyMatch(share -> share.version() == version);
    }

    /// The version of one run.
    ///
    /// @param key    who calls again with the same one gets the same version
    /// @param random a number below its argument, for who has no key
    long pick(Optional<String> key, IntUnaryOperator random) {
        int at = key.map(text -> Math.floorMod(Digest.of(Bytes.utf8(text)).hashCode(), WHOLE_PERCENT))
                .orElseGet(() -> random.applyAsInt(WHOLE_PERCENT));
        return at(shares, at);
    }

    /// The version whose share has a place.
    ///
    /// @param place below 100
    static long at(List<Share> shares, int place) {
        int left = place;
        for (Share share : shares) {
            left -= share.weight();
            if (left < 0) {
                return share.version();
            }
        }
        return shares.getLast().version();
    }

    void writeTo(String function, JsonWriter out) {
        out.beginObject().field("name", name).field("kind", "Alias").field("function", function);
        write("versions", shares, out);
        if (before.isEmpty()) {
            out.name("previous").raw("null");
        } else {
            write("previous", before.getFirst(), out);
        }
        out.field("createdTime", createdSeconds)
                .field("modifiedTime", modifiedSeconds)
                .endObject();
    }

    static void write(String field, List<Share> shares, JsonWriter out) {
        out.name(field).beginArray();
        shares.forEach(share -> out.beginObject()
                .field("version", share.version())
                .field("weight", share.weight())
                .endObject());
        out.endArray();
    }
}
