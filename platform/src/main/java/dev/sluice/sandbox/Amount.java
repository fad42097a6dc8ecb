package dev.sluice.sandbox;

/// What guests have used, added up.
///
/// @param guests      how many were begun for it
/// @param cpuMicros   processor time
/// @param aliveMicros from the moment that a guest was somebody's until it was gone, all of them together
/// @param mibMicros   the same times the memory that is set aside for the guest, in MiB
/// @param peakBytes   the most memory that one of them has held
public record Amount(long guests, long cpuMicros, long aliveMicros, long mibMicros, long peakBytes) {
    public static final Amount NOTHING = new Amount(0, 0, 0, 0, 0);

    public Amount plus(Amount other) {
        return new Amount(
                guests + other.guests,
                cpuMicros + other.cpuMicros,
                aliveMicros + other.aliveMicros,
                mibMicros + other.mibMicros,
                Math.max(peakBytes, other.peakBytes));
    }
}
