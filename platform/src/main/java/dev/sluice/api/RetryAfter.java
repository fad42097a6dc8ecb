package dev.sluice.api;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.regex.Pattern;

/// How long somebody asks to be left alone: the header `Retry-After` of RFC 9110, seconds or a date.
final class RetryAfter {
    /// Nobody stops a subscription for longer by one answer.
    static final Duration MAX = Duration.ofHours(1);

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    private RetryAfter() {}

    /// Zero for what is not said or not understood; at most [#MAX].
    ///
    /// @param headers by their names in lower case
    static Duration of(Map<String, String> headers, Instant now) {
        Duration asked = asked(headers.getOrDefault("retry-after", "").strip(), now);
        return asked.isNegative() ? Duration.ZERO : asked.compareTo(MAX) > 0 ? MAX : asked;
    }

    private static Duration asked(String text, Instant now) {
        if (SECONDS.matcher(text).matches()) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        try {
            return Duration.between(
                    now,
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeException | ArithmeticException notUnderstood) {
            return Duration.ZERO;
        }
    }
}
