package dev.sluice.gateway;

import dev.sluice.http.HttpRefused;
import dev.sluice.http.Request;
import java.util.Optional;

/// The `Authorization` header: a scheme, and what it says.
///
/// @param scheme its case does not matter
record Authorization(String scheme, String said) {
    static final String HEADER = "authorization";

    /// @throws HttpRefused 400 where it is sent twice
    static Optional<Authorization> of(Request request) {
        return request.header(HEADER).map(String::strip).flatMap(text -> {
            int space = text.indexOf(' ');
            return space < 0
                    ? Optional.empty()
                    : Optional.of(new Authorization(
                            text.substring(0, space), text.substring(space + 1).strip()));
        });
    }

    /// What was said by a scheme; empty where it was by none or another one.
    static Optional<String> said(Request request, String scheme) {
        return of(request).filter(one -> one.scheme().equalsIgnoreCase(scheme)).map(Authorization::said);
    }

    /// Without what was said.
    @Override
    public String toString() {
        return "Authorization";
    }
}
