package dev.sluice.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.regex.RegularExpression;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;

/// Regular expressions of schemas: RE2's, as Dispatch's are, which take time in proportion to the text and to their
/// own size. Both are bounded: the size before anything is compiled, and the work while texts are matched.
final class Patterns {
    static final int PATTERN_CHARS_MAX = 1_000;

    /// Of one expression, about in instructions: a repetition counts as often as it repeats.
    static final int PATTERN_SIZE_MAX = 5_000;

    /// Of all expressions of one check: instructions times characters.
    static final long MATCHING_STEPS_MAX = 1L << 26;

    private Patterns() {}

    /// What is left of the work of one check.
    static final class Budget {
        static final ScopedValue<Budget> CURRENT = ScopedValue.newInstance();

        private long left = MATCHING_STEPS_MAX;

        private void spend(long steps) {
            left -= steps;
            if (left < 0) {
                throw new Exhausted("its patterns take too long");
            }
        }
    }

    /// @throws Refused `INVALID`
    static RegularExpression compile(String text) {
        if (text.length() > PATTERN_CHARS_MAX || size(text) > PATTERN_SIZE_MAX) {
            throw new Refused(Refusal.INVALID, "a pattern is too large");
        }
        try {
            Pattern pattern = Pattern.compile(text);
            return value -> {
                Budget.CURRENT.get().spend((value.length() + 1L) * pattern.programSize());
                return pattern.matcher(value).find();
            };
        } catch (PatternSyntaxException wrong) {
            throw new Refused(Refusal.INVALID, "a pattern is no regular expression of RE2: " + wrong.getDescription());
        }
    }

    /// At least about as much as the expression will have instructions; for what is none, anything. Nothing that
    /// repeats is read wrongly as less: a brace in a class or behind a backslash may count, never the other way.
    static long size(String text) {
        long[] sums = new long[text.length() + 1];
        long last = 1;
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(') {
                depth++;
                sums[depth] = 0;
                last = 1;
            } else if (c == ')' && depth > 0) {
                last = sums[depth] + 2;
                depth--;
                sums[depth] += last;
            } else if (c == '{') {
                long times = repetition(text, i);
                sums[depth] += last * (times - 1);
                last *= times;
            } else {
                last = 2;
                sums[depth] += last;
            }
            if (sums[depth] > PATTERN_SIZE_MAX || last > PATTERN_SIZE_MAX) {
                return Long.MAX_VALUE;
            }
        }
        long sum = 0;
        for (int i = 0; i <= depth; i++) {
            sum += sums[i];
        }
        return sum;
    }

    /// The largest number between the brace at `from` and the one that closes it; 1 if there is none.
    private static long repetition(String text, int from) {
        long largest = 1;
        long number = 0;
        for (int i = from + 1; i < text.length() && text.charAt(i) != '}'; i++) {
            char c = text.charAt(i);
            number = c >= '0' && c <= '9' ? Math.min(PATTERN_SIZE_MAX, number * 10 + (c - '0')) : 0;
            largest = Math.max(largest, number);
        }
        return largest;
    }
}
