package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.gate.Backing;
import dev.sluice.gate.Gate;
import dev.sluice.gate.GateContent;
import dev.sluice.gate.GatePolicy;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.run.Run;
import dev.sluice.secret.Secret;
import dev.sluice.testing.Tasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs with secrets, below HTTP: real guests.
final class InjectionTest {
    private static final Principal ACME = Principal.of("acme");
    private static final String WORD =
            "def handle(context, payload):\n    return context['secrets'].get('word', 'none')\n";

    @TempDir
    static Path directory;

    private static Spine spine;

    @BeforeAll
    static void start() throws InterruptedException {
        spine = new Spine(directory);
        for (String name : List.of("s", "t")) {
            Spine.task("acme", "acme")
                    .run(() -> spine.secrets.create(
                            ACME, name, new Secret.Content(Map.of("word", "the word of " + name), Map.of())));
        }
        create("word", WORD, Convention.DISPATCH, "acme/secret/s");
    }

    @AfterAll
    static void stop() {
        spine.close();
    }

    /// Whatever let a request through: who was not lent the secret does not get a run that reads it.
    @Test
    void whoWasNotLentASecret_hasNoRunWithIt_whetherThereIsOneOrNot() throws InterruptedException {
        for (String name : List.of("t", "no-such")) {
            Task runner = Spine.task("acme/runs", "acme/runs");
            assertThat(Tasks.refusal(runner, () -> spine.invocations.invoke(asking(name))))
                    .isEqualTo(Refusal.DENIED);
            assertThat(Tasks.refusal(runner, () -> spine.invocations.submit(asking(name))))
                    .isEqualTo(Refusal.DENIED);
        }
        Task reader = Spine.task("acme/runs&acme/secret/t", "acme/runs");
        assertThat(reader.run(() -> spine.invocations.invoke(asking("t"))).output())
                .contains(Spine.json("\"the word of t\""));
    }

    /// The callee's own task reads its gate's secret, whatever its caller may know.
    @Test
    void aCalledGate_usesItsSecret_andItsCallerLearnsTheAnswerOnly() throws InterruptedException {
        create("calls", """
                def handle(event, cloudcall):
                    answer = cloudcall._ask('invoke', {'gate': event, 'payload': b'{}', 'sync': True})
                    return [answer['body'].decode(), cloudcall._ask('current_label', {})]
                """, Convention.FAASTEN);
        Task owner = Spine.task("acme", "acme");
        String gate = "home:<" + Spine.gateLabel("word") + ">:word";
        Run.View view = owner.run(() -> spine.invocations.invoke(wish("calls", '"' + gate + '"', List.of())));
        assertThat(view.output()).contains(Spine.json("[\"\\\"the word of s\\\"\",\"acme/runs,T\"]"));
    }

    @Test
    void aFunctionOfFaastensConvention_isGivenNone() throws InterruptedException {
        create("faasten", "def handle(event, cloudcall):\n    return 1\n", Convention.FAASTEN, "acme/secret/s");
        Task owner = Spine.task("acme", "acme");
        Run.Content content = owner.run(() -> spine.invocations.invoke(wish("faasten", "{}", List.of())))
                .content()
                .orElseThrow();
        assertThat(content.fault().orElseThrow().message())
                .isEqualTo("a function of Faasten's convention is given no secrets");
    }

    /// A run of another organization says nothing of what acme's gate injects.
    @Test
    void aForeignRunsRecord_doesNotNameThem() throws InterruptedException {
        Task owner = Spine.task("acme", "acme");
        assertThat(owner.run(() -> spine.invocations.invoke(wish("word", "{}", List.of("t"))))
                        .run()
                        .secrets())
                .containsExactly("s", "t");
        var foreign = new Invocation(
                "blue",
                "word",
                "",
                "",
                Spine.path("word"),
                Label.PUBLIC,
                Bytes.utf8("{}"),
                Bytes.utf8("{\"secrets\":{},\"serviceBindings\":{}}"),
                Map.of(),
                Map.of(),
                List.of(),
                Invocation.Asked.NOTHING);
        Run.View view = Spine.task("acme", "acme").run(() -> spine.invocations.invoke(foreign));
        assertThat(view.run().secrets()).isEmpty();
        assertThat(view.output()).contains(Spine.json("\"the word of s\""));
    }

    /// Nor does one that is less secret than the gate.
    @Test
    void whoMayKnowOfARun_andNotOfItsGate_isNotToldWhatThatInjects() {
        Gate gate = Spine.task("acme", "acme").run(() -> spine.gates.resolve(Spine.path("word")));
        Label known = Label.of(gate.label().secrecy(), Component.TRUE);
        assertThat(Injection.shown("acme", gate, List.of("t"), known)).containsExactly("s", "t");
        assertThat(Injection.shown("acme", gate, List.of("t"), Label.PUBLIC)).containsExactly("t");
    }

    private static Invocation asking(String secret) {
        return wish("word", "{}", List.of(secret));
    }

    private static Invocation wish(String function, String payload, List<String> secrets) {
        Invocation plain = Spine.wish(function, payload, "acme/runs,T", Optional.empty());
        return new Invocation(
                plain.organization(),
                plain.function(),
                plain.functionId(),
                plain.faasId(),
                plain.gate(),
                plain.start(),
                plain.payload(),
                plain.context(),
                plain.headers(),
                plain.blobs(),
                secrets,
                plain.asked());
    }

    private static void create(String name, String source, Convention convention, String... secrets) {
        FunctionSpec spec = spine.python(source, "hello.handle", convention, Spine.limits(Duration.ofSeconds(20)));
        List<Principal> inject = List.of(secrets).stream()
                .map(text -> Component.parse(text).allOf().getFirst().anyOf().getFirst())
                .toList();
        Component declassify = Component.ofClauses(inject.stream().map(List::of).toList());
        var policy = new GatePolicy(
                Component.parse(name.equals("calls") ? "acme/runs/word" : "T"),
                Component.parse("acme/runs/" + name),
                declassify,
                Component.parse("acme"));
        Task owner = Spine.task("acme", "acme");
        FsPath path = Spine.path(name);
        owner.run(() -> spine.gates.create(
                path,
                new GateContent.Direct(policy, spec, inject),
                Backing.ORGANIZATION,
                Spine.gateLabel(name),
                owner.exercise(Component.TRUE, Component.parse("acme/function"))));
    }
}
