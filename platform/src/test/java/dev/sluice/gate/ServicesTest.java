package dev.sluice.gate;

import static dev.sluice.testing.Tasks.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressSettings;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gate.GateContent.External;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Contents;
import dev.sluice.testing.Sink;
import dev.sluice.testing.Tasks;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// External gates against a real HTTPS server on loopback: what it received is what has left (S27 to S30).
@Timeout(60)
final class ServicesTest {
    private static final FsPath SERVICE = FsPath.home(Label.parse("T,alice")).child("service");
    private static final FsPath DIARY = FsPath.home(Label.parse("alice,alice")).child("diary");
    private static final Label VOUCHED = Label.parse("T,alice");
    private static final Bytes SECRET = Bytes.utf8("my secret");

    @TempDir
    Path directory;

    private final MemoryStore store = new MemoryStore();
    private final List<Deed> deeds = new ArrayList<>();
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private Sink sink;
    private Egress egress;
    private Services services;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        fs.bootstrap();
        sink = Sink.https(directory);
        egress = Egress.open(new EgressSettings(
                Set.of("localhost"), Set.of("localhost:" + sink.port()), Optional.of(sink.certificate())));
        services = new Services(fs, egress, deeds::add);
        asRoot(() -> fs.create(DIARY, Kind.FILE, Label.parse("alice,alice"), SECRET, Tasks.all(Task.current(), "F")));
    }

    @AfterEach
    void stop() throws IOException {
        egress.close();
        sink.close();
    }

    @Test
    void call_sendsWhatTheGateAndTheCallerSay_andReturnsTheWholeAnswer() throws InterruptedException {
        create(external("T", "T", "T,T", "T,T", "/repos/{owner}/x?q={q}", Map.of("Authorization", "token 1234")));
        sink.answer(_ -> Sink.bytes("HTTP/1.1 404 Not Found\r\nX-Reason: none\r\nContent-Length: 4\r\n\r\ngone"));
        ServiceAnswer answer = Tasks.of("T,T", "T,T", "T")
                .run(() -> services.invoke(SERVICE, call(Map.of("owner", "a/b&c", "q", "d e"), "body")));
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.headers()).containsEntry("x-reason", "none");
        assertThat(answer.body().utf8()).isEqualTo("gone");
        assertThat(sink.received()).hasSize(1);
        assertThat(sink.received().getFirst().line()).isEqualTo("POST /repos/a%2Fb%26c/x?q=d%20e HTTP/1.1");
        assertThat(sink.received().getFirst().head()).contains("Authorization: token 1234");
        assertThat(sink.received().getFirst().body()).isEqualTo("body");
    }

    /// S27 (H2): nothing leaves that the gate's privilege does not release, not even by a gate of one's own.
    @Test
    void s27_whatIsSecret_doesNotLeave_withoutItsOwnersPrivilege() {
        create(external("T", "T", "T,T", "T,T", "/", Map.of()));
        Task tainted = Tasks.of("T,T", "F,T", "T");
        assertThat(tainted.run(() -> fs.read(DIARY, Kind.FILE)).bytes()).isEqualTo(SECRET);
        assertThat(refusal(tainted, () -> services.invoke(SERVICE, call(Map.of(), "my secret"))))
                .isEqualTo(Refusal.DENIED);
        FsPath own = FsPath.home(Label.parse("F,T")).child("own");
        assertThat(refusal(
                        tainted,
                        () -> services.create(
                                own,
                                external("alice", "T", "T,T", "T,T", "/", Map.of()),
                                Backing.LABEL,
                                Label.TOP,
                                Privilege.NONE)))
                .isEqualTo(Refusal.DENIED);
        assertThat(refusal(
                        tainted,
                        () -> services.create(
                                own,
                                external("T", "T", "T,T", "alice,T", "/", Map.of()),
                                Backing.LABEL,
                                Label.TOP,
                                Privilege.NONE)))
                .isEqualTo(Refusal.DENIED);
        assertThat(sink.received()).isEmpty();
    }

    /// S28 (H3): the gate's privilege releases what leaves by it, and nothing of its caller.
    @Test
    void s28_whatLeavesByTheOwnersGate_staysSecretEverywhereElse() throws InterruptedException {
        create(external("alice", "T", "T,T", "T,T", "/", Map.of()));
        Task run = Tasks.of("T,T", "F,T", "T");
        run.run(() -> fs.read(DIARY, Kind.FILE));
        assertThat(run.run(() ->
                        services.invoke(SERVICE, call(Map.of(), "my secret")).status()))
                .isEqualTo(200);
        assertThat(sink.received().getFirst().body()).isEqualTo("my secret");
        assertThat(run.label()).isEqualTo(Label.parse("alice,T"));
        FsPath open = FsPath.home(Label.PUBLIC).child("open");
        assertThat(refusal(run, () -> fs.create(open, Kind.FILE, Label.PUBLIC, SECRET, Privilege.NONE)))
                .isEqualTo(Refusal.DENIED);
    }

    /// S29 (H8): neither the gate's privilege nor its taint vouches for its caller.
    @ParameterizedTest
    @ValueSource(strings = {"T,F", "T,T", "T,bob"})
    void s29_aCall_vouchesForNobody(String taint) throws InterruptedException {
        FsPath path = FsPath.home(Label.parse("T,bob")).child("service");
        asRoot(() -> services.create(
                path,
                external("bob", "T", taint, "T,T", "/", Map.of()),
                Backing.LABEL,
                Label.parse("T,bob"),
                Tasks.all(Task.current(), "F")));
        Task mallory = Tasks.of("T,T", "F,T", "mallory");
        mallory.run(() -> services.invoke(path, call(Map.of(), "")));
        assertThat(mallory.label()).isEqualTo(Label.PUBLIC);
        Label bobs = Label.parse("T,bob");
        assertThat(refusal(
                        mallory,
                        () -> fs.create(FsPath.home(bobs).child("f"), Kind.FILE, bobs, SECRET, mallory.forEndorsing())))
                .isEqualTo(Refusal.DENIED);
    }

    @Test
    void taint_comesWithEveryOutcome() throws IOException {
        create(external("T", "T", "bob,T", "T,T", "/", Map.of()));
        sink.answer(_ -> Sink.bytes("nonsense\r\n\r\n"));
        Task run = Tasks.of("T,T", "F,T", "T");
        assertThat(refusal(run, () -> services.invoke(SERVICE, call(Map.of(), ""))))
                .isEqualTo(Refusal.UNAVAILABLE);
        assertThat(run.label()).isEqualTo(Label.parse("bob,T"));
        sink.close();
        Task later = Tasks.of("T,T", "F,T", "T");
        assertThat(refusal(later, () -> services.invoke(SERVICE, call(Map.of(), ""))))
                .isEqualTo(Refusal.UNAVAILABLE);
        assertThat(later.label()).isEqualTo(Label.parse("bob,T"));
    }

    @Test
    void taintAboveTheClearance_isRefusedBeforeAnythingLeaves() {
        create(external("T", "T", "bob,T", "T,T", "/", Map.of()));
        Task run = Tasks.of("T,T", "T,T", "T");
        assertThat(refusal(run, () -> services.invoke(SERVICE, call(Map.of(), ""))))
                .isEqualTo(Refusal.DENIED);
        assertThat(run.label()).isEqualTo(Label.PUBLIC);
        assertThat(sink.received()).isEmpty();
    }

    @Test
    void invoking_taintsWithTheGate_andItsSecrecyMustBeReleasedToo() {
        FsPath path = FsPath.home(Label.parse("alice,alice")).child("service");
        asRoot(() -> services.create(
                path,
                external("T", "T", "T,T", "T,T", "/", Map.of()),
                Backing.LABEL,
                Label.parse("alice,alice"),
                Tasks.all(Task.current(), "F")));
        Task run = Tasks.of("T,T", "F,T", "T");
        assertThat(refusal(run, () -> services.invoke(path, call(Map.of(), ""))))
                .isEqualTo(Refusal.DENIED);
        assertThat(run.label()).isEqualTo(Label.parse("alice,T"));
        Task stranger = Tasks.of("T,T", "bob,T", "T");
        assertThat(refusal(stranger, () -> services.invoke(path, call(Map.of(), ""))))
                .isEqualTo(Refusal.DENIED);
        assertThat(stranger.label()).isEqualTo(Label.PUBLIC);
        assertThat(sink.received()).isEmpty();
    }

    /// Clearance of the gate, integrity and privilege of who asks, verdict.
    @ParameterizedTest
    @CsvSource({"T, T, T, true", "bob, T, T, false", "bob, T, bob, true", "bob, bob, T, false", "alice, alice, T, true"
    })
    void clearance_isMetByIntegrityOrPrivilege(String clearance, String integrity, String privilege, boolean enters) {
        create(external("T", clearance, "T,T", "T,T", "/", Map.of()));
        Task asking = Tasks.of("T," + integrity, "F,T", privilege);
        assertThat(refusal(asking, () -> services.invoke(SERVICE, call(Map.of(), ""))))
                .isEqualTo(enters ? null : Refusal.NOT_FOUND);
        assertThat(sink.received()).hasSize(enters ? 1 : 0);
    }

    @Test
    void egressLabel_saysWhatIsMeantForTheOutside() throws InterruptedException {
        create(external("T", "T", "T,T", "alice,T", "/", Map.of()));
        Task run = Tasks.of("alice,T", "F,T", "T");
        assertThat(run.run(() -> services.invoke(SERVICE, call(Map.of(), "x")).status()))
                .isEqualTo(200);
        Task bob = Tasks.of("bob,T", "F,T", "T");
        assertThat(refusal(bob, () -> services.invoke(SERVICE, call(Map.of(), "x"))))
                .isEqualTo(Refusal.DENIED);
        assertThat(sink.received()).hasSize(1);
    }

    /// S30: whatever a parameter holds, the call goes to the gate's host and path, as one request.
    @ParameterizedTest
    @CsvSource({
        "'..'",
        "'.'",
        "''",
        "'../x'",
        "'x/../y'",
        "'x\\..'",
        "'a\r\nHost: evil'",
        "'a\nb'",
        "'\u0000'",
        "'\uD800'",
    })
    void s30_hostileParameter_isRefused(String value) {
        create(external("T", "T", "T,T", "T,T", "/a/{x}/b", Map.of()));
        Task run = Tasks.of("T,T", "F,T", "T");
        assertThat(refusal(run, () -> services.invoke(SERVICE, call(Map.of("x", value), ""))))
                .isEqualTo(Refusal.INVALID);
        assertThat(sink.received()).isEmpty();
    }

    @Test
    void s30_redirectToTheInside_isAnAnswer_andNotFollowed() throws InterruptedException {
        create(external("T", "T", "T,T", "T,T", "/", Map.of("Authorization", "token 1234")));
        sink.answer(_ -> Sink.bytes("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" + sink.port()
                + "/inside\r\nContent-Length: 0\r\n\r\n"));
        assertThat(Tasks.of("T,T", "T,T", "T")
                        .run(() -> services.invoke(SERVICE, call(Map.of(), "")).status()))
                .isEqualTo(302);
        assertThat(sink.received()).hasSize(1);
    }

    @Test
    void parameters_areExactlyThoseOfTheUrl() {
        create(external("T", "T", "T,T", "T,T", "/{x}", Map.of()));
        Task run = Tasks.of("T,T", "F,T", "T");
        for (Map<String, String> given :
                List.of(Map.<String, String>of(), Map.of("y", "1"), Map.of("x", "1", "y", "2"))) {
            assertThat(refusal(run, () -> services.invoke(SERVICE, call(given, ""))))
                    .isEqualTo(Refusal.INVALID);
        }
        assertThat(sink.received()).isEmpty();
    }

    @Test
    void hostThatTheOperatorDoesNotAllow_isRefused_alsoLater() {
        Task root = Tasks.root();
        External elsewhere = new External(
                Component.TRUE,
                Component.TRUE,
                Label.PUBLIC,
                Label.PUBLIC,
                UrlTemplate.parse("https://127.0.0.1:" + sink.port() + "/"),
                "POST",
                InjectedHeaders.NONE);
        assertThat(refusal(
                        root, () -> services.create(SERVICE, elsewhere, Backing.LABEL, VOUCHED, Tasks.all(root, "F"))))
                .isEqualTo(Refusal.DENIED);
        create(external("T", "T", "T,T", "T,T", "/", Map.of()));
        Services after = new Services(fs, none(), deeds::add);
        assertThatThrownBy(() -> Tasks.of("T,T", "T,T", "T").run(() -> after.invoke(SERVICE, call(Map.of(), ""))))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.DENIED))
                .hasMessageContaining("--egress-allow");
        assertThat(sink.received()).isEmpty();
    }

    private static Egress none() {
        try {
            return Egress.open(EgressSettings.NONE);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// What the gate releases and says, what its author holds, who vouches for it, verdict (S31).
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "T; T,T; T,T; T; T,T; ok",
                "alice; T,T; T,T; alice; T,alice; ok",
                "alice; T,T; T,T; T; T,alice; denied",
                "alice; T,T; T,T; alice/x; T,alice; denied",
                "alice; T,T; T,T; alice; T,T; denied",
                "T; alice,T; T,T; alice; T,alice; ok",
                "T; alice,T; T,T; T; T,alice; denied",
                "T; alice,T; T,T; alice; T,bob; denied",
                "T; F,T; T,T; alice; T,alice; denied",
                "T; T,T; T,alice; alice; T,alice; ok",
                "T; T,T; T,alice; T; T,alice; denied",
                "T; T,T; T,F; alice; T,alice; denied",
                "T; T,T; bob,T; T; T,T; ok",
            })
    void creatingAndReplacing_needHolding(
            String privilege, String egressLabel, String taint, String held, String label, String verdict) {
        FsPath path = FsPath.home(Label.parse(label)).child("s");
        External wanted = external(privilege, "T", taint, egressLabel, "/", Map.of());
        Label its = Label.parse(label);
        Task author = new Task(
                Label.of(Component.TRUE, its.integrity()), Label.TOP, Privilege.mintTcb(Component.parse(held)));
        ThrowingCallable create = () -> services.create(path, wanted, Backing.LABEL, its, Privilege.NONE);
        if (verdict.equals("ok")) {
            assertThat(refusal(author, create)).isNull();
            assertThat(refusal(author, () -> services.replace(path, wanted, Backing.LABEL, 1, Privilege.NONE)))
                    .isNull();
        } else {
            assertUnchanged(author, create);
            asRoot(() -> services.create(
                    path,
                    external("T", "T", "T,T", "T,T", "/", Map.of()),
                    Backing.LABEL,
                    its,
                    Tasks.all(Task.current(), "F")));
            assertUnchanged(author, () -> services.replace(path, wanted, Backing.LABEL, 0, Privilege.NONE));
        }
    }

    @Test
    void eachChange_isOnRecord() {
        create(external("T", "T", "T,T", "T,T", "/", Map.of()));
        Task alice = Tasks.of("T,alice", "F,T", "alice");
        alice.run(() -> services.createUnlinked(
                external("T", "T", "T,T", "T,T", "/a", Map.of()), Backing.LABEL, VOUCHED, alice.forEndorsing()));
        alice.run(() -> services.replace(
                SERVICE, external("T", "T", "T,T", "T,T", "/b", Map.of()), Backing.LABEL, 0, alice.forEndorsing()));
        assertThat(deeds).extracting(Deed::kind).containsExactly("service.create", "service.create", "service.replace");
    }

    @Test
    void headersValues_areSentAndNeverShown_andStayWithTheirServer() throws InterruptedException {
        create(external("T", "T", "T,T", "T,T", "/", Map.of("Authorization", "token 1234")));
        Task alice = Tasks.of("T,alice", "F,T", "alice");
        GateView<External> view = alice.run(() -> services.read(SERVICE));
        External shown = view.content();
        assertThat(shown.headers().names()).containsExactly("authorization");
        assertThat(deeds).extracting(Deed::kind).containsExactly("service.create");
        assertThat(deeds.toString()).doesNotContain("1234");
        assertThat(shown.toString() + shown.headers().values() + view).doesNotContain("1234");

        FsPath copy = SERVICE.parent().child("copy");
        assertThat(refusal(alice, () -> services.create(copy, shown, Backing.LABEL, VOUCHED, Privilege.NONE)))
                .isEqualTo(Refusal.INVALID);
        External moved = new External(
                Component.TRUE,
                Component.TRUE,
                Label.PUBLIC,
                Label.PUBLIC,
                UrlTemplate.parse("https://localhost/"),
                "POST",
                shown.headers());
        assertThat(refusal(alice, () -> services.replace(SERVICE, moved, Backing.LABEL, 0, Privilege.NONE)))
                .isEqualTo(Refusal.INVALID);
        External renamed = new External(
                Component.TRUE,
                Component.TRUE,
                Label.PUBLIC,
                Label.PUBLIC,
                shown.url(),
                "POST",
                InjectedHeaders.of(Map.of("x-other", "1")).hidden());
        assertThat(refusal(alice, () -> services.replace(SERVICE, renamed, Backing.LABEL, 0, Privilege.NONE)))
                .isEqualTo(Refusal.INVALID);

        External put = new External(
                Component.TRUE, Component.TRUE, Label.PUBLIC, Label.PUBLIC, shown.url(), "PUT", shown.headers());
        assertThat(alice.run(() -> services.replace(SERVICE, put, Backing.LABEL, 0, Privilege.NONE)))
                .isEqualTo(2);
        Tasks.of("T,T", "T,T", "T").run(() -> services.invoke(SERVICE, call(Map.of(), "")));
        assertThat(sink.received().getFirst().head()).startsWith("PUT / ").contains("Authorization: token 1234");
        assertThat(refusal(alice, () -> services.replace(SERVICE, put, Backing.LABEL, 1, Privilege.NONE)))
                .isEqualTo(Refusal.CONFLICT);

        External renewed = external("T", "T", "T,T", "T,T", "/", Map.of("Authorization", "token 5678"));
        alice.run(() -> services.replace(SERVICE, renewed, Backing.LABEL, 0, Privilege.NONE));
        Tasks.of("T,T", "T,T", "T").run(() -> services.invoke(SERVICE, call(Map.of(), "")));
        assertThat(sink.received().getLast().head()).contains("Authorization: token 5678");
    }

    /// Else what was read here for one gate would be sent by another, which somebody has just put there.
    @Test
    void headersValues_areKeptOfTheGateThatWasRead_orNotAtAll() {
        create(external("T", "T", "T,T", "T,T", "/", Map.of("Authorization", "token 1234")));
        Task alice = Tasks.of("T,alice", "F,T", "alice");
        External shown = alice.run(() -> services.read(SERVICE)).content();
        External other = external("T", "T", "T,T", "T,T", "/", Map.of("Authorization", "token 5678"));
        var meanwhile = new AtomicBoolean();
        Services raced = new Services(fs, egress, _ -> {
            if (meanwhile.compareAndSet(false, true)) {
                services.replace(SERVICE, other, Backing.LABEL, 0, Privilege.NONE);
            }
        });
        assertThat(refusal(alice, () -> raced.replace(SERVICE, shown, Backing.LABEL, 0, Privilege.NONE)))
                .isEqualTo(Refusal.CONFLICT);
        meanwhile.set(false);
        assertThat(alice.run(() -> raced.replace(SERVICE, other, Backing.LABEL, 0, Privilege.NONE)))
                .as("what keeps nothing replaces whatever is there")
                .isEqualTo(4);
    }

    /// Connections are not shared between organizations: the port tells whose a call is.
    @Test
    void aCall_isWhoseGateItIs_andNobodysWhereSeveralVouch() throws InterruptedException {
        sink.answer(received -> Sink.ok(String.valueOf(received.port())));
        create(external("T", "T", "T,T", "T,T", "/", Map.of()));
        FsPath several = SERVICE.parent().child("several");
        asRoot(() -> services.create(
                several,
                external("T", "T", "T,T", "T,T", "/", Map.of()),
                Backing.LABEL,
                Label.parse("T,alice|bob"),
                Tasks.all(Task.current(), "F")));
        Task anybody = Tasks.of("T,T", "T,T", "T");
        var alices = new ArrayList<String>();
        var nobodys = new ArrayList<String>();
        for (int i = 0; i < 20; i++) { // a connection may be wanted again before it is free again
            alices.add(port(anybody, SERVICE));
            nobodys.add(port(anybody, several));
        }
        assertThat(alices).doesNotContainAnyElementsOf(nobodys);
        assertThat(Set.copyOf(alices)).hasSizeLessThan(alices.size());
    }

    private String port(Task caller, FsPath gate) throws InterruptedException {
        return caller.run(() -> services.invoke(gate, call(Map.of(), "")).body().utf8());
    }

    @Test
    void unlinkedService_isInvokedByWhatItIsOpenedAs() throws InterruptedException {
        Task root = Tasks.root();
        FsPath opened = root.run(() -> services.createUnlinked(
                external("T", "T", "T,T", "T,T", "/", Map.of()), Backing.LABEL, VOUCHED, Tasks.all(root, "F")));
        assertThat(Tasks.of("T,T", "T,T", "T")
                        .run(() -> services.invoke(opened, call(Map.of(), "")).status()))
                .isEqualTo(200);
        assertUnchanged(
                Tasks.of("T,alice", "F,T", "T"),
                () -> services.createUnlinked(
                        external("alice", "T", "T,T", "T,T", "/", Map.of()), Backing.LABEL, VOUCHED, Privilege.NONE));
    }

    @Test
    void functionsGate_isNoService_andAServiceNoFunctionsGate() {
        create(external("T", "T", "T,T", "T,T", "/", Map.of()));
        Task anybody = Tasks.of("T,T", "T,T", "T");
        assertThat(refusal(anybody, () -> new Gates(fs, deeds::add).resolve(SERVICE)))
                .isEqualTo(Refusal.WRONG_KIND);
    }

    private void create(External service) {
        asRoot(() -> services.create(SERVICE, service, Backing.LABEL, VOUCHED, Tasks.all(Task.current(), "F")));
    }

    private External external(
            String privilege,
            String clearance,
            String taint,
            String egressLabel,
            String path,
            Map<String, String> headers) {
        return new External(
                Component.parse(privilege),
                Component.parse(clearance),
                Label.parse(taint),
                Label.parse(egressLabel),
                UrlTemplate.parse("https://localhost:" + sink.port() + path),
                "POST",
                InjectedHeaders.of(headers));
    }

    private void assertUnchanged(Task task, ThrowingCallable body) {
        var before = Contents.of(store);
        assertThat(refusal(task, body)).isEqualTo(Refusal.DENIED);
        assertThat(Contents.of(store)).isEqualTo(before);
    }

    private static ServiceCall call(Map<String, String> parameters, String body) {
        return new ServiceCall(parameters, Bytes.utf8(body));
    }

    private static <T> void asRoot(ScopedValue.CallableOp<T, RuntimeException> body) {
        var _ = Tasks.root().run(body);
    }
}
