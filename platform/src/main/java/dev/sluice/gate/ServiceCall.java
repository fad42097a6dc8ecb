package dev.sluice.gate;

import dev.sluice.bytes.Bytes;
import java.util.Map;

/// What a caller of an external gate decides: what stands in the places of its URL, and the body.
public record ServiceCall(Map<String, String> parameters, Bytes body) {
    public ServiceCall {
        parameters = Map.copyOf(parameters);
    }
}
