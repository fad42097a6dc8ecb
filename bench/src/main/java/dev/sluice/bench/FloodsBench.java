package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

/// One organization's function is called over and over by one caller, alone and while another organization floods the
/// server in some way.
final class FloodsBench {
    private static final String FLOOD = "flood";
    private static final int FLOODERS = 8;
    private static final String VICTIM = "def handle(context, payload):\n    return sum(range(2000))\n";

    private FloodsBench() {}

    /// What floods, each as a function that is called without end; a run that fails is as good as another.
    private static Map<String, String> floods() {
        var floods = new LinkedHashMap<String, String>();
        floods.put("cpu", """
                import time
                def handle(context, payload):
                    end = time.monotonic() + 2
                    while time.monotonic() < end:
                        pass
                """);
        floods.put("memory", """
                def handle(context, payload):
                    hoard = []
                    while True:
                        hoard.append(bytearray(b"x" * (1 << 20)))
                """);
        floods.put("disk", """
                def handle(context, payload):
                    for i in range(100):
                        with open("/tmp/" + str(i % 4), "wb") as file:
                            file.write(b"x" * (8 << 20))
                """);
        floods.put("logs", """
                def handle(context, payload):
                    while True:
                        print("x" * 1000)
                """);
        floods.put("forks", """
                import os, time
                def handle(context, payload):
                    while True:
                        try:
                            if os.fork() == 0:
                                time.sleep(60)
                        except OSError:
                            return "no more"
                """);
        floods.put("cold-starts", """
                import os
                def handle(context, payload):
                    os._exit(1)
                """);
        return floods;
    }

    static void run(Report report, Path data, boolean isQuick) throws IOException, InterruptedException {
        Duration length = isQuick ? Duration.ofSeconds(1) : Duration.ofSeconds(10);
        try (SluiceServer server = SluiceServer.start(data)) {
            server.create("victim", "python3", "victim.py", VICTIM);
            server.make("/v1/iam/organization", "{\"name\":\"" + FLOOD + "\"}");
            SluiceServer flooder = server.in(FLOOD);
            HttpLoad victim = server.exec("victim");
            victim.run(1, length);
            for (Map.Entry<String, String> flood : floods().entrySet()) {
                flooder.create(flood.getKey(), "python3", "f.py", flood.getValue());
                double alone = victim.run(1, length).micros(0.99) / 1e3;
                double flooded = during(flooder.exec(flood.getKey()), () -> victim.run(1, length))
                                .micros(0.99)
                        / 1e3;
                report.add(Figure.of(
                                IsolationBench.NAME,
                                "victim's p99, flood of " + flood.getKey(),
                                flooded,
                                "ms",
                                "ratio <= 1.5")
                        .beside("alone", alone));
            }
        }
    }

    @FunctionalInterface
    private interface Measured {
        Samples run() throws IOException, InterruptedException;
    }

    private static Samples during(HttpLoad flood, Measured measured) throws IOException, InterruptedException {
        var isOver = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < FLOODERS; i++) {
                threads.execute(() -> {
                    while (!isOver.get()) {
                        boolean _ = flood.isAnswered();
                    }
                });
            }
            try {
                Thread.sleep(300); // by now it is under way
                return measured.run();
            } finally {
                isOver.set(true);
            }
        }
    }
}
