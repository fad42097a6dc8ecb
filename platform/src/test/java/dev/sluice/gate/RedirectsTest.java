package dev.sluice.gate;

import static dev.sluice.gate.SampleGates.function;
import static dev.sluice.gate.SampleGates.policy;
import static dev.sluice.testing.Tasks.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Contents;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

    /// What is granted, what its author holds for releasing and for endorsing, verdict (S31).
    @ParameterizedTest
    @CsvSource({
        "T, T, T, T, T, ok",
        "alice, alice, alice, alice, alice, ok",
        "alice, T, T, alice/x, alice, denied",
        "alice, T, T, alice, alice/x, denied",
        "T, alice, T, alice, T, denied",
        "T, alice, T, T, alice, denied",
        "T, T, alice, alice, T, denied",
        "T, T, alice, T, alice, denied",
        "T, T, bob, alice, alice, denied",
    })
    void granting_needsHoldingOnBothSides(
            String privilege, String declassify, String enter, String secrecy, String integrity, String verdict) {
        direct("g", "T,F", policy("T", "T", "T", "F"));
        FsPath path = FsPath.home(Label.BOTTOM).child("r");
        GateContent.Redirect wanted = to("g", policy(privilege, "T", declassify, "F"), enter, false);
        Task author = new Task(
                Label.BOTTOM, Label.TOP, Privilege.mintTcb(Component.parse(secrecy), Component.parse(integrity)));
        ThrowingCallable create =
                () -> gates.create(path, wanted, Backing.LABEL, Label.parse("T,alice"), Privilege.NONE);
        if (verdict.equals("ok")) {
            assertThat(refusal(author, create)).isNull();
        } else {
            assertUnchanged(author, create);
        }
    }

    /// H13: the target's label, what the redirect grants to code and to answers, whether it may follow its target.
    @ParameterizedTest
    @CsvSource({
        "T, alice, T, false",
        "bob, alice, T, false",
        "alice/x, alice, T, false",
        "alice, alice, T, true",
        "alice, alice/x, T, true",
        "bob, T, alice, false",
        "alice, T, alice, true",
        "alice, bob, alice, false",
        "alice&bob, bob, alice, true",
        "T, T, T, true",
        "faasten, alice, alice, true",
    })
    void followedTarget_isKeptByWhoIsAsStrongAsTheGrant(
            String integrity, String privilege, String declassify, boolean mayFollow) {
        direct("g", "T," + integrity, policy("T", "T", "T", "F"));
        GatePolicy granted = policy(privilege, "T", declassify, "F");
        Task root = Tasks.root();
        assertThat(refusal(
                        root,
                        () -> gates.create(
                                path("r"),
                                to("g", granted, "T", false),
                                Backing.LABEL,
                                Label.BOTTOM,
                                Tasks.all(root, "F"))))
                .isEqualTo(mayFollow ? null : Refusal.DENIED);
        assertThat(refusal(
                        root,
                        () -> gates.create(
                                path("p"),
                                to("g", granted, "T", true),
                                Backing.LABEL,
                                Label.BOTTOM,
                                Tasks.all(root, "F"))))
                .isNull();
    }

    /// S33: bob's code, alice's privilege.
    @Test
    void pinnedTarget_isNotFoundOnceItHasChanged_untilItIsPinnedAgain() {
        direct("g", "T,bob", policy("T", "T", "T", "F"));
        redirect("r", "T,alice", "g", policy("alice", "T", "T", "F"), "T", true);
        assertThat(resolved("r", Tasks.root()).taskFor(Label.PUBLIC).holds(Component.parse("alice")))
                .isTrue();
        replace("g", new GateContent.Direct(policy("T", "T", "T", "F"), function("evil")));
        assertThat(refusal(Tasks.root(), () -> gates.resolve(path("r")))).isEqualTo(Refusal.NOT_FOUND);
        replace("r", to("g", policy("alice", "T", "T", "F"), "T", true));
        assertThat(resolved("r", Tasks.root()).function()).isEqualTo(function("evil"));
        GateContent.Redirect stale = to("g", policy("alice", "T", "T", "F"), "T", true);
        replace("g", new GateContent.Direct(policy("T", "T", "T", "F"), function("more evil")));
        Task root = Tasks.root();
        assertThat(refusal(root, () -> gates.replace(path("r"), stale, Backing.LABEL, 0, Tasks.all(root, "F"))))
                .isEqualTo(Refusal.CONFLICT);
    }

    /// S33, one gate farther: what a followed target leads to is judged when it is resolved.
    @Test
    void followedTarget_thatTurnsToAWeakerOne_isNotFound() {
        direct("alices", "T,alice", policy("T", "T", "T", "F"));
        direct("bobs", "T,bob", policy("T", "T", "T", "F"));
        redirect("between", "T,alice", "alices", policy("T", "T", "T", "F"), "T", false);
        redirect("r", "T,alice", "between", policy("alice", "T", "T", "F"), "T", false);
        assertThat(resolved("r", Tasks.root()).function()).isEqualTo(function("alices"));
        replace("between", to("bobs", policy("T", "T", "T", "F"), "T", false));
        assertThat(refusal(Tasks.root(), () -> gates.resolve(path("r")))).isEqualTo(Refusal.NOT_FOUND);
        assertThat(resolved("between", Tasks.root()).function()).isEqualTo(function("bobs"));
    }

    @Test
    void followedTarget_runsWhatItIsReplacedBy_ofWhateverKind() {
        direct("g", "T,alice", policy("T", "T", "T", "F"));
        direct("other", "T,alice", policy("T", "T", "T", "F"));
        redirect("r", "T,alice", "g", policy("alice", "T", "T", "F"), "T", false);
        replace("g", new GateContent.Direct(policy("T", "T", "T", "F"), function("two")));
        assertThat(resolved("r", Tasks.root()).function()).isEqualTo(function("two"));
        replace("g", to("other", policy("T", "T", "T", "F"), "T", false));
        assertThat(resolved("r", Tasks.root()).function()).isEqualTo(function("other"));
        replace("r", new GateContent.Direct(policy("T", "T", "T", "F"), function("own")));
        assertThat(resolved("r", Tasks.root()).function()).isEqualTo(function("own"));
    }

    /// Else nobody could lead to a gate that leads on to what he may not see.
    @Test
    void whatItsAuthorMayNotSee_keepsARedirectFromNothing() {
        put("secret", "alice,acme", new GateContent.Direct(policy("T", "T", "T", "F"), function("secret")));
        redirect("r1", "T,acme", "secret", policy("T", "T", "T", "F"), "T", false);
        Task bob = Tasks.of("T,acme", "T,T", "T");
        bob.run(() -> gates.create(
                path("r2"),
                gates.redirect(path("r1"), policy("T", "T", "T", "F"), Component.TRUE, false),
                Backing.LABEL,
                Label.parse("T,acme"),
                Privilege.NONE));
        assertThat(refusal(bob, () -> gates.resolve(path("r2")))).isEqualTo(Refusal.NOT_FOUND);
        assertThat(resolved("r2", Tasks.root()).function()).isEqualTo(function("secret"));
    }

    /// S34.
    @Test
    void circle_isRefusedWhereItIsMade() {
        direct("g", "T,acme", policy("T", "T", "T", "F"));
        redirect("r1", "T,acme", "g", policy("T", "T", "T", "F"), "T", false);
        redirect("r2", "T,acme", "r1", policy("T", "T", "T", "F"), "T", false);
        Task root = Tasks.root();
        for (String target : List.of("r1", "r2")) {
            assertUnchanged(
                    root,
                    Refusal.INVALID,
                    () -> gates.replace(
                            path("r1"),
                            to(target, policy("T", "T", "T", "F"), "T", false),
                            Backing.LABEL,
                            0,
                            Tasks.all(root, "F")));
        }
        assertThat(resolved("r2", root).function()).isEqualTo(function("g"));
    }

    /// S34: whoever made it, and however.
    @Test
    void circleThatIsThereAllTheSame_isNotFound() {
        direct("g", "T,acme", policy("T", "T", "T", "F"));
        redirect("r1", "T,acme", "g", policy("T", "T", "T", "F"), "T", false);
        redirect("r2", "T,acme", "r1", policy("T", "T", "T", "F"), "T", false);
        Task root = Tasks.root();
        root.run(() -> fs.writeTcb(
                fs.read(path("r1"), Kind.GATE),
                GateCodec.encode(to("r2", policy("T", "T", "T", "F"), "T", false)),
                0,
                Tasks.all(root, "F")));
        assertThat(refusal(root, () -> gates.resolve(path("r1")))).isEqualTo(Refusal.NOT_FOUND);
        assertThat(refusal(root, () -> gates.resolve(path("r2")))).isEqualTo(Refusal.NOT_FOUND);
    }

    @Test
    void eightRedirects_areFollowed_andOneMoreIsRefused() {
        direct("r0", "T,acme", policy("T", "T", "T", "F"));
        for (int i = 1; i <= Chain.REDIRECTS_MAX; i++) {
            redirect("r" + i, "T,acme", "r" + (i - 1), policy("T", "T", "T", "F"), "T", false);
        }
        assertThat(resolved("r8", Tasks.root()).function()).isEqualTo(function("r0"));
        GateContent.Redirect ninth = to("r8", policy("T", "T", "T", "F"), "T", false);
        Task root = Tasks.root();
        assertUnchanged(
                root,
                Refusal.INVALID,
                () -> gates.create(path("r9"), ninth, Backing.LABEL, Label.parse("T,acme"), Tasks.all(root, "F")));
        root.run(() -> fs.createTcb(
                path("r9"), Kind.GATE, Label.parse("T,acme"), GateCodec.encode(ninth), Tasks.all(root, "F")));
        assertThat(refusal(root, () -> gates.resolve(path("r9")))).isEqualTo(Refusal.NOT_FOUND);
    }

    /// What alice grants for entering her gate does not open it to whoever bob leads there.
    @ParameterizedTest
    @CsvSource({"bob, false, false", "bob, true, true", "alice, false, true"})
    void whatIsGrantedForEntering_goesOnOnlyByGatesThatNobodyWeakerKeeps(
            String between, boolean isPinned, boolean enters) {
        direct("g", "T,acme", policy("T", "alice", "T", "F"));
        redirect("between", "T," + between, "g", policy("T", "T", "T", "F"), "T", false);
        redirect("r", "T,alice", "between", policy("T", "T", "T", "F"), "alice", isPinned);
        Task anybody = Tasks.of("T,T", "T,T", "T");
        Gate gate = resolved("r", anybody);
        assertThat(refusal(anybody, () -> gates.requireMayEnter(gate, anybody)))
                .isEqualTo(enters ? null : Refusal.NOT_FOUND);
    }

    /// S45: a gate says of itself nothing that its versions in the store do not say.
    @Test
    void forgedGate_isRefused_andAResolvedOneIsNot() {
        direct("g", "T,acme", policy("T", "T", "T", "F"));
        redirect("r", "T,acme", "g", policy("acme/x", "T", "T", "F"), "T", false);
        Gate gate = resolved("r", Tasks.root());
        direct("other", "T,acme", policy("T", "T", "T", "F"));
        Gate other = resolved("other", Tasks.root());
        Task nobody = Tasks.of("T,T", "T,T", "T");
        assertThat(refusal(nobody, () -> gates.verify(gate))).isNull();
        assertThat(refusal(nobody, () -> new Gates(fs, deed -> {}).verify(gate)))
                .isNull();
        assertThat(nobody.label()).isEqualTo(Label.PUBLIC);
        for (Gate forged : List.of(
                new Gate(gate.links(), gate.label(), policy("F", "T", "T", "F")),
                new Gate(gate.links(), gate.label(), policy("acme/x", "T", "F", "F")),
                new Gate(gate.links(), Label.BOTTOM, gate.policy()),
                new Gate(gate.links().reversed(), gate.label(), gate.policy()),
                new Gate(gate.links().subList(0, 1), gate.label(), gate.policy()),
                new Gate(List.of(gate.links().getFirst(), other.links().getLast()), gate.label(), gate.policy()),
                new Gate(List.of(forgedLink(gate, gate.policy())), gate.label(), gate.policy()),
                new Gate(
                        List.of(gate.links().getFirst(), forgedLink(gate, policy("T", "T", "T", "F"))),
                        gate.label(),
                        gate.policy()))) {
            assertThat(refusal(nobody, () -> gates.verify(forged))).isEqualTo(Refusal.NOT_FOUND);
        }
        replace("g", new GateContent.Direct(policy("T", "T", "T", "F"), function("two")));
        assertThat(refusal(nobody, () -> gates.verify(gate))).isNull();
        assertThat(refusal(nobody, () -> new Gates(fs, deed -> {}).verify(gate)))
                .isEqualTo(Refusal.NOT_FOUND);
    }

    private static Link forgedLink(Gate gate, GatePolicy policy) {
        Link last = gate.links().getLast();
        return new Link(
                last.id(),
                last.version(),
                last.label(),
                new GateContent.Direct(policy, function("forged")),
                last.digest());
    }

    @Test
    void authority_tellsTwoChainsToOneFunctionApart() {
        direct("g", "T,acme", policy("T", "T", "T", "F"));
        redirect("r1", "T,acme", "g", policy("acme/x", "T", "T", "F"), "T", false);
        redirect("r2", "T,acme", "g", policy("T", "T", "acme/x", "F"), "T", false);
        redirect("r3", "T,acme", "g", policy("T", "acme", "T", "acme"), "acme/y", false);
        Gate.Authority plain = resolved("g", Tasks.root()).authority();
        assertThat(resolved("r1", Tasks.root()).authority()).isNotEqualTo(plain);
        assertThat(resolved("r2", Tasks.root()).authority())
                .isNotEqualTo(plain)
                .isNotEqualTo(resolved("r1", Tasks.root()).authority());
        assertThat(resolved("r3", Tasks.root()).authority()).isEqualTo(plain);
    }

    /// The gate's label, its privilege, and whether the organization's standing behind it is enough.
    @ParameterizedTest
    @CsvSource({
        "acme/function, acme/runs/other, true",
        "acme/function, acme/runs/other&acme/secret/s, true",
        "acme/function&blue/function, acme/runs/x&blue/runs/y, true",
        "acme/function, acme, false",
        "acme/function, blue/runs/other, false",
        "acme/function, acme/runs/other&blue/runs/x, false",
        "acme/function, acme/runs/other|blue/runs/x, false",
        "acme/function|blue/function, acme/runs/other, false",
        "acme/function|blue/function, acme/runs/x|blue/runs/y, false",
        "T, acme/runs/other, false",
        "acme/function, F, false",
    })
    void organization_backsPrincipalsBelowIt_andOnlyWhereItIsAsked(
            String integrity, String privilege, boolean isBacked) {
        Task root = Tasks.root();
        var content = new GateContent.Direct(policy(privilege, "T", "T", "F"), function("x"));
        Label label = Label.of(Component.TRUE, Component.parse(integrity));
        assertUnchanged(root, () -> gates.create(path("a"), content, Backing.LABEL, label, Tasks.all(root, "F")));
        assertThat(refusal(
                        root,
                        () -> gates.create(path("b"), content, Backing.ORGANIZATION, label, Tasks.all(root, "F"))))
                .isEqualTo(isBacked ? null : Refusal.DENIED);
        Task weak = Tasks.of("T," + integrity, "F,T", "acme/function&blue/function");
        assertUnchanged(weak, () -> gates.create(path("c"), content, Backing.ORGANIZATION, label, weak.forEndorsing()));
    }

    @Test
    void gateThatNothingLinksTo_isLinkedLater() {
        direct("g", "T,acme", policy("T", "T", "T", "F"));
        Task root = Tasks.root();
        GateContent.Redirect content = to("g", policy("acme/x", "T", "T", "F"), "T", false);
        FsPath made = root.run(
                () -> gates.createUnlinked(content, Backing.LABEL, Label.parse("T,acme"), Tasks.all(root, "F")));
        assertThat(root.run(() -> gates.resolve(made)).function()).isEqualTo(function("g"));
        root.run(() -> {
            fs.link(made, path("linked"), Tasks.all(root, "F"));
            return made;
        });
        assertThat(root.run(() -> gates.read(path("linked")).content())).isEqualTo(content);
        Task eve = Tasks.of("T,acme", "F,T", "T");
        assertUnchanged(eve, () -> gates.createUnlinked(content, Backing.LABEL, Label.parse("T,acme"), Privilege.NONE));
    }

    private void replace(String name, GateContent.OfFunction content) {
        Task root = Tasks.root();
        root.run(() -> gates.replace(path(name), content, Backing.LABEL, 0, Tasks.all(root, "F")));
    }

    private void assertUnchanged(Task task, ThrowingCallable body) {
        assertUnchanged(task, Refusal.DENIED, body);
    }

    private void assertUnchanged(Task task, Refusal refusal, ThrowingCallable body) {
        var before = Contents.of(store);
        assertThat(refusal(task, body)).isEqualTo(refusal);
        assertThat(Contents.of(store)).isEqualTo(before);
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
}
