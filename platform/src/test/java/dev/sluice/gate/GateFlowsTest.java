package dev.sluice.gate;

import static dev.sluice.testing.Tasks.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

/// Flows of design/labels.md section 6, as far as tasks, files and gates decide them: no HTTP, no guest.
final class GateFlowsTest {
    private static final Bytes TEXT = Bytes.utf8("text");
    private static final FunctionSpec HELLO = new FunctionSpec(
            Runtime.PYTHON3, Digest.of(TEXT), "hello.handle", Convention.DISPATCH, Limits.DEFAULT, false);
    private static final Label FUNCTION = Label.parse("acme/function,acme/function");
    private static final Label RUNNING = Label.parse("acme/function|acme/runs/hello,acme/function");
    private static final FsPath LISTED = FsPath.home(FUNCTION).child("hello");
    private static final FsPath GATE = FsPath.home(RUNNING).child("hello");
    private static final Label START = Label.parse("acme/runs,T");

    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final Gates gates = new Gates(fs, deed -> {});

    GateFlowsTest() {
        fs.bootstrap();
    }

    @Test
    void flow1_developerCreatesAFunctionAndRunsIt() {
        developerCreatesHello();
        Task exec = lent("acme/user/dev", "acme/runs", "acme/runs");
        Task run = exec.run(() -> entered(exec));
        assertThat(run.label()).isEqualTo(START);
        assertThat(run.clearance()).isEqualTo(Label.parse("acme,T"));
        assertThat(exec.mayDeliver(answer(run), Label.PUBLIC)).isTrue();
        assertThat(exec.mayDeliver(run.highest(), Label.PUBLIC)).isTrue();
    }

    @Test
    void flow1_whoIsLentLess_getsNoFarther() {
        developerCreatesHello();
        Task reader = lent("acme/user/eve", "acme/function", "T");
        assertThat(refusal(reader, () -> entered(reader))).isEqualTo(Refusal.NOT_FOUND);
        Task member = lent("acme/user/eve", "T", "T");
        assertThat(refusal(member, () -> gates.resolve(GATE))).isEqualTo(Refusal.DENIED);
        Task runner = lent("acme/user/eve", "acme/runs", "acme/runs");
        assertThat(refusal(runner, () -> gates.resolve(LISTED))).isEqualTo(Refusal.DENIED);
        Task ofOne = lent("acme/user/eve", "acme/runs/hello", "acme/runs/hello");
        assertThat(refusal(ofOne, () -> entered(ofOne))).isNull();
        Task ofAnother = lent("acme/user/eve", "acme/runs/other", "acme/runs/other");
        assertThat(refusal(ofAnother, () -> gates.resolve(GATE))).isEqualTo(Refusal.DENIED);
        Task writer = lent("acme/user/eve", "acme/runs", "acme/runs");
        assertThat(refusal(writer, () -> gates.replace(GATE, policy("T"), HELLO, 0, writer.forEndorsing())))
                .isEqualTo(Refusal.DENIED);
    }

    @Test
    void flow2_namingASecret_needsTheSecret_whetherItIsThereOrNot() {
        Task dev = lent("acme/user/dev", "acme/function&acme/runs", "acme/function&acme/runs");
        assertThat(refusal(dev, () -> create(dev, "acme/secret/s"))).isEqualTo(Refusal.DENIED);
        asRoot("s", Label.parse("acme/secret/s,acme/secret"));
        assertThat(refusal(dev, () -> create(dev, "acme/secret/s"))).isEqualTo(Refusal.DENIED);
        Task admin = lent("acme/user/admin", "acme/function&acme/secret", "acme/function&acme/secret");
        assertThat(refusal(admin, () -> create(admin, "acme/secret/s"))).isNull();
        assertThat(refusal(dev, () -> gates.replace(GATE, policy("acme/secret/s"), HELLO, 0, dev.forEndorsing())))
                .isEqualTo(Refusal.DENIED);
        Task reader = lent("acme/user/eve", "acme/function&acme/secret", "acme/function");
        assertThat(refusal(reader, () -> gates.replace(GATE, policy("acme/secret/s"), HELLO, 0, reader.forEndorsing())))
                .isEqualTo(Refusal.DENIED);
        assertThat(refusal(dev, () -> gates.replace(GATE, policy("T"), HELLO, 0, dev.forEndorsing())))
                .isNull();
    }

    @Test
    void flow2_answerIsReleased_andNothingElseIs() {
        Task admin = lent("acme/user/admin", "acme/function&acme/secret", "acme/function&acme/secret");
        admin.run(() -> create(admin, "acme/secret/s"));
        Task dev = lent("acme/user/dev", "acme/runs", "acme/runs");
        Task run = dev.run(() -> entered(dev));
        run.observe(Label.parse("acme/secret/s,acme/secret"));
        assertThat(answer(run)).isEqualTo(START);
        assertThat(dev.mayDeliver(answer(run), Label.PUBLIC)).isTrue();
        assertThat(dev.mayDeliver(run.highest(), Label.PUBLIC)).isFalse();
        assertThat(refusal(run, () -> Task.current().declassify(Component.TRUE)))
                .isEqualTo(Refusal.DENIED);
        run.observe(Label.parse("acme/user/alice,T"));
        assertThat(dev.mayDeliver(answer(run), Label.PUBLIC)).isFalse();
    }

    @Test
    void flow4_privateFileReadByPath_isDeliveredToItsOwnerAlone() {
        developerCreatesHello();
        Label alices = Label.parse("acme/user/alice,acme/user/alice");
        asRoot("diary", alices);
        Task bob = lent("acme/user/bob", "acme/runs", "acme/runs");
        Task run = bob.run(() -> entered(bob));
        run.run(() -> fs.read(FsPath.home(alices).child("diary"), Kind.FILE));
        assertThat(run.label()).isEqualTo(Label.parse("acme/runs&acme/user/alice,T"));

        assertThat(bob.mayDeliver(answer(run), Label.PUBLIC)).isFalse();
        String everyResource = "acme/function&acme/runs&acme/secret&acme/iam&acme/image";
        assertThat(lent("acme/user/bob", everyResource, everyResource).mayDeliver(answer(run), Label.PUBLIC))
                .isFalse();
        assertThat(lent("acme/user/bob", "acme", "acme").mayDeliver(answer(run), Label.PUBLIC))
                .isTrue();
        assertThat(lent("acme/user/alice", "acme/runs", "acme/runs").mayDeliver(answer(run), Label.PUBLIC))
                .isTrue();
    }

    @Test
    void flow5_strangersGate_isNeitherFoundNorPaidFor() {
        developerCreatesHello();
        Task blue = new Task(Label.parse("blue/runs,T"), Label.parse("blue,T"), Privilege.NONE);
        assertThat(refusal(blue, () -> gates.resolve(GATE))).isEqualTo(Refusal.DENIED);
        assertThat(blue.label()).isEqualTo(Label.parse("blue/runs,T"));
    }

    /// The code of a gate in a secret place is a secret, whatever start label its caller states; and nobody
    /// vouches for a run because its caller was vouched for.
    @Test
    void start_joinsTheGate_andDropsIntegrity() {
        Label secret = Label.parse("alice,alice");
        FsPath path = FsPath.home(secret).child("gate");
        Task alice = Tasks.of("T,alice", "alice,T", "alice");
        GatePolicy policy = new GatePolicy(Component.TRUE, Component.TRUE, Component.TRUE, Component.parse("carol"));
        alice.run(() -> gates.create(path, policy, HELLO, secret, alice.forEndorsing()));
        Gate gate = alice.run(() -> gates.resolve(path));
        Task run = gate.taskFor(Label.parse("T,alice"));
        assertThat(run.label()).isEqualTo(Label.parse("alice,T"));
        assertThat(run.clearance()).isEqualTo(Label.parse("alice&carol,T"));
        assertThat(gate.taskFor(Label.parse("bob,T")).label()).isEqualTo(Label.parse("alice&bob,T"));
    }

    @Test
    void run_holdsTheGatesPrivilege_andNotItsCallers() {
        Task alice = Tasks.of("T,T", "alice,T", "alice");
        FsPath path = FsPath.home(Label.parse("T,alice")).child("gate");
        Component app = Component.parse("alice/app");
        GatePolicy policy = new GatePolicy(app, Component.TRUE, Component.TRUE, Component.FALSE);
        alice.run(() -> gates.create(path, policy, HELLO, Label.parse("T,alice"), alice.forEndorsing()));
        Task run = alice.run(() -> gates.resolve(path)).taskFor(Label.PUBLIC);
        assertThat(run.holds(app)).isTrue();
        assertThat(run.holds(Component.parse("alice"))).isFalse();
    }

    @Test
    void answer_isDowngradedInSecrecyOnly() {
        Task admin = lent("acme/user/admin", "acme/function&acme/secret", "acme/function&acme/secret");
        admin.run(() -> create(admin, "acme/secret/s"));
        Gate gate = lent("acme/user/dev", "acme/runs", "T").run(() -> gates.resolve(GATE));
        assertThat(gate.answerLabel(Label.parse("acme/secret/s&bob,T"))).isEqualTo(Label.parse("bob,T"));
        assertThat(gate.answerLabel(Label.parse("acme/secret/s,dora"))).isEqualTo(Label.parse("T,dora"));
        assertThat(gate.answerLabel(Label.parse("acme/secret,T"))).isEqualTo(Label.parse("acme/secret,T"));
        assertThat(gate.answerLabel(Label.TOP)).isEqualTo(Label.TOP);
    }

    private void developerCreatesHello() {
        Label image = Label.parse("acme/function|acme/image,acme/image");
        asRoot("python3", image);
        Task create = lent("acme/user/dev", "acme/function&acme/runs", "acme/function&acme/runs");
        create.run(() -> {
            fs.read(FsPath.home(image).child("python3"), Kind.FILE);
            Component lent = Component.parse("acme/function");
            Privilege with = create.exercise(lent, lent); // the image's secrecy names another resource too
            gates.create(GATE, policy("T"), HELLO, RUNNING, with);
            fs.link(GATE, LISTED, with);
            return create;
        });
    }

    private Task entered(Task caller) {
        Gate gate = gates.resolve(GATE);
        gates.requireMayEnter(gate, caller);
        return gate.taskFor(START);
    }

    private Label answer(Task run) {
        return Tasks.root().run(() -> gates.resolve(GATE)).answerLabel(run.label());
    }

    private Task create(Task author, String declassify) {
        gates.create(GATE, policy(declassify), HELLO, RUNNING, author.forEndorsing());
        return author;
    }

    private static GatePolicy policy(String declassify) {
        return new GatePolicy(
                Component.TRUE,
                Component.parse("acme/runs/hello"),
                Component.parse(declassify),
                Component.parse("acme"));
    }

    private void asRoot(String name, Label label) {
        Task root = Tasks.root();
        root.run(() -> fs.create(FsPath.home(label).child(name), Kind.FILE, label, TEXT, Tasks.all(root, "F")));
    }

    /// A request of `identity` that was lent `reads` and `writes`.
    private static Task lent(String identity, String reads, String writes) {
        Component read = Component.parse(identity).and(Component.parse(reads));
        Component write = Component.parse(identity).and(Component.parse(writes));
        return new Task(Label.PUBLIC, Label.of(read, Component.TRUE), Privilege.mintTcb(read, write));
    }
}
