package dev.sluice.fs;

import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Principal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How much each payer may store. Thread-safe.
///
/// @param usual of every payer that `others` does not name
public record QuotaPlan(Quota usual, Map<String, Quota> others) {
    private static final Pattern FORM = Pattern.compile("(.+)=([0-9]{1,10}),([0-9]{1,10})");

    public QuotaPlan {
        others = Map.copyOf(others);
    }

    /// @param stated `ORGANIZATION=ITEMS,MIB`, each organization once
    /// @throws IllegalArgumentException for anything else, which it quotes
    public static QuotaPlan of(Quota usual, List<String> stated) {
        var others = new HashMap<String, Quota>();
        for (String text : stated) {
            Matcher parts = FORM.matcher(text);
            if (!parts.matches()) {
                throw new IllegalArgumentException("not ORGANIZATION=ITEMS,MIB: " + text);
            }
            var quota = new Quota(Long.parseLong(parts.group(2)), Long.parseLong(parts.group(3)) << 20);
            if (others.put(payer(parts.group(1)), quota) != null) {
                throw new IllegalArgumentException("stated twice: " + parts.group(1));
            }
        }
        return new QuotaPlan(usual, others);
    }

    private static String payer(String text) {
        try {
            return Principal.of(text).tokens().getFirst();
        } catch (LabelInvalid wrong) {
            throw new IllegalArgumentException("no organization is called: " + text, wrong);
        }
    }

    public Quota of(String payer) {
        return others.getOrDefault(payer, usual);
    }
}
