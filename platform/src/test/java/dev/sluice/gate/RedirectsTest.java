package dev.sluice.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Redirects: what a chain of gates comes to, and who may make one (S31 to S34, hole H13).
final class RedirectsTest {
    private final MemoryStore store = new MemoryStore();
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private final Gates gates = new Gates(fs, deed -> {});

    RedirectsTest() {
        fs.bootstrap();
    }

    @Test
    void aChain_isItsFunction_withAllPrivileges_andTheDeclassifyThatWasNamed() {
        direct("g", "T,acme", policy("acme/a", "T", "acme/x", "acme&blue"));
        redirect("r1", "T,acme", "g", policy("acme/b", "T", "acme/y", "acme"), "T", false);
        redirect("r2", "T,acme", "r1", policy("acme/c", "T", "acme/z", "F"), "T", false);
        Gate gate = resolved("r2", Tasks.of("T,T", "T,T", "T"));
        assertThat(gate.function()).isEqualTo(function("g"));
        assertThat(gate.id()).isEqualTo(resolved("g", Tasks.root()).id());
        assertThat(gate.policy()).isEqualTo(policy("acme/a&acme/b&acme/c", "T", "acme/z", "acme"));
        assertThat(gate.answerLabel(Label.parse("acme/x&acme/z,T"))).isEqualTo(Label.parse("acme/x,T"));
        assertThat(gate.taskFor(Label.PUBLIC).holds(Component.parse("acme/a&acme/b&acme/c")))
                .isTrue();
        assertThat(gate.taskFor(Label.PUBLIC).holds(Component.parse("acme/z"))).isFalse();
    }

    /// Clearances of redirect and target, what the redirect grants for entering, who asks, verdict (S32).
    @ParameterizedTest
    @CsvSource({
        "T, alice, T, T, false",
        "T, alice, T, alice, true",
        "alice, bob, T, alice, false",
        "alice, bob, T, alice&bob, true",
        "T, alice, alice, T, true",
        "T, alice, alice/x, T, false",
        "bob, alice, alice, bob, true",
        "bob, alice, alice, T, false",
        "alice, T, alice, T, false",
        "T, F, alice, alice, false",
    })
    void everyClearance_isMetByTheCaller_andWhatWasGrantedBefore(
            String first, String second, String enter, String caller, boolean enters) {
        direct("g", "T,acme", policy("T", second, "T", "F"));
        redirect("r", "T,acme", "g", policy("T", first, "T", "F"), enter, false);
        Task asking = Tasks.of("T,T", "T,T", caller);
        Gate gate = resolved("r", asking);
        assertThat(refusal(asking, () -> gates.requireMayEnter(gate, asking)))
                .isEqualTo(enters ? null : Refusal.NOT_FOUND);
        assertThat(refusal(asking, () -> gates.requireMayEnter(gate, Component.parse(caller))))
                .isEqualTo(enters ? null : Refusal.NOT_FOUND);
    }

    /// Flow 3 of design/labels.md section 6: an endpoint for everybody.
    @Test
    void whatIsGrantedForEntering_releasesTheTarget_andIsNeverGivenToCode() {
        direct("g", "acme/function|acme/runs/hello,acme/function", policy("T", "acme/runs/hello", "T", "acme"));
        redirect("r", "T,acme/api", "g", policy("T", "T", "T", "F"), "acme/runs/hello", false);
        Task anybody = Tasks.of("T,T", "T,T", "T");
        Gate gate = resolved("r", anybody);
        assertThat(anybody.label()).isEqualTo(Label.PUBLIC);
        assertThat(refusal(anybody, () -> gates.requireMayEnter(gate, anybody))).isNull();
        Task run = gate.taskFor(Label.PUBLIC);
        assertThat(run.label()).isEqualTo(Label.PUBLIC);
        assertThat(run.holds(Component.parse("acme/runs/hello"))).isFalse();
        assertThat(gate.answerLabel(Label.parse("acme/runs/hello,T"))).isEqualTo(Label.parse("acme/runs/hello,T"));
        assertThat(refusal(anybody, () -> gates.resolve(path("g")))).isEqualTo(Refusal.DENIED);
    }

    @Test
    void secretTarget_taints_unlessItIsGranted() {
        direct("g", "alice,acme", policy("T", "T", "T", "F"));
        redirect("r", "T,acme", "g", policy("T", "T", "T", "F"), "T", false);
        Task bob = Tasks.of("T,T", "bob,T", "T");
        assertThat(refusal(bob, () -> gates.resolve(path("r")))).isEqualTo(Refusal.NOT_FOUND);
        assertThat(bob.label()).isEqualTo(Label.PUBLIC);
        Task alice = Tasks.of("T,T", "alice,T", "T");
        assertThat(resolved("r", alice).taskFor(Label.PUBLIC).label()).isEqualTo(Label.parse("alice,T"));
        assertThat(alice.label()).isEqualTo(Label.parse("alice,T"));
    }

    private void direct(String name, String label, GatePolicy policy) {
        put(name, label, new GateContent.Direct(policy, function(name)));
    }

    private void redirect(String name, String label, String target, GatePolicy policy, String enter, boolean isPinned) {
        put(name, label, to(target, policy, enter, isPinned));
    }

    private GateContent.Redirect to(String target, GatePolicy policy, String enter, boolean isPinned) {
        return Tasks.root().run(() -> gates.redirect(path(target), policy, Component.parse(enter), isPinned));
    }

    private void put(String name, String label, GateContent.OfFunction content) {
        Task root = Tasks.root();
        root.run(() -> gates.create(path(name), content, Backing.LABEL, Label.parse(label), Tasks.all(root, "F")));
    }

    private Gate resolved(String name, Task task) {
        return task.run(() -> gates.resolve(path(name)));
    }

    private static FsPath path(String name) {
        return FsPath.home(Label.parse("T,acme")).child(name);
    }

    private static GatePolicy policy(String privilege, String clearance, String declassify, String maxSecrecy) {
        return new GatePolicy(
                Component.parse(privilege),
                Component.parse(clearance),
                Component.parse(declassify),
                Component.parse(maxSecrecy));
    }

    private static FunctionSpec function(String code) {
        return new FunctionSpec(
                Runtime.PYTHON3,
                Digest.of(Bytes.utf8(code)),
                "hello.handle",
                Convention.DISPATCH,
                Limits.DEFAULT,
                false);
    }

    private static @Nullable Refusal refusal(Task task, ThrowingCallable body) {
        Refused refused = catchThrowableOfType(
                Refused.class,
                () -> task.run(() -> {
                    body.call();
                    return task;
                }));
        return refused == null ? null : refused.refusal();
    }
}
