package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// A chunk as a server-sent event. An object of `data` and no more than `event`, `id` and `retry` (milliseconds) beside
/// it is one that says all of itself; of anything else the data is its JSON.
///
/// Source: HTML, 9.2.
final class EventText {
    static final Bytes COMMENT = Bytes.utf8(":\n\n");

    private static final String EVENT = "event";
    private static final String ID = "id";
    private static final String RETRY = "retry";
    private static final String DATA = "data";
    private static final Set<String> FIELDS = Set.of(EVENT, ID, RETRY, DATA);
    private static final int RETRY_MILLIS_MAX = 86_400_000;

    /// A line end in a field would begin another one.
    private static final Pattern FIELD = Pattern.compile("[^\\r\\n\\u0000]*");

    private static final Pattern LINE_END = Pattern.compile("\\r\\n|\\r|\\n");

    private EventText() {}

    /// @return empty for an event with a field that is none
    static Optional<Bytes> of(Bytes chunk) {
        JsonNode said = isObject(chunk) ? StreamForm.read(chunk) : StreamForm.JSON.missingNode();
        if (!said.has(DATA) || !FIELDS.containsAll(said.propertyNames())) {
            return Optional.of(Bytes.utf8("data: " + StreamForm.line(chunk).utf8() + '\n'));
        }
        var text = new StringBuilder();
        JsonNode retry = said.path(RETRY);
        boolean isRetry = retry.isInt() && retry.intValue() >= 0 && retry.intValue() <= RETRY_MILLIS_MAX;
        if (!isRetry && !retry.isMissingNode()) {
            return Optional.empty();
        }
        if (isRetry) {
            text.append(RETRY).append(": ").append(retry.intValue()).append('\n');
        }
        if (!add(EVENT, said.path(EVENT), text) || !add(ID, said.path(ID), text)) {
            return Optional.empty();
        }
        JsonNode data = said.path(DATA);
        String all = data.isString() ? data.stringValue() : data.toString();
        for (String line : LINE_END.split(all, -1)) {
            text.append("data: ").append(line).append('\n');
        }
        return Optional.of(Bytes.utf8(text.append('\n').toString()));
    }

    private static boolean isObject(Bytes json) {
        return json.utf8().stripLeading().startsWith("{");
    }

    private static boolean add(String name, JsonNode value, StringBuilder text) {
        if (value.isMissingNode()) {
            return true;
        }
        if (!value.isString() || !FIELD.matcher(value.stringValue()).matches()) {
            return false;
        }
        text.append(name).append(": ").append(value.stringValue()).append('\n');
        return true;
    }
}
