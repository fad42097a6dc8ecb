package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.FsPath;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// How an endpoint's requests are spread over what may run them: each has a place below [#PLACES], and each version as
/// many of these as its weight.
///
/// @param isSticky whether who asks again has the same place, after a restart too: who has shown who he is, by that;
///                 others by their address, of IPv6 by their network of 64 bits
/// @param cache    how answers are kept; absent where each request runs
public record Routing(boolean isSticky, Optional<CacheTerms> cache) {
    /// Requests have places by chance.
    public static final Routing BY_CHANCE = new Routing(false, Optional.empty());

    public static final int PLACES = 100;

    private static final RandomGenerator CHANCE = new SecureRandom();
    private static final String SUBJECT = "sub";

    /// @param endpoint its gate: who asks two endpoints has two places
    /// @param claims   what is so of who asks
    int place(FsPath endpoint, Optional<ObjectNode> claims, InetAddress client) {
        if (!isSticky) {
            return CHANCE.nextInt(PLACES);
        }
        String who = claims.map(known -> known.get(SUBJECT))
                .filter(JsonNode::isString)
                .map(subject -> "subject " + subject.stringValue())
                .orElseGet(() -> "network " + Throttle.network(client));
        return Math.floorMod(Digest.of(Bytes.utf8(endpoint + "\n" + who)).hashCode(), PLACES);
    }
}
