package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.function.Packages;
import dev.sluice.gate.Gates;
import dev.sluice.gate.Invoker;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.CountedBlobs;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a run asks is answered by the file system and the gates below, as the run's task. Without guests.
final class CloudCallsTest {
    private static final With ALL = With.Extent.ALL;
    private static final String HOME = "home:<alice,alice>";
    private static final PathArg HOME_PATH = path(HOME);

    private final MemoryStore store = new MemoryStore();
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private final CountedBlobs blobs = new CountedBlobs(new MemoryBlobs());
    private final CloudCalls.Rooms rooms =
            new CloudCalls.Rooms(fs, blobs, new Gates(fs, deed -> {}), new Packages(blobs));
    private final List<Invoker.Call> invoked = new ArrayList<>();

    private final Invoker invoker = new Invoker() {
        @Override
        public Answer call(FsPath gate, Call call) {
            invoked.add(call);
            return new Answer(404, call.payload(), true);
        }

        @Override
        public void submit(FsPath gate, Call call) {
            invoked.add(call);
        }
    };

    /// A run of alice's gate.
    private Task task = task("alice");
    private CloudCalls calls = run("alice");

    @BeforeEach
    void bootstrap() {
        fs.bootstrap();
    }

    @Test
    void anOpenedObject_isNamedByItsHandle() throws Exception {
        String handle = opened(new CloudCall.Open(HOME_PATH), "directory");
        ask(new CloudCall.CreateDirectory(from(handle, "d"), "alice,alice", ALL));
        ask(new CloudCall.CreateFile(from(handle, "d", "f"), "alice,alice", ALL));
        ask(new CloudCall.WriteFile(path(HOME + ":d:f"), Bytes.utf8("text"), ALL));

        String file = opened(new CloudCall.Open(from(handle, "d", "f")), "file");
        assertThat(ask(new CloudCall.ReadFile(from(file)))).isEqualTo(Value.of(Bytes.utf8("text")));
        ask(new CloudCall.Delete(from(handle, "d", "f"), ALL));
        assertThat(ask(new CloudCall.ReadFile(from(file)))).isEqualTo(Value.of(Bytes.utf8("text")));
    }

    @Test
    void opening_taintsWithTheWay_andNotWithTheObject() throws Exception {
        ask(new CloudCall.CreateFile(path(HOME + ":f"), "alice&bob,alice", ALL));
        task = task("alice");
        String file = opened(new CloudCall.Open(path(HOME + ":f")), "file");
        assertThat(task.label().secrecy()).isEqualTo(Component.parse("alice"));
        ask(new CloudCall.ReadFile(from(file)));
        assertThat(task.label().secrecy()).isEqualTo(Component.parse("alice&bob"));
    }

    @Test
    void aHandle_isOfThisRunOnly_andNeverUsedAgain() throws Exception {
        String first = opened(new CloudCall.Open(HOME_PATH), "directory");
        ask(new CloudCall.Close(first));
        String second = opened(new CloudCall.Open(HOME_PATH), "directory");

        assertThat(first).isEqualTo("1");
        assertThat(second).isEqualTo("2");
        assertThat(refusal(new CloudCall.ListDirectory(from(first)))).isEqualTo(CallRefusal.CLOSED);
        assertThat(refusal(new CloudCall.Close(first))).isEqualTo(CallRefusal.CLOSED);
        calls = run("alice");
        assertThat(refusal(new CloudCall.ListDirectory(from(second)))).isEqualTo(CallRefusal.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "2", "01", "b1", "999999999999999999999"})
    void aHandleThatNeverWas_isClosed_andNotTheRoot(String handle) throws Exception {
        opened(new CloudCall.Open(HOME_PATH), "directory");
        assertThat(refusal(new CloudCall.ListDirectory(from(handle)))).isEqualTo(CallRefusal.CLOSED);
        assertThat(refusal(new CloudCall.HardLink(from(handle), path(HOME + ":linked"), ALL)))
                .isEqualTo(CallRefusal.CLOSED);
        assertThat(refusal(new CloudCall.OpenBlobHandle(handle))).isEqualTo(CallRefusal.CLOSED);
        assertThat(names(HOME_PATH)).isEmpty();
    }

    @Test
    void tooManyOpenObjects_areRefused_andNothingIsMadeForThem() throws Exception {
        for (int i = 0; i < OpenObjects.OPEN_MAX; i++) {
            opened(new CloudCall.Open(HOME_PATH), "directory");
        }
        long before = store.scan(Bytes.EMPTY, Bytes.EMPTY, 1_000).size();
        assertThat(refusal(new CloudCall.Open(HOME_PATH))).isEqualTo(CallRefusal.LIMIT);
        assertThat(refusal(new CloudCall.CreateUnlinked("file", "alice,alice", null, ALL)))
                .isEqualTo(CallRefusal.LIMIT);
        String code = finalized("def handle(event, cloudcall):\n    return 1\n");
        var function =
                new GateArg.Function(new GateArg.App.Finalized(code), path("python3"), null, null, null, null, null);
        var gate = new GateArg(new GateArg.Grants(null, null, null, null), function);
        assertThat(refusal(new CloudCall.CreateGate(null, "alice,alice", gate, ALL)))
                .isEqualTo(CallRefusal.LIMIT);
        assertThat(store.scan(Bytes.EMPTY, Bytes.EMPTY, 1_000)).hasSize((int) before);
        task = task("alice");
        assertThat(refusal(new CloudCall.Open(path(HOME + ":missing")))).isEqualTo(CallRefusal.LIMIT);
        assertThat(task.label()).isEqualTo(Label.PUBLIC);
        ask(new CloudCall.Close("1"));
        opened(new CloudCall.Open(HOME_PATH), "directory");
    }

    @Test
    void whatIsCreatedUnlinked_isFoundOnceItIsLinked() throws Exception {
        for (String kind : List.of("directory", "file", "faceted")) {
            String made = opened(new CloudCall.CreateUnlinked(kind, "alice,alice", null, ALL), kind);
            assertThat(refusal(new CloudCall.Stat(path(HOME + ":" + kind)))).isEqualTo(CallRefusal.NOT_FOUND);
            ask(new CloudCall.HardLink(from(made), path(HOME + ":" + kind), ALL));
            assertThat(field(new CloudCall.Stat(path(HOME + ":" + kind)), "kind"))
                    .isEqualTo(Value.of(kind));
        }
        String blob = opened(new CloudCall.CreateUnlinked("blob", "alice,alice", finalized("photo"), ALL), "blob");
        ask(new CloudCall.HardLink(from(blob), path(HOME + ":photo"), ALL));
        assertThat(field(new CloudCall.OpenBlob(path(HOME + ":photo")), "length"))
                .isEqualTo(Value.of(5));
    }

    @Test
    void aFailedCreate_givesNoHandle_andLinksNothing() throws Exception {
        assertThat(refusal(new CloudCall.CreateUnlinked("file", "bob,bob", null, ALL)))
                .isEqualTo(CallRefusal.DENIED);
        assertThat(refusal(new CloudCall.CreateUnlinked("gate", null, null, ALL)))
                .isEqualTo(CallRefusal.INVALID);
        assertThat(refusal(new CloudCall.CreateUnlinked("blob", "T,T", null, ALL)))
                .isEqualTo(CallRefusal.INVALID);
        assertThat(refusal(new CloudCall.CreateUnlinked("file", "T,T", finalized("x"), ALL)))
                .isEqualTo(CallRefusal.INVALID);
        assertThat(refusal(new CloudCall.CreateUnlinked("file", "no label", null, ALL)))
                .isEqualTo(CallRefusal.INVALID);
        assertThat(refusal(new CloudCall.HardLink(from("1"), path(HOME + ":x"), ALL)))
                .isEqualTo(CallRefusal.CLOSED);
        assertThat(names(HOME_PATH)).isEmpty();
    }

    @Test
    void anObjectBelowTheRunsLabel_isNotCreated() throws Exception {
        ask(new CloudCall.TaintWithLabel("alice,T"));
        assertThat(refusal(new CloudCall.CreateUnlinked("file", "T,alice", null, ALL)))
                .isEqualTo(CallRefusal.DENIED);
    }

    @Test
    void aLabelThatIsNotStated_isTheRunsAtThatMoment() throws Exception {
        ask(new CloudCall.TaintWithLabel("alice,T"));
        String file = opened(new CloudCall.CreateUnlinked("file", null, null, ALL), "file");
        assertThat(field(new CloudCall.Stat(from(file)), "label")).isEqualTo(Value.of("alice,T"));
        ask(new CloudCall.CreateDirectory(path(HOME + ":d"), null, ALL));
        assertThat(field(new CloudCall.Stat(path(HOME + ":d")), "label")).isEqualTo(Value.of("alice,T"));
    }

    @Test
    void aChange_usesThePrivilegeForIntegrity_andNeverForSecrecy() throws Exception {
        ask(new CloudCall.CreateFile(path("home:<T,alice>:f"), "T,alice", ALL));
        ask(new CloudCall.TaintWithLabel("alice,T"));
        assertThat(refusal(new CloudCall.WriteFile(path("home:<T,alice>:f"), Bytes.EMPTY, ALL)))
                .isEqualTo(CallRefusal.DENIED);
        ask(new CloudCall.Declassify("T"));
        ask(new CloudCall.WriteFile(path("home:<T,alice>:f"), Bytes.EMPTY, ALL));
    }

    @Test
    void aConditionalWrite_needsTheVersion() throws Exception {
        PathArg file = path(HOME + ":f");
        ask(new CloudCall.CreateFile(file, "alice,alice", ALL));
        assertThat(field(new CloudCall.Stat(file), "version")).isEqualTo(Value.of(1));
        assertThat(ask(new CloudCall.WriteIf(file, Bytes.utf8("a"), 1, ALL))).isEqualTo(Value.of(2));
        assertThat(refusal(new CloudCall.WriteIf(file, Bytes.utf8("b"), 1, ALL)))
                .isEqualTo(CallRefusal.CONFLICT);
        assertThat(refusal(new CloudCall.WriteIf(file, Bytes.utf8("b"), 0, ALL)))
                .isEqualTo(CallRefusal.INVALID);
        assertThat(ask(new CloudCall.ReadFile(file))).isEqualTo(Value.of(Bytes.utf8("a")));
        assertThat(field(new CloudCall.Stat(file), "version")).isEqualTo(Value.of(2));
    }

    @Test
    void aDirectory_isListedInPages() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            ask(new CloudCall.CreateFile(path(HOME + ":" + name), "alice,alice", ALL));
        }
        assertThat(names(new CloudCall.ListPage(HOME_PATH, "", 2))).containsExactly("a", "b");
        assertThat(names(new CloudCall.ListPage(HOME_PATH, "b", 2))).containsExactly("c");
        assertThat(names(new CloudCall.ListPage(HOME_PATH, "", Long.MAX_VALUE))).hasSize(3);
    }

    @Test
    void facets_areListedInPages_andTaintWithWhatWasAskedFor() throws Exception {
        ask(new CloudCall.CreateFile(path("home:<T,alice>:a"), "T,alice", ALL));
        ask(new CloudCall.CreateFile(path("home:<T,alice/x>:a"), "T,alice/x", ALL));
        ask(new CloudCall.CreateFile(path("home:<alice,alice>:a"), "alice,alice", ALL));
        task = task("alice");
        assertThat(ask(new CloudCall.ListFacets(path("home"), null, null, 10)))
                .isEqualTo(Value.texts(List.of("T,alice", "T,alice/x")));
        assertThat(task.label().secrecy()).isEqualTo(Component.TRUE);
        assertThat(ask(new CloudCall.ListFacets(path("home"), "alice,T", null, 1)))
                .isEqualTo(Value.texts(List.of("T,alice")));
        assertThat(task.label().secrecy()).isEqualTo(Component.parse("alice"));
        assertThat(ask(new CloudCall.ListFacets(path("home"), "alice,T", "T,alice/x", 10)))
                .isEqualTo(Value.texts(List.of("alice,alice")));
    }

    @Test
    void anInvocation_handsOnWhatIsNamed_andOnlyBlobsOfThisRun() throws Exception {
        var call = new CloudCall.Invoke(
                path(HOME + ":g"), Bytes.utf8("p"), true, Map.of("H", "v"), Map.of("b", finalized("photo")), "alice,T");
        assertThat(ask(call))
                .isEqualTo(Value.of(
                        Map.of("status", Value.of(404), "body", Value.of(Bytes.utf8("p")), "failed", Value.TRUE)));
        assertThat(invoked.getFirst().headers()).containsEntry("H", "v");
        assertThat(invoked.getFirst().blobs()).containsKey("b");
        assertThat(invoked.getFirst().resultLabel()).contains(Label.parse("alice,T"));

        invoked.clear();
        for (boolean sync : List.of(true, false)) {
            assertThat(refusal(new CloudCall.Invoke(
                            path(HOME + ":g"), Bytes.EMPTY, sync, Map.of(), Map.of("b", "b99"), null)))
                    .isEqualTo(CallRefusal.CLOSED);
        }
        assertThat(invoked).isEmpty();
        ask(new CloudCall.Invoke(path(HOME + ":g"), Bytes.EMPTY, false, Map.of(), Map.of(), null));
        assertThat(invoked).hasSize(1);
    }

    @Test
    void headersWithoutEnd_areTooLarge() throws Exception {
        Map<String, String> headers = Map.of("h", "x".repeat(Invoker.Call.HEADER_CHARS_MAX));
        assertThat(refusal(new CloudCall.Invoke(path(HOME), Bytes.EMPTY, true, headers, Map.of(), null)))
                .isEqualTo(CallRefusal.TOO_LARGE);
    }

    /// A part of a listing would look like the whole.
    @Test
    void listing_isWhole_orRefused() throws Exception {
        ask(new CloudCall.CreateFile(path(HOME + ":f"), "alice,alice", ALL));
        ask(new CloudCall.CreateDirectory(path(HOME + ":d"), "alice,alice", ALL));
        ask(new CloudCall.CreateFaceted(path(HOME + ":facets"), ALL));
        String facet = HOME + ":facets:<alice,alice>";
        link("d", 0, 2_500);
        assertThat(names(path(HOME + ":d"))).hasSize(2_500).doesNotHaveDuplicates();
        for (String name : List.of("a", "b")) {
            ask(new CloudCall.HardLink(path(HOME + ":f"), path(facet + ":" + name), ALL));
        }
        Value listed = ask(new CloudCall.ListFaceted(path(HOME + ":facets")));
        assertThat(((Value.Items) listed).items()).hasSize(1);
        link("d", 2_500, ValueCodec.ITEMS_MAX + 1);
        assertThat(refusal(new CloudCall.ListDirectory(path(HOME + ":d")))).isEqualTo(CallRefusal.TOO_LARGE);
        assertThat(names(new CloudCall.ListPage(path(HOME + ":d"), "", 1_000))).hasSize(1_000);
    }

    private void link(String directory, int from, int to) {
        FsPath home = FsPath.home(Label.parse("alice,alice"));
        Task alice = task("alice");
        alice.run(() -> {
            for (int i = from; i < to; i++) {
                fs.link(home.child("f"), home.child(directory).child("n" + i), alice.forEndorsing());
            }
            return alice;
        });
    }

    @Test
    void blobsInHand_areBounded() throws Exception {
        for (int i = 0; i < Handles.HANDLES_MAX; i++) {
            ask(new CloudCall.CreateBlob());
        }
        assertThat(refusal(new CloudCall.CreateBlob())).isEqualTo(CallRefusal.LIMIT);
        ask(new CloudCall.CloseBlob("w1"));
        ask(new CloudCall.CreateBlob());
    }

    @Test
    void blobsThatAreFinishedOrRead_countToo() throws Exception {
        String blob = finalized("photo");
        for (int i = 1; i < Handles.HANDLES_MAX; i++) {
            ask(new CloudCall.OpenBlobHandle(blob));
        }
        assertThat(refusal(new CloudCall.OpenBlobHandle(blob))).isEqualTo(CallRefusal.LIMIT);
        assertThat(refusal(new CloudCall.CreateBlob())).isEqualTo(CallRefusal.LIMIT);
        ask(new CloudCall.CloseBlob(blob));
        finalized("another");
        assertThat(refusal(new CloudCall.CreateBlob())).isEqualTo(CallRefusal.LIMIT);
    }

    @Test
    void whatARunLeavesOpen_isClosedWithIt() throws Exception {
        String blob = finalized("photo");
        assertThat(blobs.open()).isZero();
        ask(new CloudCall.CreateBlob());
        ask(new CloudCall.OpenBlobHandle(blob));
        assertThat(blobs.open()).isEqualTo(2);
        calls.close();
        assertThat(blobs.open()).isZero();
    }

    @Test
    void whatARunWritesInBlobs_isBoundedAltogether() throws Exception {
        Bytes piece = Bytes.takeOver(new byte[4 << 20]);
        String first = ((Value.Text) ask(new CloudCall.CreateBlob())).text();
        String second = ((Value.Text) ask(new CloudCall.CreateBlob())).text();
        for (int written = 0; written < Handles.WRITTEN_BYTES_MAX; written += 2 * piece.length()) {
            ask(new CloudCall.WriteBlob(first, piece));
            ask(new CloudCall.WriteBlob(second, piece));
        }
        for (String handle : List.of(first, second)) {
            assertThat(refusal(new CloudCall.WriteBlob(handle, Bytes.utf8("x"))))
                    .isEqualTo(CallRefusal.TOO_LARGE);
        }
    }

    @Test
    void aBlob_isReadInPieces_andNothingIsBehindItsEnd() throws Exception {
        String writing = ((Value.Text) ask(new CloudCall.CreateBlob())).text();
        ask(new CloudCall.WriteBlob(writing, Bytes.takeOver(new byte[Handles.READ_BYTES_MAX + 1])));
        String blob = ((Value.Text) ask(new CloudCall.FinalizeBlob(writing))).text();
        String reading = text(((Value.Fields) ask(new CloudCall.OpenBlobHandle(blob)))
                .byName()
                .get("handle"));
        assertThat(octets(new CloudCall.ReadBlob(reading, 0, Long.MAX_VALUE))).isEqualTo(Handles.READ_BYTES_MAX);
        assertThat(octets(new CloudCall.ReadBlob(reading, Handles.READ_BYTES_MAX, 10)))
                .isEqualTo(1);
        for (long offset : new long[] {Handles.READ_BYTES_MAX + 1, Long.MAX_VALUE}) {
            assertThat(octets(new CloudCall.ReadBlob(reading, offset, 1))).isZero();
        }
        assertThat(octets(new CloudCall.ReadBlob(reading, 0, 0))).isZero();
    }

    @Test
    void aBlobsHandle_isOfOneUse_andClosedOnce() throws Exception {
        String writing = ((Value.Text) ask(new CloudCall.CreateBlob())).text();
        String blob = ((Value.Text) ask(new CloudCall.FinalizeBlob(writing))).text();
        for (CloudCall call : List.of(
                new CloudCall.WriteBlob(writing, Bytes.EMPTY),
                new CloudCall.FinalizeBlob(writing),
                new CloudCall.OpenBlobHandle(writing),
                new CloudCall.ReadBlob(blob, 0, 1),
                new CloudCall.CloseBlob(writing))) {
            assertThat(refusal(call)).isEqualTo(CallRefusal.CLOSED);
        }
        ask(new CloudCall.CloseBlob(blob));
        for (CloudCall call : List.of(new CloudCall.OpenBlobHandle(blob), new CloudCall.CloseBlob(blob))) {
            assertThat(refusal(call)).isEqualTo(CallRefusal.CLOSED);
        }
    }

    @Test
    void subPrivilege_ofEverythingOrNothing_isInvalid() throws Exception {
        for (String self : List.of("T", "F")) {
            calls = run(self);
            assertThat(refusal(new CloudCall.SubPrivilege(List.of("x")))).isEqualTo(CallRefusal.INVALID);
        }
    }

    @Test
    void elementsOfAPath_areTakenLiterally() throws Exception {
        for (String name : List.of("<alice,alice>", "~", "%", "a:b", "..", "")) {
            var elements = List.<PathArg.Element>of(new PathArg.Element.Name("home"), new PathArg.Element.Name(name));
            CallReply reply = task.run(() -> calls.answer(new CloudCall.ListDirectory(new PathArg.Elements(elements))));
            assertThat(reply).as(name).isInstanceOf(CallReply.Refused.class);
        }
        assertThat(task.label()).isEqualTo(Label.PUBLIC);
    }

    @Test
    void allFacets_areThoseThatFlowToTheRunsLabel() throws Exception {
        ask(new CloudCall.CreateFile(path("home:<T,alice>:a"), "T,alice", ALL));
        ask(new CloudCall.CreateFile(path("home:<alice,alice>:b"), "alice,alice", ALL));
        task = task("alice");
        Value open = Value.of(Map.of("label", Value.of("T,alice"), "names", Value.texts(List.of("a"))));
        assertThat(ask(new CloudCall.ListFaceted(path("home")))).isEqualTo(Value.of(List.of(open)));
        assertThat(task.label().secrecy()).isEqualTo(Component.TRUE);
    }

    @Test
    void blobsGivenAtTheStart_areFinalized() throws Exception {
        String handle = finalized("photo");
        var given = new CloudCalls(rooms, invoker, Component.TRUE);
        ask(new CloudCall.LinkBlob(path(HOME + ":p"), handle, "alice,alice", ALL));
        FsPath photo = FsPath.home(Label.parse("alice,alice")).child("p");
        BlobRef ref = task.run(() -> BlobRef.decode(fs.read(photo, Kind.BLOB).bytes()));
        Map<String, String> held = given.hold(Map.of("in", ref));
        calls = given;
        assertThat(field(new CloudCall.OpenBlobHandle(Objects.requireNonNull(held.get("in"))), "length"))
                .isEqualTo(Value.of(5));
    }

    private String finalized(String content) throws Exception {
        String writing = ((Value.Text) ask(new CloudCall.CreateBlob())).text();
        ask(new CloudCall.WriteBlob(writing, Bytes.utf8(content)));
        return ((Value.Text) ask(new CloudCall.FinalizeBlob(writing))).text();
    }

    private int octets(CloudCall call) throws Exception {
        return ((Value.Octets) ask(call)).content().length();
    }

    private List<String> names(PathArg directory) throws Exception {
        return names(new CloudCall.ListDirectory(directory));
    }

    private List<String> names(CloudCall list) throws Exception {
        return ((Value.Items) ask(list))
                .items().stream()
                        .map(entry -> text(((Value.Fields) entry).byName().get("name")))
                        .toList();
    }

    private String opened(CloudCall call, String kind) throws Exception {
        Map<String, Value> answer = ((Value.Fields) ask(call)).byName();
        assertThat(answer.get("kind")).isEqualTo(Value.of(kind));
        return text(answer.get("handle"));
    }

    private Value field(CloudCall call, String name) throws Exception {
        return Objects.requireNonNull(((Value.Fields) ask(call)).byName().get(name));
    }

    private static String text(@Nullable Value value) {
        return ((Value.Text) Objects.requireNonNull(value)).text();
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

    private CloudCalls run(String self) {
        return new CloudCalls(rooms, invoker, Component.parse(self));
    }

    private static Task task(String privilege) {
        return new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.parse(privilege)));
    }

    private static PathArg path(String text) {
        return new PathArg.Colon(text);
    }

    private static PathArg from(String handle, String... names) {
        List<PathArg.Element> elements = new ArrayList<>();
        for (String name : names) {
            elements.add(new PathArg.Element.Name(name));
        }
        return new PathArg.From(handle, elements);
    }
}
