package dev.sluice;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What this machine has for guests.
final class Machine {
    private static final Path MEMINFO = Path.of("/proc/meminfo");

    /// Left to the server itself and to the rest of the machine.
    private static final int RESERVE_MIB = 512;

    /// Below this not even a few guests fit.
    private static final int GUESTS_MIB_MIN = 512;

    private Machine() {}

    /// How much memory guests may hold together: what is free now, but for a reserve.
    ///
    /// @throws IOException if that is not known, or too little for any use
    static int guestMemoryMib() throws IOException {
        int free = readFreeMib();
        if (free - RESERVE_MIB < GUESTS_MIB_MIN) {
            throw new IOException(
                    "only " + free + " MiB of memory are free; " + (GUESTS_MIB_MIN + RESERVE_MIB) + " are needed");
        }
        return free - RESERVE_MIB;
    }

    /// How much memory could be had now without swapping.
    static int freeMib() {
        try {
            return readFreeMib();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static int readFreeMib() throws IOException {
        for (String line : Files.readAllLines(MEMINFO)) {
            if (line.startsWith("MemAvailable:")) {
                return Math.toIntExact(Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024);
            }
        }
        throw new IOException("the kernel does not say how much memory is free");
    }
}
