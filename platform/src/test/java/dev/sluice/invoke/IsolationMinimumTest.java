package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.function.Convention;
import dev.sluice.function.Deployment;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.function.Reuse;
import dev.sluice.image.Runtime;
import dev.sluice.sandbox.Isolation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Where guests are isolated worse than an organization or an author wants, nothing runs, and it is said why. Real
/// guests.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class IsolationMinimumTest {
    /// No other guest here has as much.
    private static final int MIB = 160;

    private static final String COUNTS = """
            n = 0
            def handle(context, payload):
                global n
                n += 1
                return n
            """;

    private Spine spine;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        spine = new Spine(directory);
    }

    @AfterAll
    void stop() {
        spine.close();
    }

    private FunctionSpec spec(Isolation isolation, int concurrency) {
        return spine.spec(
                        Runtime.PYTHON3,
                        "counts.py",
                        COUNTS,
                        "counts.handle",
                        Convention.DISPATCH,
                        new Limits(MIB, Duration.ofSeconds(30)))
                .with(new Deployment(Map.of(), 0, 0, concurrency, Reuse.SAME_LABEL, isolation, "", Optional.empty()));
    }

    private static String why(Isolation least) {
        return "it is to be isolated by " + least.word() + " at least, and this server isolates by namespaces: its"
                + " operator can start it with --isolation " + least.word();
    }

    @Test
    void aFunction_thatIsToBeIsolatedBetter_isNotLoaded_andDoesNotRun() throws Exception {
        FunctionSpec wanted = spec(Isolation.MICROVM, 1);
        assertThat(spine.worker.check(Spine.ACME, wanted, Duration.ofSeconds(30)))
                .contains(why(Isolation.MICROVM));
        spine.create("wanted", wanted);
        assertThat(run("wanted")).contains(why(Isolation.MICROVM));
        assertThat(spine.driver.started()).noneMatch(guest -> guest.memoryMib() == MIB);
        spine.create("content", spec(Isolation.NAMESPACES, 1));
        assertThat(run("content")).isEqualTo("1");
    }

    /// Warm instances that were there before are no way around it, nor those that several runs share.
    @Test
    void anOrganization_thatWantsMore_hasNoRuns_untilItWantsLess() throws Exception {
        spine.create("warm", spec(Isolation.NAMESPACES, 1));
        spine.create("shared", spec(Isolation.NAMESPACES, 2));
        assertThat(run("warm")).isEqualTo("1");
        assertThat(run("shared")).isEqualTo("1");
        spine.isolation.put(Spine.ACME, Isolation.OCI);
        try {
            assertThat(run("warm")).contains(why(Isolation.OCI));
            assertThat(run("shared")).contains(why(Isolation.OCI));
        } finally {
            spine.isolation.remove(Spine.ACME);
        }
        assertThat(run("warm")).isEqualTo("2");
    }

    private String run(String name) throws InterruptedException {
        var view = spine.exec(Spine.task("acme", "acme"), name, "null");
        var content = view.content().orElseThrow();
        return content.output().map(output -> output.body().utf8()).orElseGet(() -> String.valueOf(content.fault()));
    }
}
