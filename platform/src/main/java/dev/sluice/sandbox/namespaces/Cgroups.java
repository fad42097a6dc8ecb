package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.GuestSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// Control groups for guests, below one group for each server: `sluice-ID/gN`. The ID comes from the data directory, so
/// that the next server on it finds what an earlier one left.
sealed interface Cgroups permits CgroupsV1, CgroupsV2 {
    /// How long a share of the processor is reckoned over: short enough that a throttled guest still answers.
    long CPU_PERIOD_MICROS = 100_000;

    /// All guests together weigh as much as one ordinary thread on each processor, whatever else runs there: as much as
    /// those threads of the server do that serve them.
    int PROCESSORS = Runtime.getRuntime().availableProcessors();

    /// Makes the group `name` with the limits of `spec`; nothing is left of it on failure.
    Cgroup create(String name, GuestSpec spec) throws IOException;

    /// The groups of guests that exist.
    List<Cgroup> existing() throws IOException;

    /// The server's own group, which all guests' groups are in: one directory in each hierarchy.
    List<Path> parents();

    /// What all guests together have used, those too that are gone.
    Cgroup.Counters ofAll();

    /// Removes the server's own group, if no guest is left in it.
    default void removeParents() {
        new Cgroup(parents(), parents().getFirst(), ofAll()).remove();
    }

    /// The bytes for `memory` limits.
    static String bytes(int mib) {
        return Long.toString((long) mib << 20);
    }

    /// The processor time in each period that `percent` stands for.
    static String quotaMicros(int percent) {
        return Long.toString(percent * CPU_PERIOD_MICROS / 100);
    }

    /// Of bubblewrap itself: the process outside, and the guest's process 1. Of containers the process above, and
    /// crun's
    /// place, which is free once they have started.
    int PROCESSES_OF_ISOLATION = 2;

    static String processes(int most) {
        return Integer.toString(most + PROCESSES_OF_ISOLATION);
    }

    static void write(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.WRITE);
    }

    /// The names of the groups below `parent`.
    static List<String> namesIn(Path parent) throws IOException {
        var names = new ArrayList<String>();
        if (Files.isDirectory(parent)) {
            try (var entries = Files.newDirectoryStream(parent, Files::isDirectory)) {
                entries.forEach(entry -> names.add(entry.getFileName().toString()));
            }
        }
        return names;
    }
}
