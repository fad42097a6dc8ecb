package dev.sluice.audit;

import dev.sluice.audit.DecisionPage.Noted;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Counts equal decisions until somebody takes them. What is too much is counted and no more.
///
/// Thread-safe.
final class Tally {
    /// Of one organization, from one taking to the next.
    static final int DECISIONS_MAX = 1_000;

    private static final int CHARS_OF_ONE_MAX = 512 << 10;
    private static final int CHARS_OF_ALL_MAX = 64 << 20;

    private final Clock clock;
    private final AtomicLong charsOfAll = new AtomicLong();

    /// By the organizations whose policies decided. Changed within the map's own locks only.
    private final ConcurrentHashMap<String, Open> open = new ConcurrentHashMap<>();

    Tally(Clock clock) {
        this.clock = clock;
    }

    private static final class Open {
        private final Map<Judgment, Count> counts = new LinkedHashMap<>();
        private long chars;
        private long unnoted;
    }

    private static final class Count {
        private final long atMillis;
        private long count = 1;

        Count(long atMillis) {
            this.atMillis = atMillis;
        }
    }

    void note(Judgment judgment) {
        open.compute(judgment.home(), (_, its) -> {
            Open known = its == null ? new Open() : its;
            Count equal = known.counts.get(judgment);
            if (equal != null) {
                equal.count++;
            } else {
                begin(known, judgment);
            }
            return known;
        });
    }

    private void begin(Open its, Judgment judgment) {
        int chars = judgment.chars();
        if (its.counts.size() == DECISIONS_MAX || its.chars + chars > CHARS_OF_ONE_MAX || !takeRoom(chars)) {
            its.unnoted++;
            return;
        }
        its.chars += chars;
        its.counts.put(judgment, new Count(clock.millis()));
    }

    private boolean takeRoom(int chars) {
        if (charsOfAll.addAndGet(chars) <= CHARS_OF_ALL_MAX) {
            return true;
        }
        charsOfAll.addAndGet(-chars);
        return false;
    }

    /// Those of whom anything was counted.
    Set<String> homes() {
        return Set.copyOf(open.keySet());
    }

    /// What was counted of one since this was asked last.
    Optional<DecisionPage> take(String home) {
        Open taken = open.remove(home);
        if (taken == null) {
            return Optional.empty();
        }
        charsOfAll.addAndGet(-taken.chars);
        List<Noted> noted = new ArrayList<>(taken.counts.size());
        taken.counts.forEach((judgment, count) -> noted.add(new Noted(count.atMillis, count.count, judgment)));
        return Optional.of(new DecisionPage(clock.millis(), taken.unnoted, noted));
    }
}
