package dev.sluice.sandbox;

/// What a guest has used since it was started.
///
/// @param cpuMicros       processor time of all its processes, of those too that have ended
/// @param memoryBytes     that it holds now; 0 once it is gone
/// @param memoryPeakBytes the most that it has held; 0 where the kernel does not keep that
public record Usage(long cpuMicros, long memoryBytes, long memoryPeakBytes) {
    public static final Usage NONE = new Usage(0, 0, 0);
}
