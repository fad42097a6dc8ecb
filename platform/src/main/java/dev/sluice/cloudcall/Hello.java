package dev.sluice.cloudcall;

/// What a guest says of itself when its runtime is ready for a function.
///
/// @param runtime `python3`, `nodejs` or `java`
/// @param version of the interpreter
public record Hello(String runtime, String version) {}
