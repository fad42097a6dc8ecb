package dev.sluice.gateway;

import dev.sluice.authn.Doorkeeper.Finding;
import dev.sluice.authn.Doorkeeper.Ring;
import dev.sluice.authn.SharedKeys;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.http.Request;
import dev.sluice.kernel.Task;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Asks for requests that are signed with a shared key (RFC 9421, `hmac-sha256`), just now, each once, in all that
/// counts: the method, the host, the path, the query and, where the function gets it, the body (RFC 9530).
///
/// @param door      names the endpoint among all
/// @param rings     whose keys count now
/// @param authority what a run of somebody known may do
public record SignedAccess(
        SharedKeys keys, String door, Supplier<Optional<Ring>> rings, Clock clock, Supplier<Task> authority)
        implements Access {
    private static final String ALGORITHM = "hmac-sha256";
    private static final String DIGEST = "content-digest";
    private static final List<String> ALWAYS = List.of("@method", "@authority", "@path", "@query");
    private static final Pattern SHA_256 = Pattern.compile("(?:^|,) *sha-256=:([A-Za-z0-9+/]{43}=): *(?:,|$)");
    private static final Set<String> PROOFS =
            Set.of(MessageSignature.INPUT, MessageSignature.SIGNATURE, Authorization.HEADER);

    @Override
    public Verdict judge(Request request, String realm) {
        Optional<SharedKeys.Signed> shown = MessageSignature.of(request)
                .filter(signature -> isWhole(signature, request))
                .flatMap(signature -> shown(signature, request));
        Finding finding = shown.isEmpty() ? new Finding.Unknown() : keys.signed(door, rings, shown.get());
        return switch (finding) {
            case Finding.Known(String name) -> {
                contentDigest(request).ifPresent(request::requireBody);
                yield PasswordAccess.known("hmac", name, authority, PROOFS);
            }
            case Finding.Unknown(), Finding.TooMany(var _) ->
                Turned.unauthorized(
                        "Signature realm=\"" + realm + "\"",
                        "this API asks for signed requests (RFC 9421, hmac-sha256 over @method, @authority, @path,"
                                + " @query and content-digest, with created and keyid)");
            case Finding.Busy() -> Turned.busy();
        };
    }

    /// Whether it covers all that counts, and has not ended.
    private boolean isWhole(MessageSignature signature, Request request) {
        String algorithm = signature.parameters().getOrDefault("alg", ALGORITHM);
        boolean isOver = signature.parameters().containsKey("expires")
                && signature
                        .moment("expires")
                        .filter(end -> clock.instant().isBefore(end))
                        .isEmpty();
        boolean isOfBody = HttpInput.isBodiless(request.method())
                || (signature.covered().contains(DIGEST)
                        && contentDigest(request).isPresent());
        return signature.covered().containsAll(ALWAYS) && isOfBody && algorithm.equals(ALGORITHM) && !isOver;
    }

    private static Optional<SharedKeys.Signed> shown(MessageSignature signature, Request request) {
        Optional<Instant> created = signature.moment("created");
        String key = signature.parameters().getOrDefault("keyid", "");
        Optional<Bytes> base = signature.base(request);
        return created.isEmpty() || key.isEmpty()
                ? Optional.empty()
                : base.map(signed -> new SharedKeys.Signed(key, created.get(), signed, signature.signature()));
    }

    private static Optional<Digest> contentDigest(Request request) {
        Matcher sha = SHA_256.matcher(request.header(DIGEST).orElse(""));
        return sha.find()
                ? Optional.of(
                        new Digest(HexFormat.of().formatHex(Base64.getDecoder().decode(sha.group(1)))))
                : Optional.empty();
    }

    /// Without whose keys count.
    @Override
    public String toString() {
        return "SignedAccess";
    }
}
