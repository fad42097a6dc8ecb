package dev.sluice.audit;

import dev.sluice.bytes.Bytes;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The end of a chain at some moment, for whoever wants to check later that nothing before it was changed: the number
/// of its last link and the hash of that.
record Head(long number, Bytes hash) {
    static final Head NONE = new Head(0, Link.NOTHING);

    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})-([0-9a-f]{64})");

    /// `12-6f70...`
    @Override
    public String toString() {
        return number + "-" + HexFormat.of().formatHex(hash.readOnlyArray());
    }

    static Optional<Head> parse(String text) {
        Matcher form = FORM.matcher(text);
        return form.matches()
                ? Optional.of(new Head(
                        Long.parseLong(form.group(1)),
                        Bytes.takeOver(HexFormat.of().parseHex(form.group(2)))))
                : Optional.empty();
    }
}
