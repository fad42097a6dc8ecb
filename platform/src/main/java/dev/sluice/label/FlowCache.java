package dev.sluice.label;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Answers of [Label#canFlowTo] by the numbers of two labels: direct-mapped, of fixed size, without locks.
///
/// A number is never used twice, so an entry cannot be about another label than it was made for, and the cache
/// keeps no label alive. Entries are immutable and safe to publish through a plain array: a thread sees a whole
/// entry or an older one, and each is right for the two numbers it holds.
final class FlowCache {
    private static final int SLOTS_BITS = 13;

    /// Spreads consecutive numbers over the slots: 2^64 divided by the golden ratio, and another odd constant.
    private static final long SPREAD_FROM = 0x9E3779B97F4A7C15L;

    private static final long SPREAD_TO = 0xC2B2AE3D27D4EB4FL;

    private final AtomicLong numbers = new AtomicLong();
    private final @Nullable Answer[] slots = new @Nullable Answer[1 << SLOTS_BITS];

    /// A number that no other label has.
    long number() {
        return numbers.incrementAndGet();
    }

    boolean canFlow(Label from, Label to) {
        int slot = (int) ((from.number() * SPREAD_FROM ^ to.number() * SPREAD_TO) >>> (Long.SIZE - SLOTS_BITS));
        Answer answer = slots[slot];
        if (answer == null || answer.from != from.number() || answer.to != to.number()) {
            answer = new Answer(from.number(), to.number(), from.compareFlow(to));
            slots[slot] = answer;
        }
        return answer.flows;
    }

    private record Answer(long from, long to, boolean flows) {}
}
