package dev.sluice.gateway;

import dev.sluice.fs.FsPath;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/// Counts what endpoints take in against what they may: token buckets, of which only the time is kept at which each is
/// full again.
///
/// Endpoints have one each. Clients have places in a table of fixed size, found by a hash that nobody else can compute:
/// however many come, none takes another's place, and two share one by an accident of one in a million.
///
/// Thread-safe, without locks.
final class Throttle {
    /// 8 MiB.
    private static final int CLIENTS = 1 << 20;

    private static final int IPV4_BYTES = 4;

    private final LongSupplier nanos;
    private final ConcurrentMap<FsPath, AtomicLongArray> endpoints = new ConcurrentHashMap<>();
    private final AtomicLongArray clients = new AtomicLongArray(CLIENTS);
    private final long seed = new SecureRandom().nextLong();
    private final long begun;

    /// @param nanos a clock that never goes back
    Throttle(LongSupplier nanos) {
        this.nanos = nanos;
        this.begun = nanos.getAsLong();
    }

    /// Takes one request in.
    ///
    /// @return how long to wait before another try; zero if it is taken
    Duration take(Endpoint endpoint, InetAddress client) {
        Limits limits = endpoint.limits();
        long now = nanos.getAsLong() - begun;
        long wait = limits.perClient()
                .map(rate -> take(clients, place(endpoint.gate(), client), rate, now))
                .orElse(0L);
        if (wait == 0) {
            wait = limits.all()
                    .map(rate ->
                            take(endpoints.computeIfAbsent(endpoint.gate(), _ -> new AtomicLongArray(1)), 0, rate, now))
                    .orElse(0L);
        }
        if (wait == 0 && !limits.organization().getAsBoolean()) {
            return Duration.ofSeconds(1);
        }
        return Duration.ofNanos(wait);
    }

    /// Takes one request of a client in, where there is no endpoint.
    ///
    /// @param what is asked
    /// @return how long to wait before another try; zero if it is taken
    Duration take(List<String> what, InetAddress client, Rate rate) {
        return Duration.ofNanos(take(clients, place(what, client), rate, nanos.getAsLong() - begun));
    }

    /// Endpoints that are no more.
    void forget(Set<FsPath> gone) {
        endpoints.keySet().removeAll(gone);
    }

    int endpointsKept() {
        return endpoints.size();
    }

    /// @return how long until there is one; 0 if it is taken
    private static long take(AtomicLongArray fullAt, int place, Rate rate, long now) {
        long whole = rate.burst() * rate.stepNanos();
        while (true) {
            long before = fullAt.get(place);
            long owed = Math.min(before, now + whole); // a slower rate was there before
            long missing = Math.max(0, owed - now) + rate.stepNanos();
            long over = missing - whole;
            if (over > 0) {
                if (owed == before || fullAt.compareAndSet(place, before, owed)) {
                    return over;
                }
                continue;
            }
            if (fullAt.compareAndSet(place, before, now + missing)) {
                return 0;
            }
        }
    }

    private int place(Object asked, InetAddress client) {
        return (int) (mixed(mixed(network(client) ^ seed) + asked.hashCode()) & (CLIENTS - 1));
    }

    /// Whoever has an address of IPv6 has all of its network.
    static long network(InetAddress client) {
        byte[] address = client.getAddress();
        return address.length == IPV4_BYTES
                ? ByteBuffer.wrap(address).getInt()
                : ByteBuffer.wrap(address).getLong();
    }

    /// The last step of SplitMix64.
    private static long mixed(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
