package dev.sluice.egress;

import dev.sluice.bytes.Bytes;
import java.util.Map;

/// One answer, as it came: not decompressed, and no redirect followed.
///
/// @param headers by their names in lower case; the values of one that came several times joined by commas
public record Inbound(int status, Map<String, String> headers, Bytes body) {
    public static final int BODY_BYTES_MAX = 4 << 20;
}
