package dev.sluice.schedule;

import org.jspecify.annotations.Nullable;

/// Memory that a run holds.
///
/// @param outer      the room of the run that waits for this one
/// @param sinceNanos as the scheduler's clock has it
record Grant(Tenant tenant, Line line, int mib, Scheduler.@Nullable Lease outer, long sinceNanos) {}
