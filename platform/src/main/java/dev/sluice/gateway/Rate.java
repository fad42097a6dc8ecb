package dev.sluice.gateway;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How often something may be asked for: so many times in a second, a minute or an hour, evenly, and so many at once
/// after a rest.
///
/// @param requests in a period, 1 to [#REQUESTS_MAX]
/// @param burst    at once, 1 to [#REQUESTS_MAX]
public record Rate(int requests, Per per, int burst) {
    public static final int REQUESTS_MAX = 1_000_000;

    private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,6})/([smh])");

    public Rate {
        if (requests < 1 || requests > REQUESTS_MAX || burst < 1 || burst > REQUESTS_MAX) {
            throw new IllegalArgumentException("a rate is of 1 to " + REQUESTS_MAX + " requests");
        }
    }

    /// A period.
    public enum Per {
        SECOND("s", Duration.ofSeconds(1)),
        MINUTE("m", Duration.ofMinutes(1)),
        HOUR("h", Duration.ofHours(1));

        private final String letter;
        private final Duration length;

        Per(String letter, Duration length) {
            this.letter = letter;
            this.length = length;
        }

        private static Per of(String letter) {
            for (Per one : values()) {
                if (one.letter.equals(letter)) {
                    return one;
                }
            }
            throw new IllegalArgumentException(letter);
        }
    }

    /// What `10/s`, `60/m` or `5/h` says.
    ///
    /// @param burst as many as in a second, and at least one, where it is not said
    /// @return nothing for other texts, and for what is out of bounds
    public static Optional<Rate> parse(String text, Optional<Integer> burst) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int requests = Integer.parseInt(matcher.group(1));
        Per per = Per.of(matcher.group(2));
        int usual = (int) Math.max(1, requests / per.length.toSeconds());
        int atOnce = burst.orElse(usual);
        return requests > REQUESTS_MAX || atOnce < 1 || atOnce > REQUESTS_MAX
                ? Optional.empty()
                : Optional.of(new Rate(requests, per, atOnce));
    }

    /// As [#parse] reads it, without the burst.
    public String text() {
        return requests + "/" + per.letter;
    }

    /// Between two requests, if they come evenly.
    long stepNanos() {
        return per.length.toNanos() / requests;
    }
}
