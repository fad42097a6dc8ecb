package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// `./sluice up --isolation`, and what operators and authors see of it.
final class IsolationTest {
    private static final String HELLO =
            Path.of("..", "examples", "hello.py").toAbsolutePath().normalize().toString();
    private static final Duration SETTLED = Duration.ofMinutes(2);

    @Test
    void aFunction_thatWantsMoreThanTheServerGives_isError_andSaysWhatToDo() throws Exception {
        try (var sluice = new Launcher()) {
            sluice.run("up", "--detach").succeeds();
            create(sluice, "strict", "--isolation", "microvm");
            create(sluice, "usual");
            awaitStatus(sluice, "usual", "READY");
            awaitStatus(sluice, "strict", "ERROR");
            assertThat(sluice.run("get", "function", "strict", "-o", "json")
                            .succeeds()
                            .out())
                    .contains("it is to be isolated by microvm at least, and this server isolates by namespaces")
                    .contains("--isolation microvm");
            sluice.run("iam", "update", "quota", "--isolation", "oci").succeeds();
            Launcher.Result refused = sluice.run("exec", "usual", "--wait", "-o", "json");
            assertThat(refused.out() + refused.err()).contains("it is to be isolated by oci at least");
            assertThat(sluice.run("iam", "get", "quota").succeeds().out()).containsPattern("isolation .*oci .*yes");
        }
    }

    @Test
    void inContainers_functionsRun_alsoThoseThatWantThem() throws Exception {
        try (var sluice = new Launcher()) {
            sluice.run("up", "--detach", "--isolation", "oci").succeeds();
            runsEach(sluice, "oci");
        }
    }

    @Test
    void doctor_saysWhatThisMachineCanDo_andWhatThatCosts() throws Exception {
        try (var sluice = new Launcher()) {
            assertThat(sluice.run("doctor", "-o", "json").succeeds().out())
                    .containsPattern(
                            "\"isolation\":\"namespaces\",\"here\":true,.*\"startMillis\":[1-9][0-9.]*,\"ofBare\":[0-9.]*[1-9]")
                    .containsPattern("\"isolation\":\"oci\",\"here\":true,.*\"startMillis\":[1-9]")
                    .containsPattern("\"isolation\":\"microvm\",.*(software emulation|QEMU is missing)");
            assertThat(sluice.run("doctor").succeeds().out())
                    .containsPattern("ISOLATION +HERE +COLD START +NOTE")
                    .containsPattern("namespaces +yes +[0-9.]+ ms, [0-9.]+ x");
            assertThat(sluice.run("doctor", "--microwave").exit()).isEqualTo(2);
        }
    }

    @Test
    @Tag("full") // fetches a kernel, and emulates a processor
    void inVirtualMachines_functionsRun_alsoThoseThatWantThem() throws Exception {
        try (var sluice = new Launcher()) {
            sluice.run("up", "--detach", "--isolation", "microvm").succeeds();
            runsEach(sluice, "microvm");
        }
    }

    /// A function that wants what the server gives, and one that wants less.
    private static void runsEach(Launcher sluice, String isolation) throws IOException, InterruptedException {
        for (String least : List.of(isolation, "namespaces")) {
            create(sluice, "wants-" + least, "--isolation", least);
            awaitStatus(sluice, "wants-" + least, "READY");
            assertThat(sluice.run("exec", "wants-" + least, "--wait", "--input", "{\"name\": \"Jon\"}", "-o", "json")
                            .succeeds()
                            .out())
                    .contains("Hello, Jon from Nowhere");
        }
        assertThat(sluice.run("get", "instances", "-o", "json").succeeds().out())
                .containsPattern("\"driver\": *\"" + isolation + "\"")
                .doesNotContainPattern("\"driver\": *\"namespaces\"");
        sluice.run("down").succeeds();
    }

    private static void create(Launcher sluice, String name, String... more) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("create", "function", name, HELLO, "--image", "python3"));
        words.addAll(List.of(more));
        sluice.run(words.toArray(String[]::new)).succeeds();
    }

    private static void awaitStatus(Launcher sluice, String function, String status) {
        await().atMost(SETTLED)
                .untilAsserted(
                        () -> assertThat(sluice.run("get", "function", function).out())
                                .contains(status));
    }
}
