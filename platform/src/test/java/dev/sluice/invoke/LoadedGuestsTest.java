package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.gate.Gate;
import dev.sluice.label.Label;
import dev.sluice.worker.LoadedGuests;
import dev.sluice.worker.RunEnd;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whom a guest serves that waits with its function loaded. Real guests.
final class LoadedGuestsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String COUNTS =
            "n = 0\ndef handle(context, payload):\n    global n\n    n += 1\n    return n\n";

    @TempDir
    static Path directory;

    private static Spine spine;

    @BeforeAll
    static void start() throws InterruptedException {
        spine = new Spine(directory);
    }

    @AfterAll
    static void stop() {
        spine.close();
    }

    @Test
    void aRun_hasTheGuestThatWaits_andNoLaterRunAtAnotherLabelDoes() throws InterruptedException {
        FunctionSpec spec = create("mine", COUNTS);
        LoadedGuests guests = spine.worker.loaded();
        assertThat(guests.add("acme", spec, PATIENCE)).isTrue();
        assertThat(output(run("mine", "acme", Label.parse("acme/user/alice,T"))))
                .isEqualTo("1");
        assertThat(guests.count("acme", spec)).isZero();
        assertThat(guests.add("acme", spec, PATIENCE)).isTrue();
        assertThat(output(run("mine", "acme", Label.parse("acme/user/bob,T")))).isEqualTo("1");
        assertThat(output(run("mine", "acme", Label.parse("acme/user/bob,T")))).isEqualTo("2");
    }

    @Test
    void anotherTenantsRun_doesNotHaveIt_norOneOfOtherCode() throws InterruptedException {
        FunctionSpec spec = create("theirs", COUNTS);
        create("changed", COUNTS + "#\n");
        LoadedGuests guests = spine.worker.loaded();
        assertThat(guests.add("acme", spec, PATIENCE)).isTrue();
        assertThat(output(run("theirs", "blue", Label.PUBLIC))).isEqualTo("1");
        assertThat(output(run("changed", "acme", Label.PUBLIC))).isEqualTo("1");
        assertThat(guests.count("acme", spec)).isEqualTo(1);
    }

    @Test
    void oneThatHasEnded_isPassedOver() throws InterruptedException {
        String ends = """
                import os, threading
                asked = []
                threading.Timer(0.1, lambda: asked or os._exit(1)).start()
                def handle(context, payload):
                    asked.append(payload)
                    return len(asked)
                """;
        FunctionSpec spec = create("ends", ends);
        LoadedGuests guests = spine.worker.loaded();
        assertThat(guests.add("acme", spec, PATIENCE)).isTrue();
        await().pollDelay(Duration.ofMillis(600)).until(() -> true);
        assertThat(output(run("ends", "acme", Label.PUBLIC))).isEqualTo("1");
        assertThat(guests.add("acme", spec, PATIENCE)).isTrue();
        await().until(() -> guests.bury("acme", spec) == 1);
        assertThat(guests.count("acme", spec)).isZero();
    }

    @Test
    void itEndsWithItsOrganization_whichGetsNoOther() throws InterruptedException {
        FunctionSpec spec = create("gone", COUNTS);
        LoadedGuests guests = spine.worker.loaded();
        assertThat(guests.add("over", spec, PATIENCE)).isTrue();
        spine.worker.end("over");
        assertThat(guests.count("over", spec)).isZero();
        assertThat(guests.add("over", spec, PATIENCE)).isFalse();
        assertThat(guests.count("over", spec)).isZero();
    }

    @Test
    void itIsClosedWithItsWorker(@TempDir Path another) throws InterruptedException {
        try (var closing = new Spine(another)) {
            FunctionSpec spec = closing.python(COUNTS, "hello.handle", Convention.DISPATCH, Limits.DEFAULT);
            assertThat(closing.worker.loaded().add("acme", spec, PATIENCE)).isTrue();
            closing.worker.close();
            await().until(() -> closing.driver.openMib() == 0);
        }
    }

    private static FunctionSpec create(String name, String source) {
        FunctionSpec spec = spine.python(source, "hello.handle", Convention.DISPATCH, Limits.DEFAULT);
        spine.create(name, spec);
        return spec;
    }

    private static RunEnd run(String name, String tenant, Label start) throws InterruptedException {
        Gate gate = Spine.task("acme", "acme/runs").run(() -> spine.gates.resolve(Spine.path(name)));
        return gate.taskFor(start).run(() -> spine.worker.run(tenant, gate, Jobs.of("1"), Jobs.ROOM));
    }

    private static String output(RunEnd end) {
        return end.output().orElseThrow().body().utf8();
    }
}
