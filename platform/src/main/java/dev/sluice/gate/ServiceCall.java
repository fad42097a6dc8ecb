package dev.sluice.gate;

import dev.sluice.bytes.Bytes;
import java.util.Map;

/// What a caller of an external gate decides: what stands in the places of its URL, and the body.
///
/// @param headers what only the platform sets, for what it sends itself; the gate's own win
public record ServiceCall(Map<String, String> parameters, Map<String, String> headers, Bytes body) {
    public ServiceCall {
        parameters = Map.copyOf(parameters);
        headers = Map.copyOf(headers);
    }

    public ServiceCall(Map<String, String> parameters, Bytes body) {
        this(parameters, Map.of(), body);
    }
}
