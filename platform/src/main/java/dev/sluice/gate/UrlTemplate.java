package dev.sluice.gate;

import dev.sluice.egress.Origin;
import dev.sluice.egress.Outbound;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An URL whose path segments and query values may have `{name}` in them, to be filled in by callers: never its
/// scheme, host or port, and never so that a value becomes more than a part of one segment or one query value.
///
/// `https://api.github.com/repos/{owner}/{repo}/contents/{file}?ref={branch}`
public final class UrlTemplate {
    public static final int TEXT_CHARS_MAX = 2_000;
    public static final int PARAMETERS_MAX = 32;
    public static final int VALUE_CHARS_MAX = 1_024;

    private static final Pattern URL = Pattern.compile(
            "(https?)://(\\[[^\\[\\]{}/?#@]+]|[^\\[\\]{}/?#@:]+)(?::([0-9]{1,5}))?(/[^?#]*)?(\\?[^#]*)?");
    private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_]{0,63})}");
    private static final Pattern ESCAPED = Pattern.compile("%[0-9A-Fa-f]{2}");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._~!$'()*,;:@+-]*");
    private static final Pattern DOTS = Pattern.compile("\\.\\.?");
    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private final String text;
    private final Origin origin;
    private final List<String> segments;
    private final List<String> pairs;
    private final Set<String> names;

    private UrlTemplate(String text, Origin origin, List<String> segments, List<String> pairs) {
        this.text = text;
        this.origin = origin;
        this.segments = segments;
        this.pairs = pairs;
        this.names = new HashSet<>();
        segments.forEach(this::addNames);
        pairs.forEach(this::addNames);
    }

    /// @throws IllegalArgumentException with a text for whoever wrote it
    public static UrlTemplate parse(String text) {
        Matcher url = URL.matcher(text);
        if (text.length() > TEXT_CHARS_MAX || !url.matches()) {
            throw new IllegalArgumentException("an external gate's URL is https://host/path?query, at most "
                    + TEXT_CHARS_MAX + " characters, with {name} in path and query only");
        }
        Origin origin = Origin.of(url.group(1), url.group(2), url.group(3) == null ? 0 : port(url.group(3)));
        String path = url.group(4) == null ? "/" : url.group(4);
        List<String> segments = List.of(path.substring(1).split("/", -1));
        List<String> pairs = url.group(5) == null
                ? List.of()
                : List.of(url.group(5).substring(1).split("&", -1));
        segments.forEach(UrlTemplate::requireSegment);
        pairs.forEach(UrlTemplate::requirePair);
        var template = new UrlTemplate(text, origin, segments, pairs);
        if (template.names.size() > PARAMETERS_MAX) {
            throw new IllegalArgumentException("an URL has at most " + PARAMETERS_MAX + " parameters");
        }
        return template;
    }

    Origin origin() {
        return origin;
    }

    /// Path and query, filled in.
    ///
    /// @throws IllegalArgumentException for a parameter that is missing, unknown, too long, or that would lead to
    ///     another path
    String fill(Map<String, String> parameters) {
        if (!parameters.keySet().equals(names)) {
            throw new IllegalArgumentException("exactly the parameters of the gate's URL must be given");
        }
        var target = new StringBuilder();
        for (String segment : segments) {
            target.append('/').append(filledSegment(segment, parameters));
        }
        for (int i = 0; i < pairs.size(); i++) {
            target.append(i == 0 ? '?' : '&').append(filled(pairs.get(i), parameters));
        }
        if (target.length() > Outbound.TARGET_CHARS_MAX) {
            throw new IllegalArgumentException("the parameters are too long");
        }
        return target.toString();
    }

    private static String filledSegment(String segment, Map<String, String> parameters) {
        PLACE.matcher(segment)
                .results()
                .forEach(place -> requireWithinSegment(parameters.getOrDefault(place.group(1), "")));
        return filled(segment, parameters);
    }

    /// So that no segment becomes one of dots. Some servers decode a slash before they look at them.
    private static void requireWithinSegment(String value) {
        if (value.isEmpty()
                || Arrays.stream(value.split("[/\\\\]", -1))
                        .anyMatch(part -> DOTS.matcher(part).matches())) {
            throw new IllegalArgumentException("a parameter of the path is empty or leads to another path");
        }
    }

    private static String filled(String part, Map<String, String> parameters) {
        return PLACE.matcher(part)
                .replaceAll(place -> Matcher.quoteReplacement(encoded(parameters.getOrDefault(place.group(1), ""))));
    }

    private static String encoded(String value) {
        if (value.length() > VALUE_CHARS_MAX || value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a parameter is too long, or has control characters");
        }
        var out = new StringBuilder(value.length());
        for (byte one : utf8(value)) {
            if (UNRESERVED.indexOf(one) >= 0) {
                out.append((char) one);
            } else {
                out.append(String.format("%%%02X", one));
            }
        }
        return out.toString();
    }

    private static byte[] utf8(String value) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
            byte[] encoded = new byte[bytes.remaining()];
            bytes.get(encoded);
            return encoded;
        } catch (CharacterCodingException half) {
            throw new IllegalArgumentException("a parameter is no text", half);
        }
    }

    private static void requireSegment(String segment) {
        if (!isLiteral(PLACE.matcher(segment).replaceAll(""))
                || DOTS.matcher(segment).matches()) {
            throw new IllegalArgumentException("that is no path of an URL");
        }
    }

    private static void requirePair(String pair) {
        int equals = pair.indexOf('=');
        String key = equals < 0 ? pair : pair.substring(0, equals);
        String value = PLACE.matcher(pair.substring(Math.min(pair.length(), key.length() + 1)))
                .replaceAll("");
        if (!isLiteral(key) || Arrays.stream(value.split("[=/?]", -1)).anyMatch(part -> !isLiteral(part))) {
            throw new IllegalArgumentException("that is no query of an URL: {name} may stand behind an equals sign");
        }
    }

    /// In two steps: one pattern for both would need as much stack as the text is long.
    private static boolean isLiteral(String text) {
        return PLAIN.matcher(ESCAPED.matcher(text).replaceAll("")).matches();
    }

    private static int port(String digits) {
        int port = Integer.parseInt(digits);
        if (port == 0) {
            throw new IllegalArgumentException("that is no port");
        }
        return port;
    }

    private void addNames(String part) {
        PLACE.matcher(part).results().forEach(place -> names.add(place.group(1)));
    }

    /// The names that a caller must give.
    public Set<String> parameters() {
        return Set.copyOf(names);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UrlTemplate that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /// The text it was parsed from.
    @Override
    public String toString() {
        return text;
    }
}
