package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.Usage;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/// The control group of one guest: with version 1 one directory in each hierarchy, with version 2 a single one.
///
/// @param directories where the guest's processes are put before they become a guest
/// @param events the file with the line `oom_kill N`
/// @param counters what its processes have used
record Cgroup(List<Path> directories, Path events, Counters counters) {
    private static final String OOM_KILLS = "oom_kill ";

    /// Whether the kernel has killed a process of it for want of memory.
    boolean ranOutOfMemory() {
        try {
            return Files.readAllLines(events).stream()
                    .filter(line -> line.startsWith(OOM_KILLS))
                    .anyMatch(line -> !line.equals(OOM_KILLS + "0"));
        } catch (IOException gone) {
            return false;
        }
    }

    /// Where the kernel says what the processes of a group have used.
    ///
    /// @param cpu        a number of nanoseconds, or a line with [#CPU_MICROS] and a number
    /// @param memory     how many bytes they hold
    /// @param memoryPeak how many they have held at most; not there in older kernels
    record Counters(Path cpu, Path memory, Path memoryPeak) {
        private static final String CPU_MICROS = "usage_usec ";
        private static final long NANOS_IN_A_MICRO = 1_000;
        private static final int FILE_BYTES_MAX = 4 << 10;

        /// @throws IOException if the group is gone, or the kernel does not say
        Usage read() throws IOException {
            return new Usage(cpuMicros(), numberOrZero(memory), numberOrZero(memoryPeak));
        }

        private long cpuMicros() throws IOException {
            for (String line : text(cpu).lines().toList()) {
                if (line.startsWith(CPU_MICROS)) {
                    return Long.parseLong(line.substring(CPU_MICROS.length()).strip());
                }
            }
            return Long.parseLong(text(cpu).strip()) / NANOS_IN_A_MICRO;
        }

        private static long numberOrZero(Path file) throws IOException {
            return Files.exists(file) ? Long.parseLong(text(file).strip()) : 0;
        }

        /// Whoever is interrupted meanwhile reads it all the same.
        private static String text(Path file) throws IOException {
            try (var in = new FileInputStream(file.toFile())) {
                return new String(in.readNBytes(FILE_BYTES_MAX), StandardCharsets.US_ASCII);
            }
        }
    }

    /// Kills every process in it.
    void killAll() throws IOException {
        for (Path directory : directories) {
            Path kill = directory.resolve("cgroup.kill");
            if (Files.exists(kill)) {
                Cgroups.write(kill, "1");
                continue;
            }
            for (String process : processes(directory)) {
                ProcessHandle.of(Long.parseLong(process)).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    /// Removes it if no process is in it; false if it has to be tried again.
    boolean remove() {
        boolean gone = true;
        for (Path directory : directories) {
            try {
                Files.deleteIfExists(directory);
            } catch (IOException busy) {
                gone = false;
            }
        }
        return gone;
    }

    private static List<String> processes(Path directory) throws IOException {
        try {
            return Files.readAllLines(directory.resolve("cgroup.procs"));
        } catch (NoSuchFileException gone) {
            return List.of();
        }
    }
}
