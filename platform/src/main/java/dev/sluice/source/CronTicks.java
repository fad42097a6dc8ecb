package dev.sluice.source;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Json;
import dev.sluice.kernel.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/// When a driver of a schedule ticks, and what becomes of ticks whose time has passed while nobody looked.
///
/// @param missed       [#SKIP], [#ONCE] or [#ALL]
/// @param jitterSeconds below which each tick waits, so that not all schedules of an hour come at its first moment; of
///                     a tick of a driver always the same
/// @param driver       its id
/// @param says         what each tick says
public record CronTicks(CronSchedule schedule, String missed, int jitterSeconds, String driver, Says says) {
    static final Set<String> SETTINGS =
            Set.of("schedule", "timezone", "missed", "jitterSeconds", "type", "data", "label");

    /// Nothing is made up.
    static final String SKIP = "skip";

    /// The last of those that were missed.
    static final String ONCE = "once";

    /// Those that were missed, the last [#MISSED_MAX] of them.
    static final String ALL = "all";

    static final int MISSED_MAX = 100;

    /// A tick that is later than this was missed.
    static final Duration GRACE = Duration.ofMinutes(1);

    /// Ticks of earlier times are gone, as events are.
    static final Duration LOOKED_BACK = Duration.ofDays(7);

    private static final int JITTER_SECONDS_MAX = 3_600;
    private static final String TYPE = "cron.tick";

    /// @param type of the event
    /// @param data JSON; empty for none
    public record Says(String type, Bytes data) {
        private static Says of(Settings settings) {
            Bytes data = Bytes.utf8(settings.text("data").orElse(""));
            if (data.length() > 0 && !Json.isValid(data)) {
                throw Settings.invalid("the setting data is no JSON");
            }
            return new Says(settings.eventType(TYPE), data);
        }
    }

    /// @throws Refused `INVALID`
    public static CronTicks of(Settings settings, String driver) {
        settings.requireAmong(SETTINGS);
        return new CronTicks(
                CronSchedule.of(
                        settings.text("schedule", "'30 2 * * 1-5'"),
                        settings.text("timezone").orElse("UTC")),
                settings.word("missed", List.of(SKIP, ONCE, ALL)),
                settings.number("jitterSeconds", 0, 0, JITTER_SECONDS_MAX),
                driver,
                Says.of(settings));
    }

    /// What is to be done at a moment.
    ///
    /// @param ticks  the times by the schedule of those to emit, in their order
    /// @param passed the time up to which all has been done then
    /// @param next   when there is something to do again; nothing if never
    public record Due(List<Instant> ticks, Instant passed, Optional<Instant> next) {
        public Due {
            ticks = List.copyOf(ticks);
        }
    }

    /// @param last the time up to which all has been done
    public Due due(Instant last, Instant now) {
        Instant oldest = now.minus(LOOKED_BACK);
        Instant passed = last;
        var late = new ArrayDeque<Instant>();
        var ticks = new ArrayList<Instant>();
        Optional<Instant> next = schedule.after(last.isBefore(oldest) ? oldest : last);
        while (next.isPresent() && !comes(next.get()).isAfter(now)) {
            passed = next.get();
            if (comes(passed).plus(GRACE).isBefore(now)) {
                late.add(passed);
                if (late.size() > kept()) {
                    late.removeFirst();
                }
            } else {
                ticks.add(passed);
            }
            next = schedule.after(passed);
        }
        late.addAll(ticks);
        return new Due(List.copyOf(late), passed, next.map(this::comes));
    }

    private int kept() {
        return switch (missed) {
            case ONCE -> 1;
            case ALL -> MISSED_MAX;
            default -> 0;
        };
    }

    private Instant comes(Instant tick) {
        long seed = 31L * driver.hashCode() + tick.getEpochSecond();
        return jitterSeconds == 0
                ? tick
                : tick.plusMillis(new SplittableRandom(seed)
                        .nextLong(Duration.ofSeconds(jitterSeconds).toMillis()));
    }
}
