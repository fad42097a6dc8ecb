package dev.sluice.api;

import java.util.List;
import java.util.Objects;

/// What an API says that is ours, and that Dispatch's clients know nothing of.
///
/// @param answers what is told of runs
/// @param access  by what callers are known
/// @param limits  how much it takes in
/// @param stream  what is not handed over in one piece
/// @param routing which versions of the function run
/// @param cache   whether answers are given again without a run
record ApiTerms(
        Answers answers, ApiAccess access, ApiLimits limits, ApiStream stream, ApiRouting routing, ApiCache cache) {
    /// Of an API that says nothing of it.
    static final ApiTerms AS_DISPATCH = new ApiTerms(
            Answers.AS_DISPATCH, ApiAccess.NOTHING, ApiLimits.NONE, ApiStream.NONE, ApiRouting.NONE, ApiCache.NONE);

    ApiTerms {
        answers = Objects.requireNonNullElse(answers, Answers.AS_DISPATCH);
        access = Objects.requireNonNullElse(access, ApiAccess.NOTHING);
        limits = Objects.requireNonNullElse(limits, ApiLimits.NONE);
        stream = Objects.requireNonNullElse(stream, ApiStream.NONE);
        routing = Objects.requireNonNullElse(routing, ApiRouting.NONE);
        cache = Objects.requireNonNullElse(cache, ApiCache.NONE);
    }

    static ApiTerms of(JsonBody fields) {
        ApiStream stream = ApiStream.of(fields);
        return new ApiTerms(
                Answers.of(fields),
                ApiAccess.of(fields),
                ApiLimits.of(fields, stream),
                stream,
                ApiRouting.of(fields),
                ApiCache.of(fields));
    }

    void writeTo(JsonWriter out) {
        answers.writeTo(out);
        access.writeTo(out);
        limits.writeTo(out);
        stream.writeTo(out);
        routing.writeTo(out);
        cache.writeTo(out);
    }

    /// What is answered of runs.
    ///
    /// @param failures where one failed: [#PROBLEM], or, as Dispatch does and whoever says nothing expects, nothing
    /// @param releases the secrets of the function that a successful answer may tell of; who says so may read them
    record Answers(String failures, List<String> releases) {
        static final String PROBLEM = "problem";
        private static final List<String> FAILURES = List.of("hidden", PROBLEM);
        private static final int RELEASES_MAX = 24;
        private static final Answers AS_DISPATCH = new Answers("", List.of());

        Answers {
            releases = List.copyOf(releases);
        }

        private static Answers of(JsonBody fields) {
            String failures = fields.text("failures").orElse("");
            if (!failures.isEmpty()) {
                JsonBody.requireAmong("failures", failures, FAILURES);
            }
            List<String> releases = fields.matchingEach("releases", ApiWish.FUNCTION, JsonBody.NAME_CHARS_MAX);
            if (releases.size() > RELEASES_MAX) {
                throw Rejection.of(422, 603, "releases in body should have at most " + RELEASES_MAX + " items");
            }
            return new Answers(failures, releases);
        }

        private void writeTo(JsonWriter out) {
            if (!failures.isEmpty()) {
                out.field("failures", failures);
            }
            if (!releases.isEmpty()) {
                out.fieldOrNull("releases", releases);
            }
        }
    }
}
