package dev.sluice.gateway;

import dev.sluice.authn.Credentials;
import dev.sluice.authn.Doorkeeper;
import dev.sluice.authn.Doorkeeper.Finding;
import dev.sluice.authn.Doorkeeper.Ring;
import dev.sluice.http.Request;
import dev.sluice.kernel.Task;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/// Asks for a user and his password, as HTTP's Basic scheme sends them (RFC 7617).
///
/// @param door      names the endpoint among all
/// @param rings     who is listed now
/// @param authority what a run of somebody known may do
public record PasswordAccess(Doorkeeper keeper, String door, Supplier<Optional<Ring>> rings, Supplier<Task> authority)
        implements Access {
    private static final String SCHEME = "Basic";
    private static final int SAID_CHARS_MAX = 4096;

    @Override
    public Verdict judge(Request request, String realm) throws InterruptedException {
        Optional<Credentials> shown = Authorization.said(request, SCHEME).flatMap(PasswordAccess::read);
        return switch (keeper.password(door, rings, shown, request.peer())) {
            case Finding.Known(String user) -> known("basic", user, authority, Set.of(Authorization.HEADER));
            case Finding.Unknown() ->
                Turned.unauthorized(
                        SCHEME + " realm=\"" + realm + "\", charset=\"UTF-8\"",
                        "this API asks for a user and his password (HTTP Basic)");
            case Finding.TooMany(var pause) -> Turned.tooOften(pause);
            case Finding.Busy() -> Turned.busy();
        };
    }

    static Entered known(String kind, String name, Supplier<Task> authority, Set<String> proofs) {
        var claims = JsonMapper.shared().createObjectNode();
        claims.put("authentication", kind).put("sub", name);
        return new Entered(authority, Optional.of(claims), proofs);
    }

    private static Optional<Credentials> read(String said) {
        if (said.length() > SAID_CHARS_MAX) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(said);
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            int colon = text.indexOf(':');
            return colon < 0 ? Optional.empty() : Credentials.of(text.substring(0, colon), text.substring(colon + 1));
        } catch (IllegalArgumentException | CharacterCodingException garbage) {
            return Optional.empty();
        }
    }

    /// Without who is listed.
    @Override
    public String toString() {
        return "PasswordAccess";
    }
}
