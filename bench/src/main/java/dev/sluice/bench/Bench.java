package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `./sluice bench [--json FILE] [--objects N | --quick] [NAME...]`. Exit codes: 0 measured, 1 could not, 2 wrong
/// words.
public final class Bench {
    private static final Map<String, Measure> BENCHES = benches();

    /// One bench.
    @FunctionalInterface
    private interface Measure {
        void run(Report report, int objects) throws IOException, InterruptedException;
    }

    /// Where a bench needs many.
    private static final int OBJECTS_DEFAULT = 1_000_000;

    /// For a first look.
    private static final int OBJECTS_QUICK = 10_000;

    private Bench() {}

    public static void main(String[] args) throws InterruptedException {
        System.exit(run(List.of(args)));
    }

    private static int run(List<String> args) throws InterruptedException {
        var names = new ArrayList<String>();
        Path json = null;
        int objects = OBJECTS_DEFAULT;
        for (int i = 0; i < args.size(); i++) {
            if (args.get(i).equals("--json") && i + 1 < args.size()) {
                i++;
                json = Path.of(args.get(i));
            } else if (args.get(i).equals("--objects") && i + 1 < args.size() && number(args.get(i + 1)) > 0) {
                i++;
                objects = number(args.get(i));
            } else if (args.get(i).equals("--quick")) {
                objects = OBJECTS_QUICK;
            } else if (BENCHES.containsKey(args.get(i))) {
                names.add(args.get(i));
            } else {
                System.err.println("usage: sluice bench [--json FILE] [--objects N | --quick] ["
                        + String.join("|", BENCHES.keySet()) + "]...");
                return 2;
            }
        }
        var report = new Report();
        try {
            if (names.isEmpty()) {
                names.addAll(BENCHES.keySet());
                names.remove(FsBench.NAME); // is in the kernel's
                names.removeAll(FunctionsBench.parts().keySet()); // are in the functions'
                names.removeAll(DoorsBench.parts().keySet()); // are in the doors'
                names.removeAll(IsolationBench.parts().keySet()); // are in isolation's
            }
            for (String name : names) {
                Measure bench = BENCHES.get(name);
                if (bench != null) {
                    bench.run(report, objects);
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

    /// 0 for none.
    private static int number(String text) {
        return text.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(text) : 0;
    }

    private static Map<String, Measure> benches() {
        var benches = new LinkedHashMap<String, Measure>();
        benches.put("start", (report, _) -> StartBench.run(report));
        benches.put("label", (report, _) -> LabelBench.run(report));
        benches.put(FsBench.NAME, FsBench::run);
        benches.put(KernelBench.NAME, KernelBench::run);
        benches.put(IamBench.NAME, IamBench::run);
        benches.put(FunctionsBench.NAME, FunctionsBench::run);
        FunctionsBench.parts()
                .forEach((name, part) ->
                        benches.put(name, (report, objects) -> FunctionsBench.run(part, report, objects)));
        benches.put(DoorsBench.NAME, DoorsBench::run);
        DoorsBench.parts()
                .forEach((name, part) -> benches.put(name, (report, objects) -> DoorsBench.run(part, report, objects)));
        benches.put(IsolationBench.NAME, IsolationBench::run);
        IsolationBench.parts()
                .forEach((name, part) ->
                        benches.put(name, (report, objects) -> IsolationBench.run(part, report, objects)));
        benches.put("invoke-warm", (report, _) -> WarmBench.run(report));
        benches.put("invoke-cold", (report, _) -> ColdBench.run(report));
        return benches;
    }
}
