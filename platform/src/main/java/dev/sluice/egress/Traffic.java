package dev.sluice.egress;

import dev.sluice.egress.EgressFailed.Why;
import java.util.HashMap;
import java.util.Map;

/// How many exchanges are under way, of each organization and of all. Thread-safe.
final class Traffic {
    private final int ofOneMax;
    private final int ofAllMax;
    private final Map<String, Integer> underWay = new HashMap<>(); // guarded by this
    private int all; // guarded by this

    Traffic(int ofOneMax, int ofAllMax) {
        this.ofOneMax = ofOneMax;
        this.ofAllMax = ofAllMax;
    }

    /// @throws EgressFailed `BUSY`
    synchronized void begin(String organization) throws EgressFailed {
        int its = underWay.getOrDefault(organization, 0);
        if (its == ofOneMax || all == ofAllMax) {
            throw new EgressFailed(Why.BUSY);
        }
        underWay.put(organization, its + 1);
        all++;
    }

    synchronized void end(String organization) {
        all--;
        underWay.computeIfPresent(organization, (_, its) -> its == 1 ? null : its - 1);
    }
}
