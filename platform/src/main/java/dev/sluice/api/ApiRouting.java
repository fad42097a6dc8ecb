package dev.sluice.api;

import dev.sluice.gateway.Routing;
import java.util.List;

/// Which versions of its function an API's requests run. Where it says nothing, the function as it is now.
///
/// @param alias  one of the function's, looked up for each request; empty for none
/// @param routes versions with their shares, instead of an alias
/// @param sticky whether who asks again gets the same version, as long as the shares are the same
record ApiRouting(String alias, List<Alias.Share> routes, boolean sticky) {
    static final ApiRouting NONE = new ApiRouting("", List.of(), false);

    private static final String ALIAS = "alias";
    private static final String ROUTES = "routes";

    ApiRouting {
        routes = List.copyOf(routes);
    }

    /// @throws Rejection 400, 422
    static ApiRouting of(JsonBody api) {
        String alias = api.text(ALIAS).orElse("");
        if (!alias.isEmpty() && !Alias.NAME.matcher(alias).matches()) {
            throw Rejection.of(
                    422, 605, "alias in body should match '" + Alias.NAME.pattern() + "': state a version in routes");
        }
        List<Alias.Share> routes = api.list(ROUTES).isEmpty() ? List.of() : Alias.shares(api, ROUTES, "an API");
        if (!alias.isEmpty() && !routes.isEmpty()) {
            throw Rejection.of(400, "an API has an alias or routes, not both: leave one of them out");
        }
        boolean isSticky = api.flag("sticky");
        if (isSticky && alias.isEmpty() && routes.isEmpty()) {
            throw Rejection.of(400, "sticky says which version who asks again gets: state an alias or routes too");
        }
        return new ApiRouting(alias, routes, isSticky);
    }

    /// Whether requests run the function as it is now.
    boolean isPlain() {
        return alias.isEmpty() && routes.isEmpty();
    }

    Routing served(ApiCache cache) {
        return new Routing(sticky, cache.served());
    }

    void writeTo(JsonWriter out) {
        if (!alias.isEmpty()) {
            out.field(ALIAS, alias);
        }
        if (!routes.isEmpty()) {
            Alias.write(ROUTES, routes, out);
        }
        if (sticky) {
            out.name("sticky").value(true);
        }
    }
}
