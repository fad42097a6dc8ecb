package dev.sluice.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Each CloudCall end to end, timed by a Python function: to the server, through every check, to disk and back.
final class CallsBench {
    private static final int ROUNDS = 5_000;
    private static final int SYNCS = 300;
    private static final String AIM_READ = "<= 100 us";
    private static final String AIM_WRITE = "<= 2,000 us";
    private static final Map<String, String> AIMS = Map.of(
            "read file", AIM_READ,
            "create directory", AIM_WRITE,
            "create file", AIM_WRITE,
            "write file", AIM_WRITE,
            "delete", AIM_WRITE);
    private static final List<String> CHANGES = List.of("create directory", "create file", "write file", "delete");

    private CallsBench() {}

    static void run(Report report, SluiceServer server, Path scratch) throws IOException, InterruptedException {
        String me = server.principal();
        String base = "home:<" + me + "," + me + ">:bench";
        server.directory(base);
        server.gate("home:<T," + me + ">:calls", me, SluiceServer.resource("calls.py"));
        JsonNode medians = server.invoke(
                "home:<T," + me + ">:calls",
                "{\"base\":\"" + base + "\",\"label\":\"" + me + "," + me + "\",\"rounds\":" + ROUNDS + "}");
        double roundTrip = medians.get("round trip").doubleValue();
        double sync = durableMicros(scratch.resolve("sync"));
        medians.propertyStream()
                .filter(field -> !field.getKey().equals("duration"))
                .forEach(field -> {
                    Figure figure = Figure.of(
                            KernelBench.NAME,
                            field.getKey(),
                            field.getValue().doubleValue(),
                            "us",
                            AIMS.getOrDefault(field.getKey(), ""));
                    report.add(
                            CHANGES.contains(field.getKey())
                                    ? figure.beside("write and fdatasync 200 bytes", sync)
                                    : figure.beside("call that does nothing", roundTrip));
                });
    }

    /// The median of what this disk needs for a small durable write.
    private static double durableMicros(Path file) throws IOException {
        long[] nanos = new long[SYNCS];
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < SYNCS; i++) {
                long start = System.nanoTime();
                channel.write(ByteBuffer.allocate(200));
                channel.force(false);
                nanos[i] = System.nanoTime() - start;
            }
        }
        return Samples.of(nanos, 1).micros(0.5);
    }
}
