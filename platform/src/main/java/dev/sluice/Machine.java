package dev.sluice;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
        List<String> lines = Files.readAllLines(MEMINFO);
        for (String line : lines) {
            if (line.startsWith("MemAvailable:")) {
                String kib = line.replaceAll("[^0-9]", "");
                int mib = Math.toIntExact(Long.parseLong(kib) / 1024) - RESERVE_MIB;
                if (mib < GUESTS_MIB_MIN) {
                    throw new IOException("only " + (mib + RESERVE_MIB) + " MiB of memory are free; "
                            + (GUESTS_MIB_MIN + RESERVE_MIB) + " are needed");
                }
                return mib;
            }
        }
        throw new IOException("the kernel does not say how much memory is free");
    }
}
