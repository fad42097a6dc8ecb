package dev.sluice.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What a server needs of the machine's memory.
record ServerMemory(long pid) {
    /// What lives on the server's heap, after a collection.
    long liveBytes() throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        String[] total = lines.getLast().strip().split(" +", -1);
        if (process.waitFor() != 0 || !total[0].equals("Total")) {
            throw new IOException("the server's heap cannot be looked at: " + lines.getFirst());
        }
        return Long.parseLong(total[2]);
    }

    /// What the server's process has of the machine's memory now.
    double residentMib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
            }
        }
        throw new IOException("the system does not say how much memory the server has");
    }
}
