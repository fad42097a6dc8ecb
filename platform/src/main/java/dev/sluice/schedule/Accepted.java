package dev.sluice.schedule;

/// What a tenant's accepted runs were given that have not ended yet, and how many of them have not asked for room.
/// Guarded by the scheduler's lock.
final class Accepted {
    private int promised;
    private int nobodysPromised;
    private long bytes;
    private long nobodysBytes;

    void promise(Parcel parcel) {
        count(1, parcel);
        weigh(parcel.bytes(), parcel);
    }

    /// One has asked for room.
    void redeem(Parcel parcel) {
        count(-1, parcel);
    }

    /// One has ended.
    void release(Parcel parcel) {
        weigh(-parcel.bytes(), parcel);
    }

    private void count(int more, Parcel parcel) {
        promised += more;
        nobodysPromised += parcel.isNobodys() ? more : 0;
    }

    private void weigh(long more, Parcel parcel) {
        bytes += more;
        nobodysBytes += parcel.isNobodys() ? more : 0;
    }

    int promised() {
        return promised;
    }

    /// Of [#promised], those that nobody in particular has caused.
    int nobodysPromised() {
        return nobodysPromised;
    }

    long bytes() {
        return bytes;
    }

    boolean isNone() {
        return promised == 0 && bytes == 0;
    }

    /// Whether one more would be given too much.
    boolean isTooMuch(Parcel parcel, long bytesMax) {
        return bytes + parcel.bytes() > bytesMax
                || (parcel.isNobodys() && nobodysBytes + parcel.bytes() > bytesMax / Scheduler.NOBODYS_PART);
    }
}
