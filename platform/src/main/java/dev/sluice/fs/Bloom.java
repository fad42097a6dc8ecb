package dev.sluice.fs;

/// A set of fixed size that forgets nothing, and now and then believes to hold what was never added: by chance,
/// and other things with another seed. Not thread-safe.
final class Bloom {
    private static final int HASHES = 5;

    private final long[] bits;
    private final long seed;

    /// @param sizeBytes a power of two
    Bloom(int sizeBytes, long seed) {
        this.bits = new long[sizeBytes / Long.BYTES];
        this.seed = seed;
    }

    /// @return whether it was not there
    boolean add(long high, long low) {
        long hash = mixed(high ^ seed);
        long step = mixed(low + seed) | 1;
        boolean isNew = false;
        for (int i = 0; i < HASHES; i++) {
            long bit = 1L << hash;
            int word = (int) (hash >>> 6) & (bits.length - 1);
            isNew |= (bits[word] & bit) == 0;
            bits[word] |= bit;
            hash += step;
        }
        return isNew;
    }

    boolean contains(long high, long low) {
        long hash = mixed(high ^ seed);
        long step = mixed(low + seed) | 1;
        for (int i = 0; i < HASHES; i++) {
            if ((bits[(int) (hash >>> 6) & (bits.length - 1)] & (1L << hash)) == 0) {
                return false;
            }
            hash += step;
        }
        return true;
    }

    /// A finalizer of SplitMix64: each bit of the result hangs on all bits.
    private static long mixed(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
