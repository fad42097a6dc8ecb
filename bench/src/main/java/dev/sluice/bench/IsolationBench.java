package dev.sluice.bench;

import dev.sluice.worker.PlacementLoad;
import dev.sluice.worker.ReuseMix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `isolation`: what sandboxes cost by each driver, which guests can be used again, how fast runs are placed, how many
/// cold functions are answered at once, and what one organization's flood costs another.
final class IsolationBench {
    static final String NAME = "isolation";

    private static final int MANY = 1_000_000;
    private static final int BURST = 200;
    private static final int BURST_QUICK = 12;

    private IsolationBench() {}

    /// Its parts, by name, in the order in which all are measured.
    static Map<String, FunctionsBench.Part> parts() {
        var parts = new LinkedHashMap<String, FunctionsBench.Part>();
        parts.put(NAME + "-guests", (report, data, objects) -> guests(report, data, objects < MANY));
        parts.put(NAME + "-reuse", (report, _, objects) -> reuse(report, objects));
        parts.put(NAME + "-placement", (report, _, objects) -> placement(report, objects));
        parts.put(
                NAME + "-burst",
                (report, data, objects) -> BurstBench.run(report, data, objects < MANY ? BURST_QUICK : BURST));
        parts.put(NAME + "-floods", (report, data, objects) -> FloodsBench.run(report, data, objects < MANY));
        return parts;
    }

    static void run(Report report, int objects) throws IOException, InterruptedException {
        for (FunctionsBench.Part part : parts().values()) {
            run(part, report, objects);
        }
    }

    static void run(FunctionsBench.Part part, Report report, int objects) throws IOException, InterruptedException {
        if (objects < MANY) {
            report.note("with so few objects: few samples, a burst of " + BURST_QUICK + ", fewer functions to place");
        }
        FunctionsBench.measure(part, report, objects);
    }

    private static void guests(Report report, Path directory, boolean isQuick)
            throws IOException, InterruptedException {
        Path guests = SluiceServer.guests();
        Path classes = directory.resolve("classes");
        List<Language> languages = Language.all(guests, classes);
        Map<String, BareContainers.Tool> tools =
                new BareContainers(directory.resolve("containers"), classes).installed(report);
        List<OpenedDriver> drivers = OpenedDriver.all(guests, directory, report);
        try (Starter starter = Starter.in(directory.resolve("starter"))) {
            var starts = new SandboxesBench(report, isQuick, classes, starter, tools, drivers);
            var idle = new IdleGuestsBench(report, isQuick, starter);
            for (Language language : languages) {
                starts.run(language);
                idle.run(language, drivers);
            }
        } finally {
            drivers.forEach(OpenedDriver::close);
        }
    }

    private static void reuse(Report report, int objects) throws IOException {
        ReuseMix.Hits hits = ReuseMix.simulate(1, Math.max(10_000, objects / 5));
        report.add(Figure.of(NAME, "runs that find a warm guest, of 1,000", hits.byFlow(), "", "ratio >= 1.5")
                .beside("by equal labels", hits.byEquality()));
    }

    private static void placement(Report report, int objects) throws IOException {
        int functions = Math.clamp(objects / 100, 100, 10_000);
        int tenants = functions / 10;
        var load = new PlacementLoad(functions, tenants);
        load.perSecond(Math.clamp(objects, 10_000, 400_000));
        report.add(Figure.of(
                NAME,
                String.format(Locale.ROOT, "placed on one core, %,d functions of %,d tenants", functions, tenants),
                load.perSecond(Math.clamp(objects, 10_000, MANY)),
                "1/s",
                ">= 200,000 /s"));
    }
}
