package dev.sluice.gateway;

import dev.sluice.gateway.AccessLog.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// An organization's records that are not yet written, and how many found no room. Thread-safe.
final class AccessQueue {
    /// From a record to when it is written.
    static final Duration PAUSE = Duration.ofMillis(200);

    /// Fewer than a batch of the store takes steps: each API may say that some are lost.
    static final int RECORDS_MAX = 2_048;

    private static final int LOSERS_MAX = 1_024;

    private List<Noted> noted = new ArrayList<>();
    private Map<Source, Long> lost = new HashMap<>();

    record Noted(Source source, AccessRecord record) {}

    record Taken(List<Noted> noted, Map<Source, Long> lost) {}

    /// @return whether it is the first since the last [#take]
    synchronized boolean add(Source source, AccessRecord record) {
        if (noted.size() < RECORDS_MAX) {
            noted.add(new Noted(source, record));
            return noted.size() == 1;
        }
        if (lost.size() < LOSERS_MAX || lost.containsKey(source)) {
            lost.merge(source, 1L, Long::sum);
        }
        return false;
    }

    synchronized Taken take() {
        var taken = new Taken(noted, lost);
        noted = new ArrayList<>();
        lost = new HashMap<>();
        return taken;
    }
}
