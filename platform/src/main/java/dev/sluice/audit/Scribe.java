package dev.sluice.audit;

import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/// Writes records: the time, fresh salt, and texts that are not too long.
final class Scribe {
    private static final int SALT_BYTES = 16;
    static final int TEXT_CHARS_MAX = 4_000;

    private final SecureRandom random;
    private final Clock clock;

    Scribe(SecureRandom random, Clock clock) {
        this.random = random;
        this.clock = clock;
    }

    /// What happened, for whom, in whose organization, and who may read that.
    record Subject(String kind, String organization, Component who, String what, Label label) {}

    /// A record of an act, which also tells where the other chain ends.
    AuditRecord act(Subject subject, Map<String, String> details, Head flows) {
        return record(subject, "", "", details, "", flows.toString());
    }

    AuditRecord flow(Subject subject, String request, String run, Map<String, String> details, String flow) {
        return record(subject, request, run, details, flow, "");
    }

    private AuditRecord record(
            Subject subject, String request, String run, Map<String, String> details, String flow, String flows) {
        return new AuditRecord(
                clock.millis(),
                salt(),
                subject.kind(),
                subject.organization(),
                cut(subject.who().toString()),
                cut(subject.what()),
                subject.label().toString(),
                request,
                run,
                cut(details),
                flow,
                flows);
    }

    private String salt() {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return HexFormat.of().formatHex(salt);
    }

    private static Map<String, String> cut(Map<String, String> details) {
        var shorter = new HashMap<String, String>();
        details.forEach((name, text) -> shorter.put(name, cut(text)));
        return shorter;
    }

    private static String cut(String text) {
        return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX - 1) + "…";
    }
}
