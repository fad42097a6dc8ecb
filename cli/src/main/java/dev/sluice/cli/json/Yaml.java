package dev.sluice.cli.json;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Writes JSON as block-style YAML that readers of YAML 1.1 and of 1.2 take back as the same value. A string stands
/// plain only if it begins with a letter, holds harmless characters only and is no word of either version; any other
/// is double-quoted.
public final class Yaml {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_./@+-]*( [A-Za-z0-9_./@+-]+)*");

    private static final Set<String> WORDS = Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null");

    private Yaml() {}

    /// The document, without a line end after its last line.
    public static String of(Json json) {
        var out = new StringBuilder();
        write(json, out, "");
        return out.toString();
    }

    /// Writes `json` where the cursor is; `indent` begins each further line of it.
    private static void write(Json json, StringBuilder out, String indent) {
        switch (json) {
            case Json.Obj(var members) when members.isEmpty() -> out.append("{}");
            case Json.Obj(var members) -> {
                String lead = "";
                for (var member : members.entrySet()) {
                    out.append(lead);
                    scalar(member.getKey(), out);
                    out.append(':');
                    below(member.getValue(), out, indent + "  ");
                    lead = "\n" + indent;
                }
            }
            case Json.Arr(var items) when items.isEmpty() -> out.append("[]");
            case Json.Arr(var items) -> {
                String lead = "";
                for (Json item : items) {
                    out.append(lead).append("- ");
                    write(item, out, indent + "  ");
                    lead = "\n" + indent;
                }
            }
            case Json.Text(String value) -> scalar(value, out);
            case Json.Num(String literal) -> out.append(number(literal));
            case Json.Bool(boolean value) -> out.append(value);
            case Json.Null _ -> out.append("null");
        }
    }

    private static void below(Json value, StringBuilder out, String indent) {
        boolean nested = (value instanceof Json.Obj(var members) && !members.isEmpty())
                || (value instanceof Json.Arr(var items) && !items.isEmpty());
        out.append(nested ? "\n" + indent : " ");
        write(value, out, indent);
    }

    private static void scalar(String text, StringBuilder out) {
        if (PLAIN.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT))) {
            out.append(text);
        } else {
            JsonText.quote(text, out);
        }
    }

    /// YAML 1.1 takes an exponent only after a fraction and only with a sign.
    private static String number(String literal) {
        int e = literal.toLowerCase(Locale.ROOT).indexOf('e');
        if (e < 0) {
            return literal;
        }
        String mantissa = literal.substring(0, e);
        String exponent = literal.substring(e + 1);
        boolean signed = exponent.startsWith("+") || exponent.startsWith("-");
        return (mantissa.contains(".") ? mantissa : mantissa + ".0") + "e" + (signed ? exponent : "+" + exponent);
    }
}
