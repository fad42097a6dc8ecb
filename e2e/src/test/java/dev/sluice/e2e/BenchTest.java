package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The bench of functions, with few of everything: not what it measures, but that it does.
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
}
