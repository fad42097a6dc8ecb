package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressSettings;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gate.Gates;
import dev.sluice.gate.Invoker;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A change uses the privilege that its call names, for integrity, and none that it does not name. Each changing call
/// where nothing but the privilege of its gate, alice's, vouches for it.
final class WithTest {
    private static final With ALL = With.Extent.ALL;
    private static final String SECRET = "alice,alice";
    private static final String OPEN = "T,alice";

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
    private final Egress egress =
            Egress.open(new EgressSettings(Set.of("localhost"), Set.of("localhost:443"), Optional.empty()));
    private final CloudCalls calls = new CloudCalls(
            CloudCalls.Rooms.of(fs, blobs, new Gates(fs, deed -> {}, egress)), NOBODY, Component.parse("alice"));
    private Task task = alice();
    private String blob = "";

    /// Each call that changes something.
    enum Change {
        WRITE_FILE,
        WRITE_IF,
        CREATE_DIRECTORY,
        CREATE_FILE,
        CREATE_FACETED,
        CREATE_UNLINKED,
        DELETE,
        HARD_LINK,
        LINK_BLOB,
        CREATE_GATE,
        CREATE_GATE_UNLINKED,
        CREATE_SERVICE,
        CREATE_SERVICE_UNLINKED,
        REPLACE_GATE,
        REPLACE_SERVICE,
        DUPLICATE_GATE
    }

    WithTest() throws IOException {}

    @AfterEach
    void stop() {
        egress.close();
    }

    @BeforeEach
    void furnish() throws Exception {
        fs.bootstrap();
        blob = finalized("def handle(event, cloudcall):\n    return 1\n");
        for (String label : List.of(SECRET, OPEN)) {
            granted(new CloudCall.CreateFile(in(label, "f"), label, ALL));
            granted(new CloudCall.CreateGate(in(label, "g"), label, direct(), ALL));
            granted(new CloudCall.CreateGate(in(label, "s"), label, service(), ALL));
            task = alice();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChange_thatNamesNoPrivilege_usesNone(Change change) throws Exception {
        granted(new CloudCall.TaintWithLabel("alice,T"));
        assertThat(refusal(change, SECRET, With.Extent.NONE)).isEqualTo(CallRefusal.DENIED);
        granted(call(change, SECRET, ALL));
    }

    @ParameterizedTest
    @EnumSource
    void aChange_usesThePartThatItNames(Change change) throws Exception {
        granted(new CloudCall.TaintWithLabel("alice,T"));
        assertThat(refusal(change, SECRET, new With.Part("T"))).isEqualTo(CallRefusal.DENIED);
        assertThat(refusal(change, SECRET, new With.Part("alice/app"))).isEqualTo(CallRefusal.DENIED);
        granted(call(change, SECRET, new With.Part("alice")));
    }

    /// Also where what it names would do, and where nothing is needed.
    @ParameterizedTest
    @EnumSource
    void aChange_thatNamesMoreThanThePrivilege_isRefused(Change change) throws Exception {
        for (String component : List.of("bob", "alice&bob", "F")) {
            assertThat(refusal(change, SECRET, new With.Part(component))).isEqualTo(CallRefusal.DENIED);
        }
        granted(new CloudCall.Endorse("alice"));
        granted(new CloudCall.TaintWithLabel(SECRET));
        assertThat(refusal(change, SECRET, new With.Part("bob"))).isEqualTo(CallRefusal.DENIED);
        granted(call(change, SECRET, With.Extent.NONE));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNoComponent_isInvalid(Change change) throws Exception {
        for (String text : List.of("", "alice,alice", "alice&", "a|", " T")) {
            assertThat(refusal(change, SECRET, new With.Part(text))).isEqualTo(CallRefusal.INVALID);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noChange_releasesWhatTheRunKnows_whateverItNames(Change change) throws Exception {
        granted(new CloudCall.TaintWithLabel("alice,T"));
        for (With with : List.of(ALL, new With.Part("alice"))) {
            assertThat(refusal(change, OPEN, with)).isEqualTo(CallRefusal.DENIED);
        }
        granted(new CloudCall.Declassify("T"));
        granted(call(change, OPEN, ALL));
    }

    /// A refused `with` is refused before anything is looked at.
    @Test
    void aPrivilegeThatIsNotHeld_taintsWithNothing() throws Exception {
        for (Change change : Change.values()) {
            task = alice();
            assertThat(refusal(change, SECRET, new With.Part("bob"))).isEqualTo(CallRefusal.DENIED);
            assertThat(task.label()).isEqualTo(Label.PUBLIC);
        }
    }

    /// What a gate grants has to be held, not named.
    @Test
    void aGate_grantsWhatItsMakerHolds_withoutNamingIt() throws Exception {
        granted(new CloudCall.Endorse("alice"));
        var grants = new GateArg.Grants("alice", null, "alice", null);
        granted(new CloudCall.CreateGate(
                in(SECRET, "granting"), SECRET, new GateArg(grants, direct().leads()), With.Extent.NONE));
        var tooMuch = new GateArg.Grants("bob", null, null, null);
        var call =
                new CloudCall.CreateGate(in(SECRET, "too-much"), SECRET, new GateArg(tooMuch, direct().leads()), ALL);
        assertThat(((CallReply.Refused) answer(call)).refusal()).isEqualTo(CallRefusal.DENIED);
    }

    private CloudCall call(Change change, String label, With with) {
        PathArg made = in(label, change.name().toLowerCase(Locale.ROOT));
        return switch (change) {
            case WRITE_FILE -> new CloudCall.WriteFile(in(label, "f"), Bytes.utf8("x"), with);
            case WRITE_IF -> new CloudCall.WriteIf(in(label, "f"), Bytes.utf8("x"), 1, with);
            case CREATE_DIRECTORY -> new CloudCall.CreateDirectory(made, label, with);
            case CREATE_FILE -> new CloudCall.CreateFile(made, label, with);
            case CREATE_FACETED -> new CloudCall.CreateFaceted(made, with);
            case CREATE_UNLINKED -> new CloudCall.CreateUnlinked("file", label, null, with);
            case DELETE -> new CloudCall.Delete(in(label, "f"), with);
            case HARD_LINK -> new CloudCall.HardLink(in(label, "f"), made, with);
            case LINK_BLOB -> new CloudCall.LinkBlob(made, blob, label, with);
            case CREATE_GATE -> new CloudCall.CreateGate(made, label, direct(), with);
            case CREATE_GATE_UNLINKED -> new CloudCall.CreateGate(null, label, direct(), with);
            case CREATE_SERVICE -> new CloudCall.CreateGate(made, label, service(), with);
            case CREATE_SERVICE_UNLINKED -> new CloudCall.CreateGate(null, label, service(), with);
            case REPLACE_GATE -> new CloudCall.ReplaceGate(in(label, "g"), direct(), with);
            case REPLACE_SERVICE -> new CloudCall.ReplaceGate(in(label, "s"), service(), with);
            case DUPLICATE_GATE -> new CloudCall.DuplicateGate(in(label, "g"), made, "T", "T", with);
        };
    }

    private GateArg direct() {
        return gate(new GateArg.Function(
                new GateArg.App.Finalized(blob), new PathArg.Colon("python3"), null, null, null, null, null));
    }

    private static GateArg service() {
        return gate(new GateArg.External("https://localhost/", "GET", null, null, null));
    }

    private static GateArg gate(GateArg.Leads leads) {
        return new GateArg(new GateArg.Grants(null, null, null, null), leads);
    }

    private static PathArg in(String label, String name) {
        return new PathArg.Colon("home:<" + label + ">:" + name);
    }

    private String finalized(String content) throws Exception {
        String writing = ((Value.Text) granted(new CloudCall.CreateBlob())).text();
        granted(new CloudCall.WriteBlob(writing, Bytes.utf8(content)));
        return ((Value.Text) granted(new CloudCall.FinalizeBlob(writing))).text();
    }

    private Value granted(CloudCall call) throws Exception {
        CallReply reply = answer(call);
        assertThat(reply).as(call.toString()).isInstanceOf(CallReply.Granted.class);
        return ((CallReply.Granted) reply).answer();
    }

    private CallRefusal refusal(Change change, String label, With with) throws Exception {
        CallReply reply = answer(call(change, label, with));
        assertThat(reply).as(change + " " + with).isInstanceOf(CallReply.Refused.class);
        return ((CallReply.Refused) reply).refusal();
    }

    private CallReply answer(CloudCall call) throws Exception {
        return task.run(() -> calls.answer(call));
    }

    private static Task alice() {
        return new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.parse("alice")));
    }
}
