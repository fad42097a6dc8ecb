package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.function.Convention;
import dev.sluice.function.Deployment;
import dev.sluice.function.Limits;
import dev.sluice.function.Reuse;
import dev.sluice.image.Runtime;
import dev.sluice.sandbox.Isolation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What holds under each driver: a run finds nothing of runs that it may know nothing of. Each language plants state of
/// every kind, finds all of it in the next run of the same label, so that the test can see it, and nothing elsewhere.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ResetContract {
    static final String ALL = "[\"memory\",\"file\",\"thread\",\"timer\",\"child\",\"socket\",\"environment\"]";
    static final String LOW = "acme/runs,T";
    static final String HIGH = "acme/runs&acme/user/alice,T";
    private static final int MEMORY_MIB = 1024;

    private Spine spine;

    /// The driver under test, without anything in it.
    abstract Spine.Opener driver();

    @BeforeAll
    void start(@TempDir Path directory) throws InterruptedException {
        spine = new Spine(directory, MEMORY_MIB, Reuse.LABEL_FLOW, driver());
    }

    @AfterAll
    void stop() {
        spine.close();
    }

    @Test
    void inPython_whatARunLeaves_isForWhoMayKnowIt() throws Exception {
        whatARunLeaves_isForWhoMayKnowIt(Runtime.PYTHON3, "planted.py", "planted.py", "planted.handle");
    }

    @Test
    void inNodejs_whatARunLeaves_isForWhoMayKnowIt() throws Exception {
        whatARunLeaves_isForWhoMayKnowIt(Runtime.NODEJS, "planted.js", "planted.js", "./planted.js");
    }

    @Test
    @Tag("full")
    void inJava_whatARunLeaves_isForWhoMayKnowIt() throws Exception {
        whatARunLeaves_isForWhoMayKnowIt(Runtime.JAVA, "Planted.java.txt", "Planted.java", "Planted");
    }

    @Test
    void inPython_nothingIsLeft_whereNothingMayBeReused() throws Exception {
        nothingIsLeft_whereNothingMayBeReused(Runtime.PYTHON3, "planted.py", "planted.py", "planted.handle");
    }

    @Test
    void inNodejs_nothingIsLeft_whereNothingMayBeReused() throws Exception {
        nothingIsLeft_whereNothingMayBeReused(Runtime.NODEJS, "planted.js", "planted.js", "./planted.js");
    }

    @Test
    @Tag("full")
    void inJava_nothingIsLeft_whereNothingMayBeReused() throws Exception {
        nothingIsLeft_whereNothingMayBeReused(Runtime.JAVA, "Planted.java.txt", "Planted.java", "Planted");
    }

    /// Of the function's next version as little.
    private void whatARunLeaves_isForWhoMayKnowIt(Runtime runtime, String resource, String file, String handler)
            throws Exception {
        String name = runtime.language() + "-plants";
        create(name, Reuse.LABEL_FLOW, runtime, resource, file, handler);
        assertThat(run(name, "plant", HIGH)).isEqualTo(ALL);
        assertThat(run(name, "look", LOW)).as("below").isEqualTo("[]");
        assertThat(run(name, "look", "acme/runs&acme/user/bob,T")).as("beside").isEqualTo("[]");
        assertThat(run(name, "look", HIGH)).as("at the same label").isEqualTo(ALL);
        assertThat(run(name, "look", "acme/runs&acme/user/alice&acme/user/bob,T"))
                .as("above, as label-flow has it")
                .isEqualTo(ALL);
    }

    private void nothingIsLeft_whereNothingMayBeReused(Runtime runtime, String resource, String file, String handler)
            throws Exception {
        String name = runtime.language() + "-never";
        create(name, Reuse.NEVER, runtime, resource, file, handler);
        assertThat(run(name, "plant", LOW)).isEqualTo(ALL);
        assertThat(run(name, "look", LOW)).isEqualTo("[]");
        assertThat(run(name, "look", HIGH)).isEqualTo("[]");
    }

    private void create(String name, Reuse reuse, Runtime runtime, String resource, String file, String handler)
            throws IOException {
        int mib = Math.max(256, runtime.memoryMibMin());
        spine.create(
                name,
                spine.spec(
                                runtime,
                                file,
                                source(resource),
                                handler,
                                Convention.DISPATCH,
                                new Limits(mib, Duration.ofSeconds(60)))
                        .with(new Deployment(Map.of(), 0, 0, 1, reuse, Isolation.NAMESPACES, "", Optional.empty())));
    }

    private static String source(String resource) throws IOException {
        try (InputStream in = Objects.requireNonNull(ResetContract.class.getResourceAsStream("planted/" + resource))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String run(String name, String what, String start) throws InterruptedException {
        var view = spine.exec(Spine.task("acme", "acme"), name, "\"" + what + "\"", start, Optional.empty());
        var content = view.content().orElseThrow();
        return content.output()
                .map(output -> output.body().utf8())
                .orElseGet(() -> content.fault() + " " + content.stderr());
    }
}
