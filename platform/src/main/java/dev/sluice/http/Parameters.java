package dev.sluice.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.util.UrlEncoded;
import org.jspecify.annotations.Nullable;

/// Reads what is written as query strings and forms are.
final class Parameters {
    static final int PARAMETERS_MAX = 64;

    private Parameters() {}

    /// By their names, in order.
    ///
    /// @throws HttpRefused 400
    static Map<String, List<String>> of(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return Map.of();
        }
        var values = new LinkedHashMap<String, List<String>>();
        try {
            UrlEncoded.decodeUtf8To(text, 0, text.length(), (name, value) -> {
                if (values.size() >= PARAMETERS_MAX) {
                    throw new IllegalArgumentException("too many parameters");
                }
                values.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
            });
        } catch (IllegalArgumentException malformed) {
            throw new HttpRefused(400, "the query string is malformed");
        }
        return values;
    }
}
