package dev.sluice.schedule;

import dev.sluice.schedule.Scheduler.Standing;

/// Room that is wanted for a run.
///
/// @param tenant   at whose cost
/// @param function which of the tenant's functions take turns; empty for what is none
public record Wish(String tenant, String function, int memoryMib, Standing standing) {}
