package dev.sluice.gate;

import static dev.sluice.gate.SampleGates.function;
import static dev.sluice.gate.SampleGates.policy;
import static dev.sluice.testing.Tasks.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which events fire a trigger, and where the run then starts (design/labels.md, sections 4 and 6, flow 5).
final class TriggersTest {
    private static final FsPath TARGET =
            FsPath.home(Label.parse("acme/function|acme/runs/f,acme/function")).child("f");
    private static final FsPath TRIGGER =
            FsPath.home(Label.parse("acme/event,acme/event")).child("t");
    private static final Label PAYLOAD = Label.parse("acme/runs,T");

    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final Gates gates = new Gates(fs, deed -> {});

    TriggersTest() {
        fs.bootstrap();
        Task root = Tasks.root();
        var target = new GateContent.Direct(policy("T", "acme/runs/f", "T", "acme"), function("f"));
        root.run(() -> gates.create(
                TARGET,
                target,
                Backing.LABEL,
                Label.parse("acme/function|acme/runs/f,acme/function"),
                Tasks.all(root, "F")));
    }

    /// What the event knows, what the trigger releases, what the payload may know, whether it fires.
    @ParameterizedTest
    @CsvSource({
        "acme/event, acme/event, acme/runs, true",
        "T, acme/event, acme/runs, true",
        "acme/runs, acme/event, acme/runs, true",
        "acme/event/x, acme/event, acme/runs, true",
        "acme/runs&acme/user/alice, acme/event, acme/runs, false",
        "acme/user/alice, acme/event, acme/runs, false",
        "acme/user/alice|acme/event, acme/event, acme/runs, true",
        "blue/runs, acme/event, acme/runs, false",
        "acme/event, T, acme/runs, false",
        "T, T, acme/runs, false",
        "acme/event, T, acme/event, true",
        "acme/user/alice, acme/event&acme/user/alice, acme/runs, true",
        "acme/event, acme/event, T, true",
        "F, acme/event, acme/runs, false",
        "F, F, acme/runs, true",
    })
    void aTriggerFires_ifWhatTheEventAndItTell_mayGoWhereThePayloadIs(
            String event, String declassify, String payload, boolean fires) {
        Gate trigger = trigger(declassify);
        Label to = Label.parse(payload + ",T");
        Label from = Label.parse(event + ",T");
        assertThat(refusal(Tasks.root(), () -> trigger.taskFired(from, to))).isEqualTo(fires ? null : Refusal.DENIED);
    }

    @Test
    void theRun_startsWithThePayload_andNothingOfTheTrigger() {
        Task run = trigger("acme/event").taskFired(Label.parse("acme/event,T"), PAYLOAD);
        assertThat(run.label()).isEqualTo(PAYLOAD);
        assertThat(run.holds(Component.parse("acme/event"))).isFalse();
        assertThat(run.holds(Component.parse("acme/runs/f"))).isFalse();
        assertThat(run.mayObserve(Label.parse("acme/user/alice,T"))).isTrue();
        assertThat(run.mayObserve(Label.parse("blue,T"))).isFalse();
    }

    /// Code that is a secret is one whatever fires it.
    @Test
    void theRun_startsWithWhatItsTargetIs() {
        Task root = Tasks.root();
        FsPath secret =
                FsPath.home(Label.parse("acme/user/alice,acme/function")).child("g");
        var target = new GateContent.Direct(policy("T", "T", "T", "acme"), function("g"));
        root.run(() -> gates.create(
                secret, target, Backing.LABEL, Label.parse("acme/user/alice,acme/function"), Tasks.all(root, "F")));
        create(secret, "acme/event");
        Gate gate = resolved();
        assertThat(gate.taskFired(Label.parse("acme/event,T"), PAYLOAD).label())
                .isEqualTo(Label.parse("acme/runs&acme/user/alice,T"));
    }

    private Gate trigger(String declassify) {
        create(TARGET, declassify);
        return resolved();
    }

    private Gate resolved() {
        Task firing = Tasks.of("acme/event,T", "acme/event&acme/user/alice,T", "T");
        return firing.run(() -> gates.resolve(TRIGGER));
    }

    private void create(FsPath target, String declassify) {
        Task root = Tasks.root();
        root.run(() -> gates.create(
                TRIGGER,
                gates.redirect(
                        target, policy("T", "acme/event", declassify, "F"), Component.parse("acme/runs/f"), true),
                Backing.LABEL,
                Label.parse("acme/event,acme/event"),
                Tasks.all(root, "F")));
    }
}
