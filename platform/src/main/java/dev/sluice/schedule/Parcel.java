package dev.sluice.schedule;

/// What an accepted run was given.
///
/// @param isNobodys whether nobody in particular has caused it
public record Parcel(long bytes, boolean isNobodys) {}
