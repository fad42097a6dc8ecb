package dev.sluice.api;

import dev.sluice.event.Filter;
import dev.sluice.event.Filter.Attributes;
import dev.sluice.event.Filter.Comparison;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// Filters of subscriptions in the six dialects that the CloudEvents Subscriptions API has everybody take. Its seventh,
/// `sql`, is refused: docs/design/events.md says why.
///
/// Source: CloudEvents Subscriptions API, section 3.2.4.1.
final class Filters {
    /// Of one subscription, nested ones among them.
    static final int FILTERS_MAX = 64;

    private static final int DEPTH_MAX = 8;
    private static final int TEXT_CHARS_MAX = 1024;

    private int left = FILTERS_MAX;

    private Filters() {}

    /// All of them.
    ///
    /// @throws Rejection 400
    static Filter all(List<JsonNode> filters) {
        var parsing = new Filters();
        return new Filter.All(
                filters.stream().map(one -> parsing.filter(one, 1)).toList());
    }

    private Filter filter(JsonNode json, int depth) {
        left--;
        if (depth > DEPTH_MAX || left < 0) {
            throw invalid("there are more than " + FILTERS_MAX + ", or more than " + DEPTH_MAX + " one inside another");
        }
        if (!json.isObject() || json.size() != 1) {
            throw invalid("each is an object with one dialect");
        }
        Map.Entry<String, JsonNode> only = json.properties().iterator().next();
        JsonNode value = only.getValue();
        return switch (only.getKey()) {
            case "all" -> new Filter.All(filters(value, depth));
            case "any" -> new Filter.Any(filters(value, depth));
            case "not" -> new Filter.Not(filter(value, depth + 1));
            case "sql" ->
                throw invalid("sql is not taken here, as nothing bounds how long an expression takes:"
                        + " say it with exact, prefix, suffix, all, any and not");
            default -> attributes(only.getKey(), value);
        };
    }

    private List<Filter> filters(JsonNode json, int depth) {
        if (!json.isArray() || json.isEmpty()) {
            throw invalid("all and any have an array of filters");
        }
        var filters = new ArrayList<Filter>();
        json.forEach(one -> filters.add(filter(one, depth + 1)));
        return filters;
    }

    private static Filter attributes(String dialect, JsonNode json) {
        Optional<Comparison> comparison = Arrays.stream(Comparison.values())
                .filter(one -> one.word().equals(dialect))
                .findFirst();
        if (comparison.isEmpty()) {
            throw invalid("the dialects are exact, prefix, suffix, all, any and not");
        }
        if (!json.isObject() || json.isEmpty() || json.size() > FILTERS_MAX) {
            throw invalid(dialect + " has an object of attributes and what they are compared with");
        }
        var wanted = new TreeMap<String, String>();
        json.properties().forEach(one -> {
            String value = one.getValue().asString("");
            if (!one.getValue().isString() || value.isEmpty() || value.length() > TEXT_CHARS_MAX) {
                throw invalid(dialect + " compares with texts of 1 to " + TEXT_CHARS_MAX + " characters");
            }
            if (!CloudEvent.isName(one.getKey())) {
                throw invalid(dialect + " names attributes of events, such as type, source or subject: 1 to "
                        + CloudEvent.NAME_CHARS_MAX + " of a to z and 0 to 9");
            }
            wanted.put(one.getKey(), value);
        });
        return new Attributes(comparison.get(), wanted);
    }

    private static Rejection invalid(String why) {
        return Rejection.of(400, "filters in body are not as they should be: " + why);
    }
}
