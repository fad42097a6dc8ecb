package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressSettings;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.function.Packages;
import dev.sluice.gate.Gates;
import dev.sluice.gate.Invoker;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Sink;
import dev.sluice.testing.Tasks;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// External gates that a run makes, reads, replaces and invokes. Without guests.
@Timeout(60)
final class ServiceCallsTest {
    private static final With ALL = With.Extent.ALL;
    private static final PathArg SERVICE = new PathArg.Colon("home:<T,alice>:s");

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

    @TempDir
    Path directory;

    private final MemoryStore store = new MemoryStore();
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private final Task task = Tasks.of("T,alice", "F,T", "alice");
    private final Queue<CloudCall> meanwhile = new ArrayDeque<>();
    private Sink sink;
    private Egress egress;
    private CloudCalls calls;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        fs.bootstrap();
        sink = Sink.https(directory);
        egress = Egress.open(new EgressSettings(
                Set.of("localhost"), Set.of("localhost:" + sink.port()), Optional.of(sink.certificate())));
        var blobs = new MemoryBlobs();
        calls = new CloudCalls(
                new CloudCalls.Rooms(fs, blobs, new Gates(fs, this::somebodyElse, egress), new Packages(blobs)),
                NOBODY,
                Component.parse("alice"));
    }

    @AfterEach
    void stop() throws IOException {
        egress.close();
        sink.close();
    }

    @Test
    void aService_isMade_read_invoked_andReplaced_withItsHeaders() throws Exception {
        answered(new CloudCall.CreateGate(
                SERVICE,
                "T,alice",
                new GateArg(
                        new GateArg.Grants(null, null, null, null),
                        new GateArg.External(
                                "https://localhost:" + sink.port() + "/{x}",
                                "POST",
                                Map.of("X-Key", "secret"),
                                null,
                                null)),
                ALL));
        Value.Fields told = (Value.Fields) answered(new CloudCall.ReadGate(SERVICE));
        assertThat(told.byName())
                .containsEntry("type", Value.of("service"))
                .containsEntry("headers", Value.of(List.of(Value.of("x-key"))))
                .containsEntry("privilege", Value.of("T"))
                .containsEntry("clearance", Value.of("T"))
                .containsEntry("taint", Value.of("T,T"))
                .containsEntry("egress", Value.of("T,T"));
        assertThat(told.toString()).doesNotContain("secret");
        answered(new CloudCall.ReplaceGate(
                SERVICE,
                new GateArg(
                        new GateArg.Grants(null, null, null, null),
                        new GateArg.External(null, "PUT", null, null, null)),
                ALL));
        Value.Fields answer =
                (Value.Fields) answered(new CloudCall.InvokeExternal(SERVICE, Bytes.utf8("body"), Map.of("x", "a b")));
        assertThat(answer.byName())
                .containsEntry("status", Value.of(200))
                .containsEntry("body", Value.of(Bytes.utf8("answer")));
        assertThat(sink.received().getFirst().head()).startsWith("PUT /a%20b ").contains("x-key: secret");
    }

    private GateArg service(String verb) {
        return new GateArg(
                new GateArg.Grants(null, null, null, null),
                new GateArg.External("https://localhost:" + sink.port() + "/", verb, null, null, null));
    }

    @Test
    void aReplacement_ofWhatSomebodyElseHasReplacedMeanwhile_isAConflict() throws Exception {
        answered(new CloudCall.CreateGate(SERVICE, "T,alice", service("GET"), ALL));
        meanwhile.add(new CloudCall.ReplaceGate(SERVICE, service("PUT"), ALL));
        assertThat(reply(new CloudCall.ReplaceGate(SERVICE, service("POST"), ALL)))
                .isEqualTo(CallReply.refused(CallRefusal.CONFLICT));
        Value.Fields told = (Value.Fields) answered(new CloudCall.ReadGate(SERVICE));
        assertThat(told.byName()).containsEntry("verb", Value.of("PUT"));
    }

    @Test
    void withTooManyObjectsOpen_noServiceIsMade() throws Exception {
        for (int i = 0; i < OpenObjects.OPEN_MAX; i++) {
            answered(new CloudCall.Open(new PathArg.Colon("home")));
        }
        int before = store.scan(Bytes.EMPTY, Bytes.EMPTY, 1_000).size();
        assertThat(reply(new CloudCall.CreateGate(null, "T,alice", service("GET"), ALL)))
                .isEqualTo(CallReply.refused(CallRefusal.LIMIT));
        assertThat(store.scan(Bytes.EMPTY, Bytes.EMPTY, 1_000)).hasSize(before);
    }

    @Test
    void whatIsNoService_isRefused() throws Exception {
        var none = new GateArg.Grants(null, null, null, null);
        for (var leads : List.of(
                new GateArg.External(null, "GET", null, null, null),
                new GateArg.External("ftp://localhost/", "GET", null, null, null),
                new GateArg.External("https://{x}/", "GET", null, null, null),
                new GateArg.External("https://localhost/", "EAT", null, null, null),
                new GateArg.External("https://localhost/", "GET", Map.of("Host", "x"), null, null),
                new GateArg.External("https://localhost/", "GET", null, "nonsense", null))) {
            assertThat(reply(new CloudCall.CreateGate(SERVICE, "T,alice", new GateArg(none, leads), ALL)))
                    .as(leads.toString())
                    .isEqualTo(CallReply.refused(CallRefusal.INVALID));
        }
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

    private Value answered(CloudCall call) throws InterruptedException {
        CallReply reply = reply(call);
        assertThat(reply).isInstanceOf(CallReply.Granted.class);
        return ((CallReply.Granted) reply).answer();
    }

    private CallReply reply(CloudCall call) throws InterruptedException {
        return task.run(() -> calls.answer(call));
    }
}
