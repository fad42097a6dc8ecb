package dev.sluice.source;

import dev.sluice.bytes.Bytes;
import java.security.MessageDigest;
import java.util.List;

/// What a request says that it is, until it is proved.
///
/// @param kind       what happened, in the sender's word; empty where he says none
/// @param id         the message's; empty where he says none
/// @param before     what is signed before the body
/// @param signatures of which one must be right
public record Claim(String kind, String id, Hmac hmac, Bytes before, List<Bytes> signatures) {
    static final int SIGNATURES_MAX = 8;

    public Claim {
        signatures = List.copyOf(signatures);
    }

    /// Whether who sent it has one of those keys. Takes as long wherever a signature is wrong.
    boolean isProved(Bytes body, List<Bytes> keys) {
        boolean isProved = false;
        for (Bytes key : keys) {
            byte[] expected = hmac.of(key, before, body);
            for (Bytes signature : signatures) {
                isProved |= MessageDigest.isEqual(expected, signature.toArray());
            }
        }
        return isProved;
    }
}
