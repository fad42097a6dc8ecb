package dev.sluice.authn;

import java.time.Instant;

/// A token that the server gives out.
public record IssuedToken(String token, Instant end) {}
