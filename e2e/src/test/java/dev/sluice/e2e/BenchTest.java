package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Benches with few of everything: not what they measure, but that they do.
@Tag("full")
final class BenchTest {
    @Test
    void functions_areMeasured_withEachAimBesideTheFigure() throws IOException, InterruptedException {
        try (var sluice = new Launcher()) {
            String table = sluice.run("bench", "--objects", "40", "functions")
                    .succeeds()
                    .out();
            assertThat(table)
                    .containsPattern("source to READY, python3, median .*<= 300 ms")
                    .containsPattern("source to READY, nodejs, median .*<= 300 ms")
                    .containsPattern("source to READY, java, median .*<= 300 ms")
                    .contains("exec java, 4 callers")
                    .containsPattern("runs accepted, 64 callers, all at work .*>= 5,000 /s")
                    .containsPattern("5 ms asleep, 4 callers, 16 runs an instance .*one run an instance")
                    .containsPattern("guests' memory after that .*one run an instance")
                    .containsPattern("list of 40 runs, for whom 40 are secret .*ratio about 1")
                    .containsPattern("page of 1000 runs, the oldest of 40 .*ratio about 1")
                    .containsPattern("memory for each of 7 functions .*<= 4,096 B");
        }
    }

    @Test
    void doors_areMeasured_withEachAimBesideTheFigure() throws IOException, InterruptedException {
        try (var sluice = new Launcher()) {
            String table =
                    sluice.run("bench", "--objects", "40", "doors").succeeds().out();
            assertThat(table)
                    .containsPattern("gateway to function and back, 1 caller, .*the direct invoke .*<= 0.15 ms more")
                    .containsPattern("a request where there are 20 paths, .*where there are 10 .*ratio about 1")
                    .containsPattern("a request where there are 20 hosts, .*where there are 10 .*ratio about 1")
                    .containsPattern("connections with TLS, answered, .*without TLS")
                    .containsPattern("events accepted, 64 callers .*>= 5,000 /s")
                    .containsPattern("events accepted, 4 callers, by 100 .*>= 5,000 /s")
                    .containsPattern("event sent to function begun, median .*<= 5 ms");
        }
    }

    @Test
    void isolation_isMeasured_withEachAimBesideTheFigure() throws IOException, InterruptedException {
        try (var sluice = new Launcher()) {
            String table = sluice.run(Duration.ofMinutes(15), "bench", "--objects", "40", "isolation")
                    .succeeds()
                    .out();
            assertThat(table)
                    .containsPattern("python3 namespaces, median .*bare .*<= 0.35, by zygote")
                    .containsPattern("python3 oci, median .*bare .*<= 2.5")
                    .containsPattern("nodejs namespaces, started ahead, median .*bare .*<= 0.10")
                    .containsPattern("java namespaces, median .*bare .*<= 0.75")
                    .containsPattern("python3 namespaces, warm answer, median .*no sandbox .*<= 1.10")
                    .containsPattern("python3 namespaces, idle guest, private .*no sandbox")
                    .containsPattern("find a warm guest, of 1,000 .*by equal labels .*>= 1.5")
                    .containsPattern("placed on one core, 100 functions of 10 tenants .*>= 200,000 /s")
                    .containsPattern("11 distinct cold functions at once, all answered in .*one alone")
                    .containsPattern("victim's p99, flood of forks .*alone .*<= 1.5");
        }
    }
}
