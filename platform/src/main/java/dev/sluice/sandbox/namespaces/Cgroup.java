package dev.sluice.sandbox.namespaces;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/// The control group of one guest: with version 1 one directory in each hierarchy, with version 2 a single one.
///
/// @param directories where the guest's processes are put before they become a guest
/// @param events the file with the line `oom_kill N`
record Cgroup(List<Path> directories, Path events) {
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
