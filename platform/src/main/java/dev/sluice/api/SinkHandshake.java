package dev.sluice.api;

import dev.sluice.fs.FsPath;
import dev.sluice.gate.ServiceAnswer;
import dev.sluice.gate.Services;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Asks a receiver whether it wants events of who sends them, before one is sent: once for a while, by OPTIONS. What it
/// answers beside the header that allows it does not count, nor does its status.
///
/// Thread-safe. Source: CloudEvents, HTTP 1.1 Web Hooks for Event Delivery, section 4.
final class SinkHandshake {
    static final String REQUESTED = "webhook-request-origin";
    static final String ALLOWED = "webhook-allowed-origin";
    static final String ANYBODY = "*";

    /// How long what was allowed is, and what was not.
    static final Duration ALLOWED_FOR = Duration.ofDays(1);

    static final Duration REFUSED_FOR = Duration.ofMinutes(1);
    private static final int KNOWN_MAX = 10_000;

    private final Services services;
    private final InstantSource clock;
    private final ConcurrentMap<Asked, Answered> known = new ConcurrentHashMap<>();

    private record Asked(String gate, String origin) {}

    private record Answered(boolean isAllowed, long untilMillis) {}

    SinkHandshake(Services services, InstantSource clock) {
        this.services = services;
        this.clock = clock;
    }

    /// Acts as the task that sends: what it knows must be allowed to leave by the gate.
    ///
    /// @param origin the name in the DNS under which is asked; empty to ask nothing
    /// @throws Refused `UNAVAILABLE` for a receiver that has not allowed it, and as [Services#ask]
    void requireAllowed(FsPath gate, String origin) throws InterruptedException {
        if (origin.isEmpty()) {
            return;
        }
        var asked = new Asked(gate.toString(), origin);
        Answered answered = known.get(asked);
        if (answered == null || clock.millis() >= answered.untilMillis()) {
            answered = answered(gate, origin);
            if (known.size() >= KNOWN_MAX) {
                known.clear(); // they are asked once more
            }
            known.put(asked, answered);
        }
        if (!answered.isAllowed()) {
            throw new Refused(
                    Refusal.UNAVAILABLE,
                    "the receiver does not allow " + origin + " to send: it is to answer OPTIONS with "
                            + "WebHook-Allowed-Origin; or update the subscription's sink without an origin");
        }
    }

    private Answered answered(FsPath gate, String origin) throws InterruptedException {
        ServiceAnswer answer = services.ask(gate, Map.of(REQUESTED, origin));
        String allowed = answer.headers().getOrDefault(ALLOWED, "").strip();
        boolean isAllowed = allowed.equals(ANYBODY) || allowed.equalsIgnoreCase(origin);
        return new Answered(isAllowed, clock.millis() + (isAllowed ? ALLOWED_FOR : REFUSED_FOR).toMillis());
    }
}
