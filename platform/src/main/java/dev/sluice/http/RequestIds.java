package dev.sluice.http;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// Names for requests, which every answer carries as [#HEADER]: under it, who may know can ask why he was refused.
/// All of one length, and nobody guesses another one's.
final class RequestIds {
    static final String HEADER = "X-Request-Id";

    private static final int ID_BYTES = 16;

    private final RandomGenerator random;

    /// @param random thread-safe
    RequestIds(RandomGenerator random) {
        this.random = random;
    }

    String next() {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }
}
