package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// `invoke-cold`: the first call of a function that was never run before.
final class ColdBench {
    private static final String NAME = "invoke-cold";
    private static final int CALLS = 30;

    /// Long enough for the pool of fresh guests to be full again.
    private static final long REFILL_MILLIS = 400;

    private ColdBench() {}

    static void run(Report report) throws IOException, InterruptedException {
        double python = bareStart(List.of("/usr/bin/python3", "-I", "-c", "pass"), CALLS);
        double node = bareStart(List.of("/usr/bin/node", "-e", "0"), CALLS);
        try (Scratch scratch = Scratch.create()) {
            try (SluiceServer server = SluiceServer.start(scratch.path().resolve("pool"))) {
                report(report, "fresh guest waiting", firstCalls(server, "python3", REFILL_MILLIS), "python3", python);
                report(report, "fresh guest waiting", firstCalls(server, "nodejs", REFILL_MILLIS), "nodejs", node);
            }
            try (SluiceServer server = SluiceServer.start(scratch.path().resolve("empty"), "--ready-guests", "0")) {
                report(report, "no guest waiting", firstCalls(server, "python3", 0), "python3", python);
                report(report, "no guest waiting", firstCalls(server, "nodejs", 0), "nodejs", node);
            }
        }
    }

    private static void report(Report report, String how, Samples samples, String image, double bareMicros) {
        String aim = how.startsWith("fresh") ? "<= 15 ms" : "";
        report.add(Figure.of(NAME, image + " first call, " + how + ", median", samples.micros(0.5) / 1e3, "ms", aim)
                .beside("bare " + image + " start", bareMicros / 1e3));
    }

    private static Samples firstCalls(SluiceServer server, String image, long pauseMillis)
            throws IOException, InterruptedException {
        boolean isPython = image.equals("python3");
        String source = isPython
                ? "def handle(context, payload):\n    return payload\n"
                : "module.exports = function (c, payload) { return payload }\n";
        String prefix = "cold-" + image + "-";
        for (int i = 0; i < CALLS; i++) {
            server.create(prefix + i, image, isPython ? "noop.py" : "noop.js", source);
        }
        long[] nanos = new long[CALLS];
        for (int i = 0; i < CALLS; i++) {
            Thread.sleep(pauseMillis);
            nanos[i] = server.exec(prefix + i).once();
        }
        return Samples.of(nanos, 1);
    }

    /// The median of so many starts, in microseconds.
    static double bareStart(List<String> command, int starts) throws IOException, InterruptedException {
        long[] nanos = new long[starts];
        for (int i = 0; i < starts; i++) {
            long start = System.nanoTime();
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() != 0) {
                throw new IOException("a bare interpreter did not start: " + Path.of(command.getFirst()));
            }
            nanos[i] = System.nanoTime() - start;
        }
        return Samples.of(nanos, 1).micros(0.5);
    }
}
