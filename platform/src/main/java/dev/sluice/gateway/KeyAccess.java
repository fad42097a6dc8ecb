package dev.sluice.gateway;

import dev.sluice.authn.Doorkeeper;
import dev.sluice.authn.Doorkeeper.Finding;
import dev.sluice.authn.Doorkeeper.Ring;
import dev.sluice.http.Request;
import dev.sluice.kernel.Task;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// Asks for a key: in `X-API-Key`, or in `Authorization` after the word `ApiKey`. Both at once prove nothing.
///
/// @param door      names the endpoint among all
/// @param rings     whose keys count now
/// @param authority what a run of somebody known may do
public record KeyAccess(Doorkeeper keeper, String door, Supplier<Optional<Ring>> rings, Supplier<Task> authority)
        implements Access {
    private static final String SCHEME = "ApiKey";
    private static final String HEADER = "x-api-key";

    @Override
    public Verdict judge(Request request, String realm) {
        Optional<String> alone = request.header(HEADER);
        Optional<String> said = Authorization.said(request, SCHEME);
        String key = alone.isPresent() && said.isPresent()
                ? ""
                : alone.or(() -> said).orElse("");
        return switch (keeper.key(door, rings, key, request.peer())) {
            case Finding.Known(String name) ->
                PasswordAccess.known("apikey", name, authority, Set.of(HEADER, Authorization.HEADER));
            case Finding.Unknown() ->
                Turned.unauthorized(
                        SCHEME + " realm=\"" + realm + "\"", "this API asks for a key in the header X-API-Key");
            case Finding.TooMany(var pause) -> Turned.tooOften(pause);
            case Finding.Busy() -> Turned.busy();
        };
    }

    /// Without whose keys count.
    @Override
    public String toString() {
        return "KeyAccess";
    }
}
