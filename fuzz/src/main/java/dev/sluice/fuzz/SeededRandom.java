package dev.sluice.fuzz;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/// The same ids in each run of the tester. Not secure at all; thread-safe.
final class SeededRandom extends SecureRandom {
    private static final long serialVersionUID = 1;

    private final transient SplittableRandom source;

    SeededRandom(long seed) {
        this.source = new SplittableRandom(seed);
    }

    @Override
    public synchronized void nextBytes(byte[] bytes) {
        source.nextBytes(bytes);
    }

    @Override
    public synchronized long nextLong() {
        return source.nextLong();
    }
}
