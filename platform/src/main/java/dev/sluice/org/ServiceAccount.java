package dev.sluice.org;

/// An account that shows who it is by signing with a key whose public half is kept here.
///
/// @param publicKey base64 of the PEM text, as Dispatch's client sends it
public record ServiceAccount(String id, String name, String publicKey, long createdSeconds, long modifiedSeconds) {}
