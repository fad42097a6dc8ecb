package dev.sluice.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.sluice.bytes.Digest;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.run.Run;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/// Answers of public endpoints that are given again without a run (RFC 9111). Only what was told to everybody is kept:
/// a successful answer of status 200 that left; nothing that failed or was withheld.
///
/// Requests have one answer if all is the same that their function is told: that is what the key has. Of equal ones
/// that come while none is kept, one runs and the others wait. Thread-safe.
final class AnswerCache {
    static final long BYTES_MAX = 64 << 20;
    static final long ORGANIZATION_BYTES_MAX = 8 << 20;
    static final int ANSWER_BYTES_MAX = 1 << 20;

    /// For what an answer needs beside its body and its key's texts.
    private static final int ENTRY_BYTES = 512;

    /// Whoever has waited so long for another's run has his own.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Pattern UNKEPT =
            Pattern.compile("(?:^|[,\\s])(?:no-cache|no-store|max-age|min-fresh|only-if-cached)");
    private static final Pattern TAG = Pattern.compile("\"[^\"]*\"");
    private static final List<String> PERSONAL = List.of("authorization", "proxy-authorization", "cookie", "range");
    private static final int TAG_CHARS = 32;
    private static final int OK = 200;

    private final LongSupplier nanos;
    private final Cache<Key, Kept> answers;
    private final ConcurrentMap<Key, Fill> filling = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Long> bytesOf = new ConcurrentHashMap<>();

    /// @param nanos a clock that never goes back
    AnswerCache(LongSupplier nanos) {
        this.nanos = nanos;
        this.answers = Caffeine.newBuilder()
                .maximumWeight(BYTES_MAX)
                .weigher((Key key, Kept kept) -> bytes(key, kept))
                .expireAfter(Expiry.creating((Key key, Kept kept) -> key.terms().life()))
                .ticker(nanos::getAsLong)
                .executor(Runnable::run)
                .removalListener((key, kept, _) -> {
                    if (key != null && kept != null) {
                        give(key.organization(), bytes(key, kept));
                    }
                })
                .build();
    }

    /// All that a function is told, and what it is.
    ///
    /// @param served the endpoint as it is served: when any API of its organization is changed, it is another
    /// @param varied the values of the headers that count, in their order
    record Key(
            Endpoint.Behind served,
            String organization,
            Endpoint.Called called,
            String method,
            boolean isSecure,
            String target,
            List<Optional<String>> varied,
            CacheTerms terms) {}

    private record Kept(Run.Output output, String tag, long sinceNanos) {}

    /// What others wait for while one of them runs.
    private static final class Fill {
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile Optional<Kept> made = Optional.empty();

        /// @return nothing if there is none, or none yet after [#PATIENCE]
        Optional<Kept> await() throws InterruptedException {
            return ended.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) ? made : Optional.empty();
        }
    }

    /// A run that fills.
    @FunctionalInterface
    interface Filling {
        Run.View run() throws InterruptedException;
    }

    /// What a request is kept by; nothing for those whose answer is neither kept nor was.
    static Optional<Key> key(Endpoint endpoint, Endpoint.Called called, Request request) {
        Optional<CacheTerms> terms = endpoint.routing().cache();
        boolean isRead = request.method().equals("GET") || request.method().equals("HEAD");
        Map<String, String> headers = request.headers();
        if (terms.isEmpty()
                || !isRead
                || PERSONAL.stream().anyMatch(headers::containsKey)
                || headers.containsKey("pragma")
                || UNKEPT.matcher(headers.getOrDefault("cache-control", "").toLowerCase(Locale.ROOT))
                        .find()) {
            return Optional.empty();
        }
        return Optional.of(new Key(
                endpoint.behind(),
                endpoint.gate().parent().toString(),
                called,
                request.method(),
                request.secure(),
                request.rawPath() + "?" + request.rawQuery(),
                terms.get().vary().stream()
                        .map(name -> Optional.ofNullable(headers.get(name)))
                        .toList(),
                terms.get()));
    }

    /// What is kept, or what a run answers, which is kept if it may be.
    Response answer(Key key, Request request, Answers said, Filling filler) throws InterruptedException {
        Kept kept = answers.getIfPresent(key);
        if (kept != null) {
            return told(key, kept, request);
        }
        var mine = new Fill();
        Fill others = filling.putIfAbsent(key, mine);
        if (others != null) {
            Optional<Kept> theirs = others.await();
            return theirs.isPresent() ? told(key, theirs.get(), request) : said.told(filler.run());
        }
        try {
            Kept sinceThen = answers.getIfPresent(key);
            if (sinceThen != null) {
                return told(key, sinceThen, request);
            }
            Run.View view = filler.run();
            Optional<Kept> made = keep(key, view);
            mine.made = made;
            return made.isPresent() ? told(key, made.get(), request) : said.told(view);
        } finally {
            filling.remove(key, mine);
            mine.ended.countDown();
        }
    }

    private Optional<Kept> keep(Key key, Run.View view) {
        Optional<Run.Output> output = view.output()
                .filter(one -> one.status() == OK)
                .filter(one -> one.body().length() <= ANSWER_BYTES_MAX);
        if (output.isEmpty()) {
            return Optional.empty();
        }
        String tag = "\"" + Digest.of(output.get().body()).hex().substring(0, TAG_CHARS) + "\"";
        var kept = new Kept(output.get(), tag, nanos.getAsLong());
        if (take(key.organization(), bytes(key, kept))) {
            answers.put(key, kept);
        }
        return Optional.of(kept);
    }

    /// Where an organization has no room left, all of its answers go, those too that nobody can ask for anymore: or
    /// whoever asks for enough that differs would leave it without a cache until they are too old.
    private boolean take(String organization, int bytes) {
        answers.cleanUp();
        if (isTaken(organization, bytes)) {
            return true;
        }
        answers.asMap().keySet().removeIf(key -> key.organization().equals(organization));
        return isTaken(organization, bytes);
    }

    private boolean isTaken(String organization, int bytes) {
        boolean[] isTaken = {false};
        bytesOf.compute(organization, (_, before) -> {
            long had = before == null ? 0 : before;
            isTaken[0] = had + bytes <= ORGANIZATION_BYTES_MAX;
            return isTaken[0] ? Long.valueOf(had + bytes) : before;
        });
        return isTaken[0];
    }

    private void give(String organization, int bytes) {
        bytesOf.computeIfPresent(organization, (_, had) -> had <= bytes ? null : had - bytes);
    }

    private static int bytes(Key key, Kept kept) {
        int varied = key.varied().stream()
                .mapToInt(value -> value.map(String::length).orElse(0))
                .sum();
        return ENTRY_BYTES + kept.output().body().length() + 2 * (key.target().length() + varied);
    }

    private Response told(Key key, Kept kept, Request request) {
        boolean isKnown = request.header("If-None-Match")
                .filter(said -> said.strip().equals("*")
                        || TAG.matcher(said)
                                .results()
                                .anyMatch(tag -> tag.group().equals(kept.tag())))
                .isPresent();
        Response answer = isKnown ? Response.empty(304) : Answers.answered(kept.output());
        long age = TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong() - kept.sinceNanos());
        Response dated = answer.with("ETag", kept.tag())
                .with("Cache-Control", "max-age=" + key.terms().life().toSeconds())
                .with("Age", Long.toString(age));
        List<String> vary = key.terms().vary();
        return vary.isEmpty() ? dated : dated.with("Vary", String.join(", ", vary));
    }
}
