package dev.sluice.gate;

import dev.sluice.bytes.Bytes;
import java.util.Map;

/// What a server on the internet answered, whatever its status.
///
/// @param headers by their names in lower case
public record ServiceAnswer(int status, Map<String, String> headers, Bytes body) {}
