package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `./sluice bench [--json FILE] [NAME...]`. Exit codes: 0 measured, 1 could not, 2 wrong words.
public final class Bench {
    private static final Map<String, Measure> BENCHES = benches();

    /// One bench.
    @FunctionalInterface
    private interface Measure {
        void run(Report report) throws IOException, InterruptedException;
    }

    private Bench() {}

    public static void main(String[] args) throws InterruptedException {
        System.exit(run(List.of(args)));
    }

    private static int run(List<String> args) throws InterruptedException {
        var names = new ArrayList<String>();
        Path json = null;
        for (int i = 0; i < args.size(); i++) {
            if (args.get(i).equals("--json") && i + 1 < args.size()) {
                i++;
                json = Path.of(args.get(i));
            } else if (BENCHES.containsKey(args.get(i))) {
                names.add(args.get(i));
            } else {
                System.err.println("usage: sluice bench [--json FILE] [" + String.join("|", BENCHES.keySet()) + "]...");
                return 2;
            }
        }
        var report = new Report();
        try {
            for (String name : names.isEmpty() ? BENCHES.keySet() : names) {
                Measure bench = BENCHES.get(name);
                if (bench != null) {
                    bench.run(report);
                }
            }
            if (json != null) {
                report.writeJson(json);
                report.note("written to " + json);
            }
            return 0;
        } catch (IOException cannot) {
            System.err.println("bench: " + cannot.getMessage());
            return 1;
        }
    }

    private static Map<String, Measure> benches() {
        var benches = new LinkedHashMap<String, Measure>();
        benches.put("start", StartBench::run);
        benches.put("label", LabelBench::run);
        benches.put("fs", FsBench::run);
        benches.put(KernelBench.NAME, KernelBench::run);
        benches.put("invoke-warm", WarmBench::run);
        benches.put("invoke-cold", ColdBench::run);
        return benches;
    }
}
