package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fs.FsPath;
import dev.sluice.function.Convention;
import dev.sluice.gate.Backing;
import dev.sluice.gate.GatePolicy;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// A spine of its own: the idle guests of other tests would be in the way of those that are to stay here.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InstanceAuthorityTest {
    private static final Label PLACE = Label.parse("T,acme/function");

    private Spine spine;

    @BeforeAll
    void start(@TempDir Path directory) throws InterruptedException {
        spine = new Spine(directory);
    }

    @AfterAll
    void stop() {
        spine.close();
    }

    @Test
    void anInstance_servesOneAuthorityOnly() throws InterruptedException {
        spine.create(
                at("counts"),
                policy("T"),
                spine.python(
                        "n = 0\ndef handle(event, cloudcall):\n    global n\n    n += 1\n    return n\n",
                        "hello.handle",
                        Convention.FAASTEN,
                        Spine.limits(Duration.ofSeconds(3))),
                PLACE);
        Task owner = Spine.task("acme", "acme");
        owner.run(() -> spine.gates.create(
                at("counts-more"),
                spine.gates.redirect(at("counts"), policy("acme/function"), Component.TRUE, false),
                Backing.LABEL,
                PLACE,
                owner.exercise(Component.TRUE, Component.parse("acme/function"))));
        assertThat(exec("counts")).isEqualTo("1");
        assertThat(exec("counts-more")).isEqualTo("1");
        assertThat(exec("counts")).isEqualTo("2");
        assertThat(exec("counts-more")).isEqualTo("2");
    }

    private String exec(String name) throws InterruptedException {
        Invocation wish = Spine.wish(at(name), name, "{}", "T,T", Optional.empty());
        return Spine.task("acme", "acme")
                .run(() -> spine.invocations.invoke(wish))
                .output()
                .orElseThrow()
                .body()
                .utf8();
    }

    private static FsPath at(String name) {
        return FsPath.home(PLACE).child(name);
    }

    /// @param privilege its secrecy
    private static GatePolicy policy(String privilege) {
        return new GatePolicy(Component.parse(privilege), Component.TRUE, Component.TRUE, Component.parse("acme"));
    }
}
