package dev.sluice.api;

import dev.sluice.authn.Sessions;
import dev.sluice.http.HttpRefused;
import dev.sluice.http.Request;
import java.time.Duration;
import java.util.Optional;

/// The cookie that shows a session, by the name that Dispatch's client hands on, and when a request may be
/// authenticated by it: browsers send cookies whoever made them ask.
///
/// A page of another origin is told by what browsers say of it (`Origin`, `Sec-Fetch-Site`); and whatever changes
/// something needs a header that such a page cannot send without asking first, which is never granted for requests
/// with credentials: `X-Dispatch-Org`, which Dispatch's client always sends.
final class SessionCookie {
    static final String NAME = "_oauth2_proxy";

    private SessionCookie() {}

    /// The session's id, if the request shows one; with a cookie that proves nothing it is empty text.
    ///
    /// @throws Rejection 403 if another origin's page may have made the request
    static Optional<String> of(Request request) {
        Optional<String> id = value(request, NAME);
        if (id.isPresent() && (isForeign(request) || !isMeant(request))) {
            throw Door.forbidden();
        }
        return id;
    }

    /// Without asking who made the request: for what only leads back to the user himself.
    ///
    /// @throws HttpRefused 400 if it is there twice, as another server of this host may have set one of them
    static Optional<String> value(Request request, String name) {
        Optional<String> found = Optional.empty();
        for (String pair : request.header("Cookie").orElse("").split(";", -1)) {
            String one = pair.strip();
            if (one.startsWith(name + "=")) {
                if (found.isPresent()) {
                    throw new HttpRefused(400, "a cookie is sent twice");
                }
                found = Optional.of(one.substring(name.length() + 1));
            }
        }
        return found;
    }

    static String set(Request request, String id) {
        return print(request, NAME, id, "/", Sessions.ABSOLUTE_MAX);
    }

    static String clear(Request request) {
        return print(request, NAME, "", "/", Duration.ZERO);
    }

    static String print(Request request, String name, String value, String path, Duration lives) {
        return name + "=" + value + "; Path=" + path + "; Max-Age=" + lives.toSeconds() + "; HttpOnly; SameSite=Lax"
                + (request.secure() ? "; Secure" : "");
    }

    private static boolean isMeant(Request request) {
        return request.method().equals("GET")
                || request.method().equals("HEAD")
                || request.header("X-Dispatch-Org").isPresent();
    }

    private static boolean isForeign(Request request) {
        String own = (request.secure() ? "https://" : "http://")
                + request.header("Host").orElse("");
        return request.header("Origin").filter(origin -> !origin.equals(own)).isPresent()
                || request.header("Sec-Fetch-Site")
                        .filter(site -> !site.equals("same-origin") && !site.equals("none"))
                        .isPresent();
    }
}
