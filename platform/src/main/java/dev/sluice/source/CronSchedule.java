package dev.sluice.source;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.sluice.kernel.Refused;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Times of day that come again, in a time zone: five fields as crontab(5) has them.
///
/// Where clocks are set forward, a time that is skipped comes at the end of what is skipped, once. Where they are set
/// back, a time that is there twice comes the first time only. But a schedule whose hour begins with `*` follows the
/// hands: it comes in each hour that is there, in both of two, and makes up nothing.
public final class CronSchedule {
    private static final int CHARS_MAX = 256;
    private static final Pattern FORM = Pattern.compile("[0-9A-Za-z*,/-]+( +[0-9A-Za-z*,/-]+){4}");
    private static final Map<String, String> NAMED = Map.of(
            "@hourly", "0 * * * *",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@weekly", "0 0 * * 0",
            "@monthly", "0 0 1 * *",
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *");
    private static final Pattern EVERY_HOUR = Pattern.compile("[^ ]+ +\\*.*");

    private final ExecutionTime times;
    private final ZoneId zone;
    private final boolean isByTheHands;

    private CronSchedule(ExecutionTime times, ZoneId zone, boolean isByTheHands) {
        this.times = times;
        this.zone = zone;
        this.isByTheHands = isByTheHands;
    }

    /// @param zone as `Europe/Berlin`
    /// @throws Refused `INVALID`
    public static CronSchedule of(String schedule, String zone) {
        String fields = NAMED.getOrDefault(schedule, schedule).strip();
        if (fields.length() > CHARS_MAX || !FORM.matcher(fields).matches()) {
            throw invalid();
        }
        ZoneId where;
        try {
            where = ZoneId.of(zone);
        } catch (DateTimeException unknown) {
            throw Settings.invalid("the setting timezone is no time zone's name, such as Europe/Berlin or UTC");
        }
        try {
            Cron cron = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX)).parse(fields);
            var times = new CronSchedule(
                    ExecutionTime.forCron(cron),
                    where,
                    EVERY_HOUR.matcher(fields).matches());
            if (times.after(Instant.EPOCH).isPresent()) {
                return times;
            }
        } catch (IllegalArgumentException wrong) {
            throw invalid();
        }
        throw Settings.invalid("the setting schedule names a day that no year has");
    }

    private static Refused invalid() {
        return Settings.invalid("the setting schedule has five fields: minute, hour, day of the month, month and day of"
                + " the week, as in 30 2 * * 1-5");
    }

    /// The next time after `instant`; nothing if there is none any more.
    public Optional<Instant> after(Instant instant) {
        ZoneRules rules = zone.getRules();
        LocalDateTime shown =
                begin(LocalDateTime.ofInstant(instant, zone), rules).minusSeconds(1);
        Optional<Instant> best = Optional.empty();
        while (true) {
            Optional<LocalDateTime> next = next(shown);
            if (next.isEmpty()) {
                return best;
            }
            shown = next.get();
            for (Instant at : at(shown, rules)) {
                if (at.isAfter(instant) && (best.isEmpty() || at.isBefore(best.get()))) {
                    best = Optional.of(at);
                }
            }
            if (best.isPresent() && !earliest(shown, rules).isBefore(best.get())) {
                return best;
            }
        }
    }

    /// Where hands are set back, what they showed before comes again.
    private static LocalDateTime begin(LocalDateTime shown, ZoneRules rules) {
        ZoneOffsetTransition change = rules.getTransition(shown);
        return change != null && change.isOverlap() ? change.getDateTimeAfter() : shown;
    }

    private Optional<LocalDateTime> next(LocalDateTime after) {
        return times.nextExecution(after.atZone(ZoneOffset.UTC)).map(ZonedDateTime::toLocalDateTime);
    }

    private static Instant earliest(LocalDateTime shown, ZoneRules rules) {
        ZoneOffsetTransition change = rules.getTransition(shown);
        return change != null && change.isGap()
                ? change.getInstant()
                : shown.toInstant(rules.getValidOffsets(shown).getFirst());
    }

    /// When hands show that.
    private List<Instant> at(LocalDateTime shown, ZoneRules rules) {
        if (isByTheHands) {
            return rules.getValidOffsets(shown).stream().map(shown::toInstant).toList();
        }
        return List.of(earliest(shown, rules));
    }
}
