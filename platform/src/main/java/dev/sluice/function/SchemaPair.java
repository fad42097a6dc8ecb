package dev.sluice.function;

import dev.sluice.bytes.Bytes;
import java.util.Optional;

/// What a function's input and output must be like, each a JSON Schema as its text; nothing where anything goes.
public record SchemaPair(Optional<Bytes> input, Optional<Bytes> output) {
    public static final SchemaPair NONE = new SchemaPair(Optional.empty(), Optional.empty());
}
