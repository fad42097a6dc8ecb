package dev.sluice.gate;

import dev.sluice.label.Component;

/// What a gate grants.
///
/// @param privilege  what its code may act for
/// @param clearance  what an invoker must be vouched for by; T lets everybody in, F only root
/// @param declassify what its successful answers are downgraded by
/// @param maxSecrecy the ceiling of a run's secrecy, beside what it started with
public record GatePolicy(Component privilege, Component clearance, Component declassify, Component maxSecrecy) {}
