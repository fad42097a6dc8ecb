package dev.sluice.api;

import dev.sluice.api.FunctionEntity.Tag;
import dev.sluice.http.Request;
import dev.sluice.run.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/// Tags of entities: a map, so their order is not kept and the last of a key counts. Lists are filtered by the
/// application that something is tagged with, and by nothing else.
///
/// Source: contracts/dispatch.md 2.0.
final class Tags {
    private Tags() {}

    /// @throws Rejection 422
    static List<Tag> of(JsonBody fields) {
        var tags = new TreeMap<String, String>();
        for (JsonNode tag : fields.list("tags")) {
            JsonBody pair = JsonBody.ofObject(tag);
            tags.put(pair.text("key").orElse(""), pair.text("value").orElse(""));
        }
        return tags.entrySet().stream()
                .map(tag -> new Tag(tag.getKey(), tag.getValue()))
                .toList();
    }

    /// What has all the tags that the query names.
    ///
    /// @throws Rejection 400 for a tag that does not name an application
    static Predicate<List<Tag>> wanted(Request request) {
        List<String> values = wantedApplications(request);
        return tags -> values.stream()
                .allMatch(value -> tags.stream()
                        .anyMatch(tag ->
                                Run.namesApplication(tag.key()) && tag.value().equals(value)));
    }

    /// The applications that the query names.
    ///
    /// @throws Rejection 400 for a tag that does not name one
    static List<String> wantedApplications(Request request) {
        List<String> values = new ArrayList<>();
        for (String tag : request.queryParameters().getOrDefault("tags", List.of())) {
            int at = tag.indexOf('=');
            if (at < 0 || !Run.namesApplication(tag.substring(0, at))) {
                throw Rejection.of(400, "error parsing tag '" + tag + "': only Application=NAME is supported");
            }
            values.add(tag.substring(at + 1));
        }
        return values;
    }
}
