package dev.sluice.api;

import dev.sluice.http.Request;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which function a request wants to run: `hello`, or as Dispatch's client never says it, `hello:3` for one of its
/// versions and `hello:prod` for one of its aliases.
///
/// @param qualifier a version's number or an alias; empty for the function as it is now
record FunctionRef(String name, String qualifier) {
    private static final Pattern FORM =
            Pattern.compile("([A-Za-z0-9_-]{1,128})(?::([A-Za-z0-9_-]{1," + Alias.NAME_CHARS_MAX + "}))?");

    /// @return nothing for what is of no such form too
    static Optional<FunctionRef> of(Request request) {
        return request.query("functionName")
                .map(FORM::matcher)
                .filter(Matcher::matches)
                .map(found -> new FunctionRef(
                        found.group(1), Optional.ofNullable(found.group(2)).orElse("")));
    }

    boolean isQualified() {
        return !qualifier.isEmpty();
    }

    @Override
    public String toString() {
        return isQualified() ? name + ":" + qualifier : name;
    }
}
