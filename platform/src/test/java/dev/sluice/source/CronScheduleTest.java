package dev.sluice.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.kernel.Refused;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.StringTokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CronScheduleTest {
    private static List<String> after(String schedule, String zone, String from, int count) {
        CronSchedule times = CronSchedule.of(schedule, zone);
        var all = new ArrayList<String>();
        Instant at = Instant.parse(from);
        for (int i = 0; i < count; i++) {
            Optional<Instant> next = times.after(at);
            if (next.isEmpty()) {
                return all;
            }
            assertThat(next.get()).isAfter(at);
            at = next.get();
            all.add(at.toString());
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "30 2 * * *      | UTC           | 2026-01-31T02:30:00Z | 2026-02-01T02:30:00Z 2026-02-02T02:30:00Z",
                "0 9 * * 1-5     | Europe/Berlin | 2026-07-03T12:00:00Z | 2026-07-06T07:00:00Z 2026-07-07T07:00:00Z",
                "*/20 * * * *    | UTC           | 2026-01-01T00:20:01Z | 2026-01-01T00:40:00Z 2026-01-01T01:00:00Z",
                "0 0 29 2 *      | UTC           | 2026-01-01T00:00:00Z | 2028-02-29T00:00:00Z 2032-02-29T00:00:00Z",
                "0 0 13 * 5      | UTC           | 2026-02-10T00:00:00Z | 2026-02-13T00:00:00Z 2026-02-20T00:00:00Z",
                "0 12 * JAN SUN  | UTC           | 2026-01-01T00:00:00Z | 2026-01-04T12:00:00Z 2026-01-11T12:00:00Z",
                "0 12 * * 7      | UTC           | 2026-01-01T00:00:00Z | 2026-01-04T12:00:00Z 2026-01-11T12:00:00Z",
                "@monthly        | UTC           | 2026-01-01T00:00:00Z | 2026-02-01T00:00:00Z 2026-03-01T00:00:00Z",
            })
    void aSchedule_comesWhenItsFieldsSay(String schedule, String zone, String from, String times) {
        assertThat(String.join(" ", after(schedule, zone, from, 2))).isEqualTo(times);
    }

    /// Berlin: 2026-03-29, 02:00 is 03:00.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "30 2 * * *   | 2026-03-29T01:00:00Z 2026-03-30T00:30:00Z",
                "0,30 2 * * * | 2026-03-29T01:00:00Z 2026-03-30T00:00:00Z",
                "0 2-3 * * *  | 2026-03-29T01:00:00Z 2026-03-30T00:00:00Z",
                "30 1,3 * * * | 2026-03-29T00:30:00Z 2026-03-29T01:30:00Z",
                "30 * * * *   | 2026-03-28T23:30:00Z 2026-03-29T00:30:00Z 2026-03-29T01:30:00Z",
                "0 */2 * * *  | 2026-03-29T02:00:00Z 2026-03-29T04:00:00Z",
            })
    void aTimeThatIsSkipped_comesAtTheEndOfTheGap_once(String schedule, String times) {
        int count = new StringTokenizer(times).countTokens();
        assertThat(String.join(" ", after(schedule, "Europe/Berlin", "2026-03-28T23:15:00Z", count)))
                .isEqualTo(times);
    }

    /// Berlin: 2026-10-25, 03:00 is 02:00 again.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "30 2 * * *     | 2026-10-25T00:30:00Z 2026-10-26T01:30:00Z",
                "15,45 2 * * *  | 2026-10-25T00:15:00Z 2026-10-25T00:45:00Z 2026-10-26T01:15:00Z",
                "0 2,3 * * *    | 2026-10-25T00:00:00Z 2026-10-25T02:00:00Z",
                "30 * * * *     | 2026-10-24T23:30:00Z 2026-10-25T00:30:00Z 2026-10-25T01:30:00Z 2026-10-25T02:30:00Z",
                "15,45 * * * *  | 2026-10-24T23:45:00Z 2026-10-25T00:15:00Z 2026-10-25T00:45:00Z 2026-10-25T01:15:00Z"
                        + " 2026-10-25T01:45:00Z 2026-10-25T02:15:00Z",
            })
    void aTimeThatIsThereTwice_comesOnce_orEachTimeByTheHands(String schedule, String times) {
        int count = new StringTokenizer(times).countTokens();
        assertThat(String.join(" ", after(schedule, "Europe/Berlin", "2026-10-24T23:20:00Z", count)))
                .isEqualTo(times);
    }

    /// Where a schedule is looked at within the hour that comes twice, nothing is lost and nothing comes again.
    @Test
    void withinTheOverlap_theNextTime_isTheSameFromEverywhere() {
        CronSchedule times = CronSchedule.of("15,45 * * * *", "Europe/Berlin");
        CronSchedule once = CronSchedule.of("15,45 2 * * *", "Europe/Berlin");
        assertThat(times.after(Instant.parse("2026-10-25T00:50:00Z"))).contains(Instant.parse("2026-10-25T01:15:00Z"));
        assertThat(times.after(Instant.parse("2026-10-25T01:15:00Z"))).contains(Instant.parse("2026-10-25T01:45:00Z"));
        assertThat(once.after(Instant.parse("2026-10-25T00:45:00Z"))).contains(Instant.parse("2026-10-26T01:15:00Z"));
        assertThat(once.after(Instant.parse("2026-10-25T01:20:00Z"))).contains(Instant.parse("2026-10-26T01:15:00Z"));
    }

    /// Samoa had no 30 December 2011.
    @Test
    void aDayThatIsSkipped_comesAtItsEnd() {
        assertThat(after("0 12 * * *", "Pacific/Apia", "2011-12-29T23:00:00Z", 2))
                .containsExactly("2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "* * * *",
                "* * * * * *",
                "60 * * * *",
                "* 24 * * *",
                "* * 0 * *",
                "* * 32 * *",
                "* * * 13 *",
                "* * * * 8",
                "5-1 * * * *",
                "*/0 * * * *",
                "a * * * *",
                "* * * * * || * * * * *",
                "@reboot",
                "@never",
                "-1 * * * *",
                "1,,2 * * * *",
                "* * L * *",
                "1\n2 * * * *"
            })
    void whatIsNoSchedule_isRefused(String schedule) {
        assertThatThrownBy(() -> CronSchedule.of(schedule, "UTC")).isInstanceOf(Refused.class);
    }

    @Test
    void whatIsNoTimeZone_isRefused() {
        for (String zone : List.of("", "Mars/Olympus", "berlin", "../x", "x".repeat(10_000))) {
            assertThatThrownBy(() -> CronSchedule.of("* * * * *", zone)).isInstanceOf(Refused.class);
        }
    }

    @Test
    void aDayThatNeverIs_isRefused() {
        for (String never : List.of("0 0 31 2 *", "0 0 30 2 *", "0 0 31 2,4,6,9,11 *")) {
            assertThatThrownBy(() -> CronSchedule.of(never, "UTC")).isInstanceOf(Refused.class);
        }
    }

    /// Compared with looking at each minute.
    @Test
    void anySchedule_comesAtEachMinuteThatItsFieldsAllow() {
        var random = new Random(7);
        for (int round = 0; round < 300; round++) {
            String[] fields = {
                field(random, 0, 59),
                field(random, 0, 23),
                field(random, 1, 28),
                field(random, 1, 12),
                field(random, 0, 6)
            };
            CronSchedule times = CronSchedule.of(String.join(" ", fields), "UTC");
            LocalDateTime from = LocalDateTime.of(2026, 1, 1, 0, 0).plusMinutes(random.nextInt(500_000));
            Optional<Instant> next = times.after(from.toInstant(ZoneOffset.UTC));
            LocalDateTime expected = from.plusMinutes(1);
            for (int minutes = 0; minutes < 400_000 && !allows(fields, expected); minutes++) {
                expected = expected.plusMinutes(1);
            }
            if (allows(fields, expected)) {
                assertThat(next).as(String.join(" ", fields)).contains(expected.toInstant(ZoneOffset.UTC));
            }
        }
    }

    private static String field(Random random, int min, int max) {
        int one = random.nextInt(min, max + 1);
        int other = random.nextInt(min, max + 1);
        return switch (random.nextInt(6)) {
            case 0 -> "" + one;
            case 1 -> Math.min(one, other) + "-" + Math.max(one, other);
            case 2 -> one == other ? "" + one : Math.min(one, other) + "," + Math.max(one, other);
            case 3 -> "*/" + random.nextInt(2, 7);
            default -> "*";
        };
    }

    private static boolean allows(String[] fields, LocalDateTime at) {
        boolean isDay = allows(fields[2], at.getDayOfMonth(), 1);
        boolean isDayOfWeek = allows(fields[4], at.getDayOfWeek().getValue() % 7, 0);
        boolean isEither = !fields[2].equals("*") && !fields[4].equals("*");
        return allows(fields[0], at.getMinute(), 0)
                && allows(fields[1], at.getHour(), 0)
                && allows(fields[3], at.getMonthValue(), 1)
                && (isEither ? isDay || isDayOfWeek : isDay && isDayOfWeek);
    }

    private static boolean allows(String field, int value, int min) {
        if (field.startsWith("*")) {
            return field.length() == 1 || (value - min) % Integer.parseInt(field.substring(2)) == 0;
        }
        int dash = field.indexOf('-');
        if (dash > 0) {
            return value >= Integer.parseInt(field.substring(0, dash))
                    && value <= Integer.parseInt(field.substring(dash + 1));
        }
        return ("," + field + ",").contains("," + value + ",");
    }
}
