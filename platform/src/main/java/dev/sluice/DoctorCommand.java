package dev.sluice;

import dev.sluice.image.Runtime;
import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Isolation;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.sandbox.SandboxUnavailable;
import dev.sluice.sandbox.microvm.MicrovmDriver;
import dev.sluice.sandbox.namespaces.Commands;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// `sluice doctor`: how this host can isolate guests, why not in the other ways, and what each way costs. It opens the
/// drivers as a server does, in a directory of its own that goes with it, and starts guests that run nobody's code.
public final class DoctorCommand {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int MISUSED = 2;

    private static final int STARTS = 7;
    private static final GuestSpec SPEC = new GuestSpec(
            Runtime.PYTHON3.language(), Runtime.PYTHON3.command(128), 128, 64, 64, 100, Duration.ofMinutes(1));
    private static final List<String> BARE = List.of("/usr/bin/python3", "-I", "-S", "-c", "print()");
    private static final JsonMapper JSON = new JsonMapper();

    private final Path directory;
    private final Path guestDir;
    private final boolean startsMachines;

    /// What was found of one way to isolate guests.
    ///
    /// @param here whether a server can be started with it
    /// @param note   by what, or why not and what to do
    /// @param startMillis until a Python guest speaks, the median; empty where none was started
    /// @param ofBare the same, as a multiple of what the interpreter alone takes to start and end
    record Finding(String isolation, boolean here, String note, Optional<Double> startMillis, Optional<Double> ofBare) {
        static Finding missing(Isolation isolation, String why) {
            return new Finding(isolation.word(), false, why, Optional.empty(), Optional.empty());
        }

        static Finding untried(Isolation isolation, String by) {
            return new Finding(isolation.word(), true, by, Optional.empty(), Optional.empty());
        }

        static Finding tried(Isolation isolation, String by, double nanos, double bareNanos) {
            return new Finding(
                    isolation.word(),
                    true,
                    by,
                    Optional.of(tenths(nanos / 1e6)),
                    Optional.of(tenths(nanos / bareNanos)));
        }

        private static double tenths(double value) {
            return Math.round(value * 10) / 10.0;
        }

        String row() {
            String cost = startMillis
                    .map(millis -> millis + " ms, " + ofBare.orElseThrow() + " x")
                    .orElse("-");
            return row(isolation, here ? "yes" : "no", cost, note);
        }

        static String row(String isolation, String here, String cost, String note) {
            return String.format(Locale.ROOT, "%-11s %-5s %-16s %s", isolation, here, cost, note);
        }
    }

    private DoctorCommand(Path directory, Path guestDir, boolean startsMachines) {
        this.directory = directory;
        this.guestDir = guestDir;
        this.startsMachines = startsMachines;
    }

    /// Ends the process with the exit code.
    public static void main(String[] args) throws InterruptedException {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        var err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.exit(run(List.of(args), out, err));
    }

    /// @param args an empty directory to use; that of guests' programs; `json` or `table`; `--microvm` where machines
    ///     are started, too
    /// @return the exit code: 0 if a server can be started here in any way
    static int run(List<String> args, PrintStream out, PrintStream err) throws InterruptedException {
        boolean startsMachines = args.size() == 4 && args.get(3).equals("--microvm");
        if (args.size() < 3
                || !List.of("json", "table").contains(args.get(2))
                || (args.size() > 3 && !startsMachines)) {
            err.println("sluice doctor: takes two directories, json or table, and maybe --microvm");
            return MISUSED;
        }
        try {
            List<Finding> findings =
                    new DoctorCommand(Path.of(args.get(0)), Path.of(args.get(1)), startsMachines).findings();
            if (args.get(2).equals("json")) {
                out.println(JSON.writeValueAsString(findings));
            } else {
                print(findings, out);
            }
            return findings.stream().anyMatch(Finding::here) ? DONE : FAILED;
        } catch (IOException failure) {
            err.println("sluice doctor: " + failure.getMessage());
            return FAILED;
        }
    }

    private static void print(List<Finding> findings, PrintStream out) {
        out.println(Finding.row("ISOLATION", "HERE", "COLD START", "NOTE"));
        findings.forEach(finding -> out.println(finding.row()));
        out.println();
        out.println("Cold start: until a Python guest speaks, the median of " + STARTS + "; beside it, how many times"
                + " as long that is as the interpreter alone takes.");
        findings.stream()
                .filter(Finding::here)
                .reduce((_, stronger) -> stronger)
                .ifPresent(
                        strongest -> out.println("The strongest here: sluice up --isolation " + strongest.isolation()));
    }

    private List<Finding> findings() throws IOException, InterruptedException {
        var findings = new ArrayList<Finding>();
        for (Isolation isolation : Isolation.values()) {
            findings.add(finding(isolation, directory.resolve(isolation.word())));
        }
        return findings;
    }

    private Finding finding(Isolation isolation, Path kept) throws IOException, InterruptedException {
        try {
            if (isolation == Isolation.MICROVM && !startsMachines) {
                return Finding.untried(
                        isolation, MicrovmDriver.examine() + "; --microvm tries it, which takes minutes");
            }
            Files.createDirectories(kept);
            try (SandboxDriver driver = new Drivers(kept, guestDir).open(isolation)) {
                return measured(isolation, driver);
            }
        } catch (SandboxUnavailable unavailable) {
            return Finding.missing(isolation, String.valueOf(unavailable.getMessage()));
        } catch (SandboxFailed failed) {
            return Finding.missing(isolation, "a guest did not start: " + failed.getMessage());
        }
    }

    private static Finding measured(Isolation isolation, SandboxDriver driver)
            throws SandboxFailed, IOException, InterruptedException {
        var guests = new ArrayList<Long>();
        var bare = new ArrayList<Long>();
        for (int i = 0; i < STARTS; i++) {
            long began = System.nanoTime();
            String _ = Commands.ask(BARE);
            bare.add(System.nanoTime() - began);
            began = System.nanoTime();
            try (Sandbox _ = driver.start(SPEC)) {
                guests.add(System.nanoTime() - began);
            }
        }
        String by = isolation == Isolation.MICROVM ? MicrovmDriver.examine() : "by the kernel of this host";
        return Finding.tried(isolation, by, median(guests), median(bare));
    }

    private static double median(List<Long> nanos) {
        return nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElseThrow();
    }
}
