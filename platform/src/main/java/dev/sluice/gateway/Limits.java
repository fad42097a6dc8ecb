package dev.sluice.gateway;

import java.util.Optional;
import java.util.function.BooleanSupplier;

/// How much an endpoint takes in, and how it gives out.
///
/// @param organization takes one of the requests that all endpoints of the organization may have; false if there is
///     none left for now
/// @param all          of everybody together
/// @param perClient    of each address; of IPv6, of each network of 64 bits
/// @param bodyBytesMax of a request
/// @param streams      what is not handed over in one piece
public record Limits(
        BooleanSupplier organization, Optional<Rate> all, Optional<Rate> perClient, int bodyBytesMax, Streams streams) {
    /// What the gateway takes in at most.
    public static final int BODY_BYTES_MAX = 6 << 20;
}
