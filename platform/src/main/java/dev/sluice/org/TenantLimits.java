package dev.sluice.org;

import dev.sluice.fs.Quota;
import dev.sluice.fs.QuotaPlan;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The limits of all organizations, in memory, for whoever enforces them: he asks at each request, run and write.
///
/// What an administrator has set for one organization wins; else holds what the server was started with. The
/// operator's own organization is not limited by that but for what it stores: it could not mend what is wrong.
///
/// Known by tokens, so the next organization of a name begins anew. Holds one entry for each organization that
/// something is set for. Thread-safe; asking waits for nothing.
public final class TenantLimits {
    private final Map<Limit, Long> usual = new EnumMap<>(Limit.class);
    private final QuotaPlan storage;
    private final Map<String, Map<Limit, Long>> own = new ConcurrentHashMap<>();

    /// @param stated  by the operator, of every organization; what is left out is as [Limit] says
    /// @param storage how much each may store, as the operator says
    public TenantLimits(Map<Limit, Long> stated, QuotaPlan storage) {
        for (Limit limit : Limit.values()) {
            usual.put(limit, stated.getOrDefault(limit, limit.usual()));
        }
        this.storage = storage;
    }

    /// @param token of the organization; whoever else pays for something has what is usual
    public long of(String token, Limit limit) {
        Long set = set(token).get(limit);
        return set == null ? byDefault(token, limit) : set;
    }

    /// What an organization may store.
    public Quota storage(String token) {
        return new Quota(of(token, Limit.STORED_ITEMS), of(token, Limit.STORED_MIB) << 20);
    }

    /// What is set for an organization itself.
    public Map<Limit, Long> set(String token) {
        return own.getOrDefault(token, Map.of());
    }

    private long byDefault(String token, Limit limit) {
        return switch (limit) {
            case STORED_ITEMS -> storage.of(token).itemsMax();
            case STORED_MIB -> storage.of(token).bytesMax() >> 20;
            case WEIGHT, ISOLATION -> usual.getOrDefault(limit, limit.usual());
            case CONCURRENT_RUNS,
                    QUEUED_RUNS,
                    QUEUED_MIB,
                    MEMORY_MIB,
                    FUNCTIONS,
                    REQUESTS_PER_SECOND,
                    GATEWAY_REQUESTS_PER_SECOND ->
                token.equals(Founding.ORGANIZATION) ? limit.max() : usual.getOrDefault(limit, limit.usual());
        };
    }

    void set(String token, Map<Limit, Long> limits) {
        if (limits.isEmpty()) {
            own.remove(token);
        } else {
            own.put(token, Map.copyOf(limits));
        }
    }
}
