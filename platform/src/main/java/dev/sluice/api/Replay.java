package dev.sluice.api;

import dev.sluice.audit.DecisionPage;
import dev.sluice.audit.Judgment;
import dev.sluice.audit.Judgment.Want;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.Policies;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/// Decides again what the policies of one organization have decided: as they are now, and as they would be. Both are
/// asked by the evaluator that requests are asked by, and neither is changed. Who somebody is, is taken as it was.
///
/// For one thread.
final class Replay {
    /// Of decisions on record; a page that was begun is finished.
    static final int LOOKED_MAX = 100_000;

    static final Duration LOOKING_MAX = Duration.ofSeconds(3);

    /// Of different ones that are listed; the others are counted.
    static final int FLIPS_MAX = 1_000;

    private final Organizations organizations;
    private final Organizations.Tenant place;
    private final Policies then;
    private final boolean isEverywhere;
    private final LongSupplier nanos;
    private final long endNanos;
    private final Map<String, Optional<Organization>> places = new HashMap<>();
    private final Map<String, Boolean> accounts = new HashMap<>();
    private final Map<Flip, Times> flips = new LinkedHashMap<>();

    private final Seen seen = new Seen();

    /// What was looked at so far. Decisions count as often as they were made.
    private static final class Seen {
        private int noted;
        private long pageMillis;
        private long firstMillis = Long.MAX_VALUE;
        private boolean isMore;
        private long looked;
        private long changed;
        private long flipsLeft;
        private long ofNoOrganization;
        private long ofNoAccount;
        private long unnoted;
    }

    /// @param isEverywhere whether decisions about other organizations, by global policies, are to be known
    Replay(
            Organizations organizations,
            Organizations.Tenant place,
            Policies then,
            boolean isEverywhere,
            LongSupplier nanos) {
        this.organizations = organizations;
        this.place = place;
        this.then = then;
        this.isEverywhere = isEverywhere;
        this.nanos = nanos;
        this.endNanos = nanos.getAsLong() + LOOKING_MAX.toNanos();
    }

    /// A decision that would be another one.
    ///
    /// @param judgment as it is on record
    private record Flip(Judgment judgment, boolean now, boolean then) {}

    /// When equal decisions were made, and how often.
    private record Times(long firstMillis, long lastMillis, long count) {
        Times and(Times later) {
            return new Times(firstMillis, later.lastMillis, count + later.count);
        }
    }

    /// Looks at one more page, unless it was enough; whether another one is wanted.
    boolean take(DecisionPage page) {
        if (seen.noted >= LOOKED_MAX || nanos.getAsLong() - endNanos > 0) {
            seen.isMore = true;
            return false;
        }
        seen.noted += page.noted().size();
        seen.unnoted += page.unnoted();
        seen.pageMillis = page.atMillis();
        page.noted().forEach(this::look);
        return true;
    }

    private void look(DecisionPage.Noted noted) {
        Judgment judgment = noted.judgment();
        if (!isEverywhere && !judgment.place().equals(place.organization().token())) {
            return;
        }
        Optional<Organization> requested = places.computeIfAbsent(judgment.place(), this::organization);
        if (requested.isEmpty()) {
            seen.ofNoOrganization += noted.count();
        } else if (!accounts.computeIfAbsent(judgment.who(), this::isThere)) {
            seen.ofNoAccount += noted.count();
        } else {
            compare(noted, requested.get());
        }
    }

    private void compare(DecisionPage.Noted noted, Organization requested) {
        Judgment judgment = noted.judgment();
        boolean isNow = Judging.isAllowed(place.policies(), judgment, requested);
        boolean isThen = Judging.isAllowed(then, judgment, requested);
        seen.looked += noted.count();
        seen.firstMillis = Math.min(seen.firstMillis, noted.atMillis());
        seen.changed += isNow == judgment.allowed() ? 0 : noted.count();
        if (isNow == isThen) {
            return;
        }
        var flip = new Flip(judgment, isNow, isThen);
        if (flips.size() < FLIPS_MAX || flips.containsKey(flip)) {
            flips.merge(flip, new Times(noted.atMillis(), noted.atMillis(), noted.count()), Times::and);
        } else {
            seen.flipsLeft += noted.count();
        }
    }

    /// The organization of that token, if there is one still: a later one of its name is another one.
    private Optional<Organization> organization(String token) {
        if (token.equals(place.organization().token())) {
            return Optional.of(place.organization());
        }
        return organizations
                .tenant(name(token))
                .map(Organizations.Tenant::organization)
                .filter(there -> there.token().equals(token));
    }

    private static String name(String token) {
        int life = token.indexOf('~');
        return life < 0 ? token : token.substring(0, life);
    }

    /// Users are an identity provider's matter, so they always are.
    private boolean isThere(String who) {
        return who.contains("@")
                || organizations.account(place.organization(), who).isPresent();
    }

    /// @param end what was looked at up to, unless there was too much
    void writeTo(JsonWriter out, Instant since, Instant end) {
        out.beginObject().field("organization", place.organization().name()).field("since", since.toString());
        out.field("until", seen.isMore ? Instant.ofEpochMilli(seen.pageMillis).toString() : end.toString());
        out.name("more").value(seen.isMore);
        out.field("first", seen.looked == 0 ? "" : seconds(seen.firstMillis)).field("looked", seen.looked);
        out.field("changed", seen.changed).name("flips").beginArray();
        flips.forEach((flip, times) -> write(flip, times, out));
        out.endArray().field("flipsLeft", seen.flipsLeft).field("unnoted", seen.unnoted);
        out.field("organizationsGone", seen.ofNoOrganization).field("accountsGone", seen.ofNoAccount);
        Set<String> rolesGone = new TreeSet<>(place.policies().rolesMissing());
        rolesGone.addAll(then.rolesMissing());
        out.name("rolesGone").beginArray();
        rolesGone.forEach(out::value);
        out.endArray().endObject();
    }

    private static void write(Flip flip, Times times, JsonWriter out) {
        Judgment judgment = flip.judgment();
        Want first = judgment.wants().getFirst();
        out.beginObject();
        out.field("time", seconds(times.firstMillis())).field("last", seconds(times.lastMillis()));
        out.field("who", judgment.who());
        out.field("subjects", judgment.words().stream().sorted().toList());
        out.field("organization", name(judgment.place()));
        out.field("action", first.action()).field("resource", first.resource()).field("name", first.name());
        out.field("and", judgment.wants().stream().skip(1).map(Want::toString).toList());
        out.field("was", word(judgment.allowed())).field("now", word(flip.now()));
        out.field("then", word(flip.then())).field("times", times.count()).endObject();
    }

    private static String word(boolean isAllowed) {
        return isAllowed ? "allowed" : "denied";
    }

    private static String seconds(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
