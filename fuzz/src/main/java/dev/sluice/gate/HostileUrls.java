package dev.sluice.gate;

import dev.sluice.bytes.Bytes;
import dev.sluice.egress.Outbound;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// URLs of external gates, and what is filled in, as the fuzzer calls it.
public final class HostileUrls {
    private HostileUrls() {}

    /// The first line is the template, the rest the value of each parameter.
    public static void fill(byte[] content) {
        String[] parts = new String(content, StandardCharsets.UTF_8).split("\n", 2);
        try {
            UrlTemplate template = UrlTemplate.parse(parts[0]);
            if (!UrlTemplate.parse(template.toString()).equals(template)) {
                throw new IllegalStateException("a template that prints as another one");
            }
            String target = template.fill(each(template.parameters(), parts.length > 1 ? parts[1] : ""));
            requireSameShape(template.fill(each(template.parameters(), "x")), target);
            var _ = new Outbound(template.origin(), "POST", target, Map.of(), Bytes.EMPTY);
        } catch (IllegalArgumentException expected) {
            if (String.valueOf(expected.getMessage()).length() > 200) {
                throw new IllegalStateException("a refusal that repeats what it refuses", expected);
            }
        }
    }

    private static Map<String, String> each(Set<String> names, String value) {
        var values = new HashMap<String, String>();
        names.forEach(name -> values.put(name, value));
        return values;
    }

    /// No value is more than a part of one segment or of one query value.
    private static void requireSameShape(String harmless, String target) {
        for (String mark : new String[] {"/", "?", "&", "#", "="}) {
            if (harmless.split(java.util.regex.Pattern.quote(mark), -1).length
                    != target.split(java.util.regex.Pattern.quote(mark), -1).length) {
                throw new IllegalStateException("a value that is more than a value");
            }
        }
    }
}
