package dev.sluice.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What processes have of the machine's memory.
///
/// @param privateMib that no other process has
/// @param sharedMib  of what several have, their part
record ProcessMemory(double privateMib, double sharedMib) {
    static final ProcessMemory NONE = new ProcessMemory(0, 0);

    /// Of this process, all that it has begun, and they.
    static Set<Long> descendants() {
        return ProcessHandle.current().descendants().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    /// Of the descendants that there are now, and were not before.
    static ProcessMemory since(Set<Long> before) throws IOException {
        var now = new HashSet<>(descendants());
        now.removeAll(before);
        ProcessMemory sum = NONE;
        for (long pid : now) {
            ProcessMemory one = of(Path.of("/proc/" + pid + "/smaps_rollup"));
            sum = new ProcessMemory(sum.privateMib + one.privateMib, sum.sharedMib + one.sharedMib);
        }
        return sum;
    }

    ProcessMemory dividedBy(int count) {
        return new ProcessMemory(privateMib / count, sharedMib / count);
    }

    /// Nothing of a process that has ended.
    private static ProcessMemory of(Path rollup) throws IOException {
        double own = 0;
        double part = 0;
        try (Stream<String> lines = Files.lines(rollup)) {
            for (String line : lines.toList()) {
                if (line.startsWith("Private_")) {
                    own += mib(line);
                } else if (line.startsWith("Pss:")) {
                    part += mib(line);
                }
            }
            return new ProcessMemory(own, Math.max(0, part - own));
        } catch (NoSuchFileException | UncheckedIOException ended) {
            return NONE;
        }
    }

    private static double mib(String line) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
    }
}
