package dev.sluice.egress;

import dev.sluice.bytes.Bytes;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// One request.
///
/// @param target  path and query, percent-encoded, beginning with a slash
/// @param headers what is sent beside what the exchange itself needs
public record Outbound(Origin origin, String verb, String target, Map<String, String> headers, Bytes body) {
    public static final int BODY_BYTES_MAX = 4 << 20;
    public static final int TARGET_CHARS_MAX = 8 << 10;
    public static final int HEADERS_MAX = 32;
    public static final int HEADER_CHARS_MAX = 4 << 10;
    public static final Set<String> VERBS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

    /// Asks what a server takes; no gate has it for its verb.
    public static final String ASKING = "OPTIONS";

    private static final Set<String> WITHOUT_BODY = Set.of("GET", "HEAD", ASKING);
    private static final Pattern TARGET = Pattern.compile("/(?!/)[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
    private static final Pattern VALUE = Pattern.compile("[!-~]([ \t!-~]*[!-~])?");

    /// Those that say where a message begins and ends, whom it is for, and what becomes of its connection.
    private static final Set<String> RESERVED = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /// @throws IllegalArgumentException with a text for whoever wrote it, without the value of a header
    public Outbound {
        if (!VERBS.contains(verb) && !verb.equals(ASKING)) {
            throw new IllegalArgumentException("a verb is GET, HEAD, POST, PUT, PATCH or DELETE");
        }
        if (target.length() > TARGET_CHARS_MAX || !TARGET.matcher(target).matches()) {
            throw new IllegalArgumentException("that is no path and query of an URL");
        }
        if (body.length() > BODY_BYTES_MAX) {
            throw new IllegalArgumentException("at most " + BODY_BYTES_MAX + " bytes can be sent");
        }
        if (body.length() > 0 && WITHOUT_BODY.contains(verb)) {
            throw new IllegalArgumentException("GET, HEAD and OPTIONS have no body");
        }
        headers = checked(headers);
    }

    /// The headers, by their names in lower case.
    ///
    /// @throws IllegalArgumentException for a name or value that is none, or that only the platform sets
    public static Map<String, String> checked(Map<String, String> headers) {
        if (headers.size() > HEADERS_MAX) {
            throw new IllegalArgumentException("at most " + HEADERS_MAX + " headers can be set");
        }
        var checked = new TreeMap<String, String>();
        headers.forEach((name, value) -> {
            String its = name.toLowerCase(Locale.ROOT);
            if (!NAME.matcher(name).matches() || RESERVED.contains(its)) {
                throw new IllegalArgumentException("that header cannot be set");
            }
            if (value.length() > HEADER_CHARS_MAX || !VALUE.matcher(value).matches()) {
                throw new IllegalArgumentException("a header's value is one line of ASCII without spaces around it");
            }
            if (checked.put(its, value) != null) {
                throw new IllegalArgumentException("each header can be set once");
            }
        });
        return Map.copyOf(checked);
    }
}
