package dev.sluice.run;

/// Where a run's time went, in microseconds. The first two depend on what else the machine did, so they are whole
/// milliseconds, rounded up: they tell no more of others than who waited for the run sees on his clock.
///
/// @param queue  from its acceptance until there was room for it, with the tries before its last one
/// @param start  until its function had the input: its secrets were read, and its guest was found or started
/// @param run    until the function had answered, or had failed to
/// @param answer until its end was as its record has it
public record Times(long queue, long start, long run, long answer) {}
