package dev.sluice.api;

import dev.sluice.http.Request;
import java.util.regex.Pattern;

/// The name in a path, in the form that Dispatch's description gives it. Looked at after who asks, and what he may.
final class PathName {
    private static final Pattern FORM = Pattern.compile("^[\\w\\d\\-]+$");
    private static final Pattern ACCOUNT = Pattern.compile("^[\\w\\d\\-\\.]+$");

    /// What is called so may have dots.
    static final String HOST = "hostName";

    private PathName() {}

    /// @param parameter as Dispatch calls it
    /// @throws Rejection 422
    static String of(Request request, String parameter) {
        return of(request, parameter, parameter.equals(HOST) ? ACCOUNT : FORM);
    }

    /// As [#of(Request, String)], of a service account: it may have dots.
    static String ofAccount(Request request) {
        return of(request, "serviceAccountName", ACCOUNT);
    }

    private static String of(Request request, String parameter, Pattern form) {
        String name = request.parameter("name");
        if (!form.matcher(name).matches()) {
            throw Rejection.of(422, 605, parameter + " in path should match '" + form.pattern() + "'");
        }
        return name;
    }
}
