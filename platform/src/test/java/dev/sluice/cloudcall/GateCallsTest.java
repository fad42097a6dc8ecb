package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.function.Limits;
import dev.sluice.function.Packages;
import dev.sluice.gate.Gates;
import dev.sluice.gate.Invoker;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Gates that a run makes, reads and replaces. Without guests.
final class GateCallsTest {
    private static final With ALL = With.Extent.ALL;
    private static final String SOURCE = "def handle(event, cloudcall):\n    return 1\n";
    private static final PathArg GATE = path("home:<alice,alice>:g");
    private static final GateArg.Grants NO_GRANTS = new GateArg.Grants(null, null, null, null);

    private static final Invoker NOBODY = new Invoker() {
        @Override
        public Answer call(FsPath gate, Call call) {
            throw new AssertionError("nothing is invoked here");
        }

        @Override
        public void submit(FsPath gate, Call call) {
            throw new AssertionError("nothing is invoked here");
        }
    };

    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final CloudCalls calls = new CloudCalls(
            new CloudCalls.Rooms(fs, blobs, new Gates(fs, this::somebodyElse), new Packages(blobs)),
            NOBODY,
            Component.parse("alice"));
    private final Queue<CloudCall> meanwhile = new ArrayDeque<>();
    private Task task = task("alice");

    @BeforeEach
    void bootstrap() {
        fs.bootstrap();
    }

    @Test
    void aNewGate_letsEverybodyIn_andGrantsNothing() throws Exception {
        create(NO_GRANTS, function(finalized(SOURCE)));
        assertThat(read(GATE))
                .containsEntry("type", Value.of("direct"))
                .containsEntry("privilege", Value.of("T"))
                .containsEntry("clearance", Value.of("T"))
                .containsEntry("declassify", Value.of("T"))
                .containsEntry("max_secrecy", Value.of("F"))
                .containsEntry("runtime", Value.of("python3"))
                .containsEntry("handler", Value.of("main.handle"))
                .containsEntry("memory_mib", Value.of(128))
                .containsEntry("payload_style", Value.of("raw"));
    }

    @Test
    void aGate_isShownByDigests_andNeverItsCode() throws Exception {
        create(NO_GRANTS, function(finalized(SOURCE)));
        assertThat(read(GATE).get("app"))
                .isInstanceOfSatisfying(
                        Value.Text.class, digest -> assertThat(digest.text()).hasSize(64));
        assertThat(read(GATE).toString()).doesNotContain("cloudcall");
    }

    @Test
    void aGate_thatGrantsMoreThanItsAuthorHolds_isRefused_andNotThere() throws Exception {
        GateArg.Leads leads = function(finalized(SOURCE));
        for (GateArg.Grants grants :
                List.of(new GateArg.Grants("bob", null, null, null), new GateArg.Grants(null, null, "bob", null))) {
            assertThat(refusal(new CloudCall.CreateGate(GATE, "alice,alice", new GateArg(grants, leads), ALL)))
                    .isEqualTo(CallRefusal.DENIED);
            assertThat(refusal(new CloudCall.CreateGate(null, "alice,alice", new GateArg(grants, leads), ALL)))
                    .isEqualTo(CallRefusal.DENIED);
        }
        assertThat(refusal(new CloudCall.CreateGate(
                        GATE, "alice,T", new GateArg(new GateArg.Grants("alice", null, null, null), leads), ALL)))
                .isEqualTo(CallRefusal.DENIED);
        assertThat(refusal(new CloudCall.ReadGate(GATE))).isEqualTo(CallRefusal.NOT_FOUND);
    }

    @Test
    void anUnlinkedGate_isOpened_andLinkedLater() throws Exception {
        Value answer = ask(new CloudCall.CreateGate(
                null, "alice,alice", new GateArg(NO_GRANTS, function(finalized(SOURCE))), ALL));
        Map<String, Value> opened = ((Value.Fields) answer).byName();
        assertThat(opened.get("kind")).isEqualTo(Value.of("gate"));
        String handle = ((Value.Text) Objects.requireNonNull(opened.get("handle"))).text();
        ask(new CloudCall.HardLink(new PathArg.From(handle, List.of()), GATE, ALL));
        assertThat(read(GATE)).containsEntry("type", Value.of("direct"));
    }

    @Test
    void replacing_keepsWhatIsNotSaid_andJudgesTheResult() throws Exception {
        create(new GateArg.Grants("alice", "bob", "alice", "alice"), function(finalized(SOURCE)));
        Map<String, Value> before = read(GATE);
        var clearance = new GateArg(new GateArg.Grants(null, "carol", null, null), nothing());
        ask(new CloudCall.ReplaceGate(GATE, clearance, ALL));
        assertThat(read(GATE))
                .containsEntry("clearance", Value.of("carol"))
                .containsEntry("privilege", Value.of("alice"))
                .containsEntry("declassify", Value.of("alice"))
                .containsEntry("max_secrecy", Value.of("alice"))
                .containsEntry("app", before.get("app"))
                .containsEntry("version", Value.of(2));

        task = task("T");
        assertThat(refusal(new CloudCall.ReplaceGate(GATE, clearance, ALL))).isEqualTo(CallRefusal.DENIED);
        assertThat(read(GATE)).containsEntry("version", Value.of(2));
    }

    @Test
    void aRedirect_leadsToAGate_pinnedOrNot() throws Exception {
        create(NO_GRANTS, function(finalized(SOURCE)));
        PathArg redirect = path("home:<alice,alice>:r");
        ask(new CloudCall.CreateGate(
                redirect,
                "alice,alice",
                new GateArg(new GateArg.Grants("alice", "bob", null, null), new GateArg.Redirect(GATE, "alice", true)),
                ALL));
        assertThat(read(redirect))
                .containsEntry("type", Value.of("redirect"))
                .containsEntry("enter", Value.of("alice"))
                .containsEntry("pin", read(GATE).get("digest"));

        ask(new CloudCall.ReplaceGate(redirect, new GateArg(NO_GRANTS, new GateArg.Redirect(null, null, false)), ALL));
        assertThat(read(redirect)).containsEntry("enter", Value.of("alice")).containsEntry("pin", Value.NULL);
    }

    @Test
    void aCopyOfARedirect_entersWithNothingOfItsOwn() throws Exception {
        create(NO_GRANTS, function(finalized(SOURCE)));
        PathArg redirect = path("home:<alice,alice>:r");
        var leads = new GateArg.Redirect(GATE, "alice", false);
        ask(new CloudCall.CreateGate(redirect, "alice,alice", new GateArg(NO_GRANTS, leads), ALL));
        ask(new CloudCall.Endorse(null));
        PathArg copy = path("home:<alice,alice>:copy");
        ask(new CloudCall.DuplicateGate(redirect, copy, "T", "T", ALL));
        assertThat(read(copy)).containsEntry("type", Value.of("redirect")).containsEntry("enter", Value.of("T"));
    }

    @Test
    void aReplacement_ofAnotherType_keepsNothingOfTheOld() throws Exception {
        create(NO_GRANTS, function(finalized(SOURCE)));
        var redirect = new GateArg(NO_GRANTS, new GateArg.Redirect(null, null, null));
        assertThat(refusal(new CloudCall.ReplaceGate(GATE, redirect, ALL))).isEqualTo(CallRefusal.INVALID);
    }

    @Test
    void aReplacement_ofWhatSomebodyElseHasReplacedMeanwhile_isAConflict() throws Exception {
        create(NO_GRANTS, function(finalized(SOURCE)));
        var clearance = new GateArg(new GateArg.Grants(null, "bob", null, null), nothing());
        meanwhile.add(new CloudCall.ReplaceGate(GATE, clearance, ALL));
        var privilege = new GateArg(new GateArg.Grants("alice", null, null, null), nothing());
        assertThat(refusal(new CloudCall.ReplaceGate(GATE, privilege, ALL))).isEqualTo(CallRefusal.CONFLICT);
        assertThat(read(GATE)).containsEntry("clearance", Value.of("bob")).containsEntry("privilege", Value.of("T"));
    }

    @Test
    void memory_isNotLessThanALanguageNeeds() throws Exception {
        var leads = new GateArg.Function(
                new GateArg.App.Finalized(finalized(SOURCE)), path("python3"), null, null, null, 1L, null);
        create(NO_GRANTS, leads);
        assertThat(read(GATE)).containsEntry("memory_mib", Value.of(128));
    }

    @Test
    void aCopyOfAGate_hasTheGrantsThatAreStated() throws Exception {
        create(new GateArg.Grants("alice", "bob", "alice", null), function(finalized(SOURCE)));
        ask(new CloudCall.Endorse(null));
        PathArg copy = path("home:<alice,alice>:copy");
        ask(new CloudCall.DuplicateGate(GATE, copy, "alice/x", "carol", ALL));
        assertThat(read(copy))
                .containsEntry("privilege", Value.of("alice/x"))
                .containsEntry("clearance", Value.of("carol"))
                .containsEntry("declassify", Value.of("T"))
                .containsEntry("app", read(GATE).get("app"));
        assertThat(refusal(new CloudCall.DuplicateGate(GATE, path("home:<alice,alice>:c2"), "bob", "T", ALL)))
                .isEqualTo(CallRefusal.DENIED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "memory",
                "timeout",
                "patience",
                "longRuntime",
                "none",
                "convention",
                "style",
                "runtime",
                "empty",
                "handler"
            })
    void whatIsNoGate_isRefused(String wrong) throws Exception {
        var app = new GateArg.App.Finalized(finalized(wrong.equals("empty") ? "" : SOURCE));
        PathArg longRuntime = path("home:<alice,alice>:long");
        ask(new CloudCall.LinkBlob(longRuntime, finalized("python3" + " ".repeat(60)), "alice,alice", ALL));
        var leads = new GateArg.Function(
                wrong.equals("none") ? null : app,
                wrong.equals("longRuntime")
                        ? longRuntime
                        : path(wrong.equals("runtime") ? "home:<alice,alice>" : "python3"),
                wrong.equals("handler") ? "x".repeat(600) : null,
                wrong.equals("convention") ? "other" : null,
                wrong.equals("style") ? "other" : null,
                wrong.equals("memory") ? 1L << 32 | 128 : null,
                wrong.equals("timeout")
                        ? Long.valueOf(0)
                        : wrong.equals("patience") ? Long.valueOf(Limits.TIMEOUT_MAX.toMillis() + 1) : null);
        assertThat(refusal(new CloudCall.CreateGate(GATE, "alice,alice", new GateArg(NO_GRANTS, leads), ALL)))
                .isIn(CallRefusal.INVALID, CallRefusal.TOO_LARGE);
    }

    @Test
    void anApp_isReadFromItsEntry_andTaints() throws Exception {
        ask(new CloudCall.LinkBlob(path("home:<alice,alice>:app"), finalized(SOURCE), "alice&bob,alice", ALL));
        ask(new CloudCall.LinkBlob(path("home:<alice,alice>:py"), finalized("python3\n"), "alice,alice", ALL));
        task = task("alice");
        var leads = new GateArg.Function(
                new GateArg.App.Entry(path("home:<alice,alice>:app")),
                path("home:<alice,alice>:py"),
                null,
                null,
                null,
                null,
                null);
        assertThat(refusal(new CloudCall.CreateGate(GATE, "alice,alice", new GateArg(NO_GRANTS, leads), ALL)))
                .isEqualTo(CallRefusal.DENIED);
        assertThat(task.label().secrecy()).isEqualTo(Component.parse("alice&bob"));
        ask(new CloudCall.CreateGate(null, "alice&bob,alice", new GateArg(NO_GRANTS, leads), ALL));
    }

    /// What somebody does between the moment at which a change was decided and the one at which it happens.
    private void somebodyElse(Deed deed) {
        CloudCall call = meanwhile.poll();
        try {
            if (call != null) {
                assertThat(calls.answer(call)).isInstanceOf(CallReply.Granted.class);
            }
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private void create(GateArg.Grants grants, GateArg.Leads leads) throws Exception {
        ask(new CloudCall.CreateGate(GATE, "alice,alice", new GateArg(grants, leads), ALL));
    }

    private static GateArg.Function function(String blob) {
        return new GateArg.Function(new GateArg.App.Finalized(blob), path("python3"), null, null, null, null, null);
    }

    private static GateArg.Function nothing() {
        return new GateArg.Function(null, null, null, null, null, null, null);
    }

    private String finalized(String content) throws Exception {
        String writing = ((Value.Text) ask(new CloudCall.CreateBlob())).text();
        ask(new CloudCall.WriteBlob(writing, Bytes.utf8(content)));
        return ((Value.Text) ask(new CloudCall.FinalizeBlob(writing))).text();
    }

    private Map<String, Value> read(PathArg gate) throws Exception {
        return ((Value.Fields) ask(new CloudCall.ReadGate(gate))).byName();
    }

    private Value ask(CloudCall call) throws Exception {
        CallReply reply = task.run(() -> calls.answer(call));
        assertThat(reply).isInstanceOf(CallReply.Granted.class);
        return ((CallReply.Granted) reply).answer();
    }

    private CallRefusal refusal(CloudCall call) throws Exception {
        CallReply reply = task.run(() -> calls.answer(call));
        assertThat(reply).isInstanceOf(CallReply.Refused.class);
        return ((CallReply.Refused) reply).refusal();
    }

    private static Task task(String privilege) {
        return new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.parse(privilege)));
    }

    private static PathArg path(String text) {
        return new PathArg.Colon(text);
    }
}
