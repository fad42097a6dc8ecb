package dev.sluice.authn;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Who is logged in, durably. A session is known by a random id that only its owner's cookie holds; what is stored is
/// the id's digest, so whoever reads the store can be nobody.
///
/// One ends when it is not used for a while, when it is old, and when it is closed; what is over is worth nothing
/// even before it is swept away. A user has a bounded number, of which a new one drops the oldest, and so have all
/// together. Thread-safe, and several processes may share the store.
public final class Sessions {
    public static final Duration IDLE_MAX = Duration.ofHours(24);
    public static final Duration ABSOLUTE_MAX = Duration.ofDays(7);

    /// How exactly the last use is known: a session that is used all the time is written this seldom.
    static final Duration TOUCH = Duration.ofMinutes(1);

    static final int SESSIONS_OF_ONE_USER_MAX = 16;
    static final int ID_BYTES = 32;
    static final int ID_CHARS = 43;

    private static final int SESSIONS_MAX = 1_000_000;
    private static final int ATTEMPTS_MAX = 100;
    private static final int PAGE_SESSIONS = 1_000;
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<List<String>> DIGESTS = new TypeReference<>() {};

    private final Store store;
    private final Clock clock;
    private final SecureRandom random;
    private final int sessionsMax;

    public Sessions(Store store, Clock clock, SecureRandom random) {
        this(store, clock, random, SESSIONS_MAX);
    }

    Sessions(Store store, Clock clock, SecureRandom random, int sessionsMax) {
        this.store = store;
        this.clock = clock;
        this.random = random;
        this.sessionsMax = sessionsMax;
    }

    /// A session that holds now.
    ///
    /// @param digest of its id: changes with each login, and tells nobody the id
    record Open(Digest digest, Session session) {}

    /// Begins a session.
    ///
    /// @return its id, for a cookie and nothing else
    /// @throws Refused `OVERLOADED` when there are too many
    String open(User user) {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Digest fresh = Digest.of(Bytes.utf8(id));
        Bytes session = encode(Session.of(user, clock.instant()));
        boolean isOpen = change(user, (digests, batch) -> {
            int dropped = Math.max(0, digests.size() + 1 - SESSIONS_OF_ONE_USER_MAX);
            drop(digests.subList(0, dropped), batch);
            batch.put(SessionKeys.session(fresh), session).add(SessionKeys.count(), 1, sessionsMax);
            var left = new ArrayList<>(digests.subList(dropped, digests.size()));
            left.add(fresh.hex());
            return left;
        });
        if (!isOpen) {
            throw new Refused(Refusal.OVERLOADED, "too many people are logged in: try again later");
        }
        return id;
    }

    /// The session with that id, if it still holds; it counts as used now.
    Optional<Open> find(String id) {
        return digest(id).flatMap(digest -> {
            Optional<Bytes> stored = store.get(SessionKeys.session(digest));
            if (stored.isEmpty()) {
                return Optional.empty();
            }
            Session session = decode(stored.get());
            Instant now = clock.instant();
            if (session.isOver(now)) {
                close(digest, session.user());
                return Optional.empty();
            }
            boolean isToBeTouched =
                    !now.isBefore(Instant.ofEpochSecond(session.usedSeconds()).plus(TOUCH));
            if (isToBeTouched
                    && !store.compareAndSet(SessionKeys.session(digest), stored.get(), encode(session.usedAt(now)))
                    && store.get(SessionKeys.session(digest)).isEmpty()) {
                return Optional.empty(); // closed in between: what is closed is never written again
            }
            return Optional.of(new Open(digest, session));
        });
    }

    /// Who is logged in by that id.
    public Optional<User> user(String id) {
        return find(id).map(open -> open.session().user());
    }

    /// The sessions of somebody that hold now, the oldest first.
    List<Session> of(User user) {
        Instant now = clock.instant();
        return store.get(SessionKeys.of(user)).map(Sessions::digests).orElse(List.of()).stream()
                .flatMap(digest -> store.get(SessionKeys.session(new Digest(digest))).stream())
                .map(Sessions::decode)
                .filter(session -> !session.isOver(now))
                .toList();
    }

    /// Ends a session; one that there is not has ended already.
    void close(String id) {
        digest(id)
                .ifPresent(digest -> store.get(SessionKeys.session(digest))
                        .ifPresent(stored -> close(digest, decode(stored).user())));
    }

    /// Ends all sessions of somebody.
    void closeAllOf(User user) {
        requireDone(change(user, (digests, batch) -> {
            drop(digests, batch);
            return List.of();
        }));
    }

    /// Removes what is over.
    public void sweep() {
        Instant now = clock.instant();
        closeAll(session -> session.isOver(now));
    }

    /// Ends all sessions of users for whom one of these providers vouched.
    public void closeAllThrough(Set<String> providers) {
        closeAll(session -> providers.contains(session.provider()));
    }

    private void closeAll(Predicate<Session> which) {
        List<Store.Entry> page = store.scan(SessionKeys.sessions(), Bytes.EMPTY, PAGE_SESSIONS);
        while (!page.isEmpty()) {
            for (Store.Entry entry : page) {
                Session session = decode(entry.value());
                if (which.test(session)) {
                    close(SessionKeys.digestOf(entry.key()), session.user());
                }
            }
            page = store.scan(SessionKeys.sessions(), page.getLast().key(), PAGE_SESSIONS);
        }
    }

    private void close(Digest digest, User user) {
        requireDone(change(user, (digests, batch) -> {
            if (!digests.contains(digest.hex())) {
                return digests;
            }
            drop(List.of(digest.hex()), batch);
            return digests.stream().filter(one -> !one.equals(digest.hex())).toList();
        }));
    }

    private static void requireDone(boolean isDone) {
        if (!isDone) {
            throw new Refused(Refusal.CONFLICT, "these sessions are being changed: try again");
        }
    }

    private static void drop(List<String> digests, Batch batch) {
        for (String digest : digests) {
            batch.delete(SessionKeys.session(new Digest(digest))).add(SessionKeys.count(), -1, Long.MAX_VALUE);
        }
    }

    /// Changes the list of somebody's sessions, and in one batch the sessions themselves: each stands in its user's
    /// list for as long as it is there.
    ///
    /// @param change makes the new list, and may run several times
    /// @return false if the number of all sessions forbids it, or others change the same list all the time
    private boolean change(User user, BiFunction<List<String>, Batch, List<String>> change) {
        Bytes key = SessionKeys.of(user);
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Optional<Bytes> stored = store.get(key);
            var batch = new Batch();
            stored.ifPresentOrElse(value -> batch.requireEquals(key, value), () -> batch.requireAbsent(key));
            List<String> digests = stored.map(Sessions::digests).orElse(List.of());
            List<String> left = change.apply(digests, batch);
            if (left.isEmpty()) {
                batch.delete(key);
            } else {
                batch.put(key, Bytes.takeOver(JSON.writeValueAsBytes(left)));
            }
            if (store.commit(batch)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> digests(Bytes stored) {
        return JSON.readValue(stored.readOnlyArray(), DIGESTS);
    }

    private static Optional<Digest> digest(String id) {
        return id.length() == ID_CHARS ? Optional.of(Digest.of(Bytes.utf8(id))) : Optional.empty();
    }

    private static Bytes encode(Session session) {
        return Bytes.takeOver(JSON.writeValueAsBytes(session));
    }

    private static Session decode(Bytes stored) {
        return JSON.readValue(stored.readOnlyArray(), Session.class);
    }
}
