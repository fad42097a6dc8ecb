package dev.sluice.gate;

import static dev.sluice.gate.SampleGates.function;
import static dev.sluice.gate.SampleGates.policy;
import static dev.sluice.testing.Tasks.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.function.FunctionSpec;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Contents;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GatesTest {
    private static final Component ALICE = Component.parse("alice");
    private static final FsPath GATE = FsPath.home(Label.parse("T,alice")).child("gate");
    private static final Label VOUCHED = Label.parse("T,alice");

    private final MemoryStore store = new MemoryStore();
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private final Gates gates = new Gates(fs, deed -> {});

    GatesTest() {
        fs.bootstrap();
    }

    @Test
    void createdGate_isResolvedAsItWasCreated() {
        GatePolicy policy = policy("alice/app", "alice|bob", "alice/secret", "alice&bob");
        FunctionSpec function = function("one");
        create(policy, function);
        Task bob = Tasks.of("T,T", "bob,T", "bob");
        Gate gate = bob.run(() -> gates.resolve(GATE));
        assertThat(gate.policy()).isEqualTo(policy);
        assertThat(gate.function()).isEqualTo(function);
        assertThat(gate.label()).isEqualTo(VOUCHED);
        assertThat(gate.version()).isEqualTo(1);
        assertThat(bob.label()).isEqualTo(Label.PUBLIC);
    }

    /// Privilege, declassify, what the author holds, verdict. Both sides of his privilege must imply each grant
    /// (S31).
    @ParameterizedTest
    @CsvSource({
        "T, T, T, T, ok",
        "alice, T, alice, alice, ok",
        "alice/x, T, alice, alice, ok",
        "alice, T, T, alice, denied",
        "alice, T, alice/x, alice, denied",
        "alice, T, alice/x, alice/x, denied",
        "T, alice, alice, alice, ok",
        "T, alice/s, alice, alice, ok",
        "T, alice, T, alice, denied",
        "T, alice, alice/x, alice, denied",
        "T, bob, alice, alice, denied",
        "F, T, alice, alice, denied",
        "T, F, alice, alice, denied",
    })
    void granting_needsHoldingOnBothSides(
            String privilege, String declassify, String secrecy, String integrity, String verdict) {
        GatePolicy wanted = policy(privilege, "T", declassify, "F");
        Task author = new Task(
                Label.parse("T,alice"),
                Label.TOP,
                Privilege.mintTcb(Component.parse(secrecy), Component.parse(integrity)));
        ThrowingCallable create = () -> gates.create(GATE, wanted, function("x"), VOUCHED, Privilege.NONE);
        if (verdict.equals("ok")) {
            assertThat(refusal(author, create)).isNull();
            assertThat(refusal(author, () -> gates.replace(GATE, wanted, function("y"), 0, Privilege.NONE)))
                    .isNull();
        } else {
            assertUnchanged(author, create);
            create(policy("T", "T", "T", "F"), function("before"));
            assertUnchanged(author, () -> gates.replace(GATE, wanted, function("y"), 0, Privilege.NONE));
        }
    }

    /// The secret that is injected, declassify, what the author holds, verdict: who could read a secret may have it
    /// injected, and its answers released of it and of nothing else. `alice` is who vouches for all of it.
    @ParameterizedTest
    @CsvSource({
        "acme/secret/s, T, acme/secret/s, ok",
        "acme/secret/s, acme/secret/s, acme/secret/s, ok",
        "acme/secret/s, acme/secret/s, acme/secret, ok",
        "acme/secret/s, T, T, denied",
        "acme/secret/s, T, acme/secret/other, denied",
        "acme/secret/s, T, acme/function, denied",
        "acme/secret/s, acme/secret/other, acme/secret, denied",
        "acme/secret/s, acme/secret, acme/secret, denied",
        "acme/secret/s, acme/secret/s&bob, acme/secret&bob, denied",
    })
    void injecting_needsReading_whateverTheSecretIs(String inject, String declassify, String reads, String verdict) {
        var wanted = injecting(policy("T", "T", declassify, "F"), inject);
        Task author =
                new Task(Label.parse("T,alice"), Label.TOP, Privilege.mintTcb(Component.parse(reads), Component.TRUE));
        ThrowingCallable create = () -> gates.create(GATE, wanted, Backing.LABEL, VOUCHED, Privilege.NONE);
        ThrowingCallable replace = () -> gates.replace(GATE, wanted, Backing.LABEL, 0, Privilege.NONE);
        if (verdict.equals("ok")) {
            assertThat(refusal(author, create)).isNull();
            assertThat(alice().run(() -> gates.read(GATE)).content()).isEqualTo(wanted);
            assertThat(alice().run(() -> gates.resolve(GATE)).inject()).isEqualTo(wanted.inject());
            assertThat(refusal(author, replace)).isNull();
        } else {
            assertUnchanged(author, create);
            create(policy("T", "T", "T", "F"), function("before"));
            assertUnchanged(author, replace);
        }
    }

    /// Flow 2 of design/labels.md section 6: it is the result that counts.
    @Test
    void replacing_keepsASecret_onlyIfItsAuthorMayReadIt() {
        var before = injecting(policy("T", "T", "acme/secret/s", "F"), "acme/secret/s");
        Task admin = new Task(
                Label.parse("T,alice"), Label.TOP, Privilege.mintTcb(Component.parse("acme/secret"), Component.TRUE));
        admin.run(() -> gates.create(GATE, before, Backing.LABEL, VOUCHED, Privilege.NONE));
        Task dev = Tasks.of("T,alice", "F,T", "T");
        var keeping = new GateContent.Direct(before.policy(), function("mine"), before.inject());
        assertUnchanged(dev, () -> gates.replace(GATE, keeping, Backing.LABEL, 0, Privilege.NONE));
        var stillReleasing = new GateContent.Direct(before.policy(), function("mine"));
        assertUnchanged(dev, () -> gates.replace(GATE, stillReleasing, Backing.LABEL, 0, Privilege.NONE));
        var without = new GateContent.Direct(policy("T", "T", "T", "F"), function("mine"));
        assertThat(refusal(dev, () -> gates.replace(GATE, without, Backing.LABEL, 0, Privilege.NONE)))
                .isNull();
    }

    private static GateContent.Direct injecting(GatePolicy policy, String secret) {
        return new GateContent.Direct(
                policy,
                function("x"),
                List.of(Component.parse(secret).allOf().getFirst().anyOf().getFirst()));
    }

    /// Who may write a gate's label must be as strong as what the gate grants to code.
    @ParameterizedTest
    @CsvSource({"T, denied", "bob, denied", "alice/x, denied", "alice, ok", "F, ok"})
    void privilege_needsALabelThatNobodyWeakerWrites(String integrity, String verdict) {
        Task root = Tasks.root();
        Label label = Label.of(Component.TRUE, Component.parse(integrity));
        GatePolicy policy = policy("alice", "T", "T", "F");
        Refusal refusal = refusal(root, () -> gates.create(GATE, policy, function("x"), label, Tasks.all(root, "F")));
        assertThat(refusal).isEqualTo(verdict.equals("ok") ? null : Refusal.DENIED);
    }

    @Test
    void replacing_judgesTheLabelThatTheGateHas() {
        Task root = Tasks.root();
        Privilege all = Tasks.all(root, "F");
        GatePolicy none = policy("T", "T", "T", "F");
        assertThat(refusal(root, () -> gates.create(GATE, none, function("x"), Label.PUBLIC, all)))
                .isNull();
        assertThat(refusal(root, () -> gates.replace(GATE, policy("alice", "T", "T", "F"), function("y"), 0, all)))
                .isEqualTo(Refusal.DENIED);
    }

    @Test
    void creatingAndReplacing_needTheFlow() {
        Task outsider = Tasks.of("T,T", "F,T", "T");
        assertUnchanged(
                outsider, () -> gates.create(GATE, policy("T", "T", "T", "F"), function("x"), VOUCHED, Privilege.NONE));
        create(policy("T", "T", "T", "F"), function("x"));
        assertUnchanged(
                outsider, () -> gates.replace(GATE, policy("T", "T", "T", "F"), function("y"), 0, Privilege.NONE));
    }

    @Test
    void replacedGate_runsItsNewVersion_andAStaleWriterConflicts() {
        create(policy("T", "T", "T", "F"), function("one"));
        Task alice = alice();
        Privilege with = alice.exercise(Component.TRUE, ALICE);
        Gate before = alice.run(() -> gates.resolve(GATE));
        long version = alice.run(() -> gates.replace(GATE, policy("T", "alice", "T", "F"), function("two"), 1, with));
        assertThat(version).isEqualTo(2);
        Gate after = alice.run(() -> gates.resolve(GATE));
        assertThat(after.function()).isEqualTo(function("two"));
        assertThat(after.policy().clearance()).isEqualTo(ALICE);
        assertThat(after.id()).isEqualTo(before.id());
        assertThat(before.function()).isEqualTo(function("one"));
        assertThat(refusal(alice, () -> gates.replace(GATE, policy("T", "T", "T", "F"), function("three"), 1, with)))
                .isEqualTo(Refusal.CONFLICT);
        assertThat(alice.run(() -> gates.resolve(GATE)).version()).isEqualTo(2);
        assertThat(alice.run(() -> gates.replace(GATE, policy("T", "T", "T", "F"), function("three"), 0, with)))
                .isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "T, T, T, T, true",
        "alice, T, T, T, false",
        "alice, T, T, alice, true",
        "alice/x, T, T, alice, true",
        "alice, T, T, alice/x, false",
        "alice, T, T, bob, false",
        "alice|bob, T, T, bob, true",
        "alice&bob, T, T, bob, false",
        "F, T, T, alice, false",
        "F, T, T, F, true",
    })
    void entering_needsIntegrityOrPrivilegeThatImpliesTheClearance(
            String clearance, String secrecy, String integrity, String privilege, boolean enters) {
        create(policy("T", clearance, "T", "F"), function("x"));
        Task caller = Tasks.of(secrecy + "," + integrity, "F,T", privilege);
        Gate gate = caller.run(() -> gates.resolve(GATE));
        Refusal refusal = refusal(caller, () -> gates.requireMayEnter(gate, caller));
        assertThat(refusal).isEqualTo(enters ? null : Refusal.NOT_FOUND);
        Component vouched = Component.parse(privilege);
        Refusal later = refusal(caller, () -> gates.requireMayEnter(gate, vouched));
        assertThat(later).isEqualTo(enters ? null : Refusal.NOT_FOUND);
    }

    @Test
    void entering_withTheLabelsOwnIntegrity_isEnough() {
        create(policy("T", "alice&bob", "T", "F"), function("x"));
        Task caller = Tasks.of("T,alice", "F,T", "bob");
        Gate gate = caller.run(() -> gates.resolve(GATE));
        assertThat(caller.label()).isEqualTo(VOUCHED);
        assertThat(refusal(caller, () -> gates.requireMayEnter(gate, caller))).isNull();
    }

    /// S35: the same words for a gate that is not there.
    @Test
    void refusedEntry_readsLikeAMissingGate() {
        create(policy("T", "alice", "T", "F"), function("x"));
        Task bob = Tasks.of("T,T", "bob,T", "bob");
        Gate gate = bob.run(() -> gates.resolve(GATE));
        Refused refused = catchThrowableOfType(Refused.class, () -> gates.requireMayEnter(gate, bob));
        Refused missing = catchThrowableOfType(
                Refused.class, () -> bob.run(() -> gates.resolve(GATE.parent().child("nothing"))));
        assertThat(refused.refusal()).isEqualTo(missing.refusal());
        assertThat(refused).hasMessage(missing.getMessage());
    }

    @Test
    void whatIsNoGate_isNotResolved() {
        Task alice = alice();
        Privilege with = alice.exercise(Component.TRUE, ALICE);
        alice.run(() -> fs.create(GATE, Kind.FILE, VOUCHED, Bytes.utf8("{}"), with));
        assertThat(refusal(alice, () -> gates.resolve(GATE))).isEqualTo(Refusal.WRONG_KIND);
        assertThat(refusal(alice, () -> gates.replace(GATE, policy("T", "T", "T", "F"), function("x"), 0, with)))
                .isEqualTo(Refusal.WRONG_KIND);
    }

    @Test
    void resolvingAboveTheClearance_isDenied_andTaintsNobody() {
        Label secret = Label.parse("alice,alice");
        Task root = Tasks.root();
        root.run(() -> gates.create(
                FsPath.home(secret).child("gate"),
                policy("T", "T", "T", "F"),
                function("x"),
                secret,
                Tasks.all(root, "F")));
        Task bob = Tasks.of("T,T", "bob,T", "bob");
        assertThat(refusal(bob, () -> gates.resolve(FsPath.home(secret).child("gate"))))
                .isEqualTo(Refusal.DENIED);
        assertThat(bob.label()).isEqualTo(Label.PUBLIC);
    }

    @Test
    void hugePolicy_isRefused() {
        var clauses = new ArrayList<List<Principal>>();
        for (int i = 0; i < Component.CLAUSES_MAX; i++) {
            var anyOf = new ArrayList<Principal>();
            for (int j = 0; j < 16; j++) {
                anyOf.add(Principal.of("p" + i, "q".repeat(128), "r".repeat(128), "s" + j));
            }
            clauses.add(anyOf);
        }
        Component huge = Component.ofClauses(clauses);
        assertThat(huge.toString().length()).isGreaterThan(200_000);
        create(new GatePolicy(Component.TRUE, huge, Component.TRUE, huge), function("x"));
        assertThat(alice().run(() -> gates.resolve(GATE)).policy().clearance()).isEqualTo(huge);
    }

    private void create(GatePolicy policy, FunctionSpec function) {
        Task root = Tasks.root();
        root.run(() -> gates.create(GATE, policy, function, VOUCHED, Tasks.all(root, "F")));
    }

    private void assertUnchanged(Task task, ThrowingCallable body) {
        var before = Contents.of(store);
        assertThat(refusal(task, body)).isEqualTo(Refusal.DENIED);
        assertThat(Contents.of(store)).isEqualTo(before);
    }

    private static Task alice() {
        return Tasks.of("T,T", "alice,T", "alice");
    }
}
