package dev.sluice.api;

import dev.sluice.gateway.CacheTerms;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Whether an API's answers are given again without a run.
///
/// @param seconds how long, at most [#SECONDS_MAX]; 0 for not at all
/// @param vary    headers, in lower case, that answers may depend on: of others the function is not told
record ApiCache(long seconds, List<String> vary) {
    static final ApiCache NONE = new ApiCache(0, List.of());

    private static final int SECONDS_MAX = 86_400;
    private static final int VARY_MAX = 8;
    private static final int HEADER_CHARS_MAX = 64;
    private static final String CACHE = "cache";
    private static final Pattern HEADER = Pattern.compile("^[A-Za-z0-9-]+$");

    /// What says who asks, or what a gateway only knows, makes no answer for everybody.
    private static final Pattern PERSONAL =
            Pattern.compile("authorization|cookie|proxy-.*|x-forwarded-.*|x-real-ip|x-dispatch-.*|range|cache-control"
                    + "|pragma|request|server-protocol|streams");

    ApiCache {
        vary = List.copyOf(vary);
    }

    /// @throws Rejection 400, 422
    static ApiCache of(JsonBody api) {
        Optional<JsonBody> cache = api.field(CACHE).map(JsonBody::ofObject);
        if (cache.isEmpty()) {
            return NONE;
        }
        List<String> vary = cache.get().matchingEach("vary", HEADER, HEADER_CHARS_MAX).stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .distinct()
                .sorted()
                .toList();
        if (vary.size() > VARY_MAX) {
            throw Rejection.of(422, 611, "cache.vary in body should have at most " + VARY_MAX + " items");
        }
        vary.stream()
                .filter(name -> PERSONAL.matcher(name).matches())
                .findFirst()
                .ifPresent(name -> {
                    throw Rejection.of(400, "answers do not vary by " + name + ": leave it out of cache.vary");
                });
        return new ApiCache(cache.get().number("seconds", 1, SECONDS_MAX), vary);
    }

    /// Why an API cannot have it; nothing if it can.
    Optional<String> unfit(boolean isGuarded, ApiTerms terms) {
        if (seconds == 0) {
            return Optional.empty();
        }
        if (isGuarded) {
            return Optional.of("answers of an API that asks its callers who they are are not kept: leave cache out");
        }
        if (!terms.answers().releases().isEmpty()) {
            return Optional.of("answers that tell of secrets are not kept: leave cache or releases out");
        }
        return terms.stream().equals(ApiStream.NONE)
                ? Optional.empty()
                : Optional.of("answers that stream, or bodies that are input, are not kept: leave cache out");
    }

    Optional<CacheTerms> served() {
        return seconds == 0 ? Optional.empty() : Optional.of(new CacheTerms(Duration.ofSeconds(seconds), vary));
    }

    void writeTo(JsonWriter out) {
        if (seconds > 0) {
            out.name(CACHE).beginObject().field("seconds", seconds);
            out.field("vary", vary).endObject();
        }
    }
}
