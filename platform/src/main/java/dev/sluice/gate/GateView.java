package dev.sluice.gate;

import dev.sluice.bytes.Digest;
import dev.sluice.fs.ObjectId;
import dev.sluice.label.Label;

/// One version of a gate as its readers see it.
///
/// @param <C>     which gate it is
/// @param content a secret in it, such as an injected header, without its value
/// @param digest  of the stored content: what a redirect pins
public record GateView<C extends GateContent>(ObjectId id, long version, Label label, C content, Digest digest) {}
