package dev.sluice.api;

import dev.sluice.http.Request;
import dev.sluice.run.Runs;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/// Which part of a list of runs a request asks for. Dispatch's client asks for no part, and gets the newest.
///
/// @param after only runs that are older than this one
record RunPage(int limit, Optional<UUID> after) {
    private static final String LIMIT = "limit";
    private static final String AFTER = "after";
    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /// @throws Rejection 422
    static RunPage of(Request request) {
        return new RunPage(
                request.query(LIMIT).map(RunPage::limit).orElse(Runs.LIST_RUNS_MAX),
                request.query(AFTER).map(text -> id(text, "after in query")));
    }

    private static int limit(String text) {
        int limit;
        try {
            limit = Integer.parseInt(text);
        } catch (NumberFormatException notANumber) {
            throw Rejection.of(422, 601, "limit in query must be of type int32");
        }
        if (limit < 1) {
            throw Rejection.of(422, 609, "limit in query should be greater than or equal to 1");
        }
        if (limit > Runs.LIST_RUNS_MAX) {
            throw Rejection.of(422, 608, "limit in query should be less than or equal to " + Runs.LIST_RUNS_MAX);
        }
        return limit;
    }

    /// @throws Rejection 422
    static UUID id(String text, String where) {
        if (!ID.matcher(text).matches()) {
            throw Rejection.of(422, 601, where + " must be of type uuid: \"" + text + "\"");
        }
        return UUID.fromString(text);
    }

    /// The header that leads on: the same query, after `last`.
    String next(Request request, String path, UUID last) {
        List<String> query = new ArrayList<>();
        request.queryParameters().forEach((name, values) -> {
            if (!name.equals(AFTER)) {
                values.forEach(value -> query.add(encoded(name) + "=" + encoded(value)));
            }
        });
        query.add(AFTER + "=" + last);
        return "<" + path + "?" + String.join("&", query) + ">; rel=\"next\"";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
