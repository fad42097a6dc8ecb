package dev.sluice.oci;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a registry wants to be asked: its `WWW-Authenticate`.
sealed interface Challenge {
    record Basic() implements Challenge {}

    /// @param realm where a token is had
    record Bearer(String realm, String service) implements Challenge {}

    /// Nothing that is understood here.
    record Unknown() implements Challenge {}

    Pattern PARAMETER = Pattern.compile("([A-Za-z]{1,32})=\"([^\"\\\\]{0,1024})\"");

    static Challenge parse(String header) {
        String scheme = header.strip().toLowerCase(Locale.ROOT);
        if (scheme.startsWith("basic")) {
            return new Basic();
        }
        if (!scheme.startsWith("bearer ")) {
            return new Unknown();
        }
        Map<String, String> parameters = new HashMap<>();
        Matcher found = PARAMETER.matcher(header);
        while (found.find()) {
            parameters.putIfAbsent(found.group(1).toLowerCase(Locale.ROOT), found.group(2));
        }
        String realm = parameters.get("realm");
        return realm == null ? new Unknown() : new Bearer(realm, parameters.getOrDefault("service", ""));
    }
}
