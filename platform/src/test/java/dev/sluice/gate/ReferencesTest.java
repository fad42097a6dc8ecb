package dev.sluice.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobCollector;
import dev.sluice.fs.Collector;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.FsSettings;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.Quota;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Tasks;
import java.io.ByteArrayInputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// What a gate leads to stays as long as the gate, and no longer.
final class ReferencesTest {
    private static final FsPath DIRECT = FsPath.ROOT.child("direct");
    private static final FsPath REDIRECT = FsPath.ROOT.child("redirect");
    private static final Label LABEL = Label.parse("T,acme");
    private static final GatePolicy POLICY =
            new GatePolicy(Component.TRUE, Component.TRUE, Component.TRUE, Component.FALSE);

    private final MemoryStore store = new MemoryStore();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_000_000));
    private final MemoryBlobs blobs = new MemoryBlobs(now::get);
    private final LabeledFs fs =
            new LabeledFs(store, new SecureRandom(), new FsSettings(Quota.DEFAULT, now::get, Gates::named));
    private final Gates gates = new Gates(fs, deed -> {});
    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");

    @Test
    void targetOfARedirect_andThePackageOfTheTarget_goWithTheRedirect() throws Exception {
        fs.bootstrap();
        Digest code = blobs.put(new ByteArrayInputStream(new byte[] {1}), 10);
        root.run(() -> {
            gates.create(DIRECT, new GateContent.Direct(POLICY, function(code)), Backing.LABEL, LABEL, all);
            GateContent.Redirect redirect = gates.redirect(DIRECT, POLICY, Component.TRUE, false);
            gates.create(REDIRECT, redirect, Backing.LABEL, LABEL, all);
            fs.unlink(DIRECT, all);
            return redirect;
        });
        assertThat(collect()).isZero();
        assertThat(root.run(() -> gates.resolve(REDIRECT)).function()).isEqualTo(function(code));
        assertThat(blobs.list(Optional.empty(), 10)).containsExactly(code);
        root.run(() -> {
            fs.unlink(REDIRECT, all);
            return REDIRECT;
        });
        assertThat(collect())
                .as("the redirect; its target was its alone until then")
                .isPositive();
        assertThat(collect()).isNotNegative();
        assertThat(collect()).isZero();
        assertThat(blobs.list(Optional.empty(), 10)).isEmpty();
    }

    @Test
    void layersOfAFunction_stayAsLongAsItsGate() throws Exception {
        fs.bootstrap();
        Digest code = blobs.put(new ByteArrayInputStream(new byte[] {1}), 10);
        Digest layer = blobs.put(new ByteArrayInputStream(new byte[] {2}), 10);
        Digest later = blobs.put(new ByteArrayInputStream(new byte[] {3}), 10);
        root.run(() -> {
            gates.create(DIRECT, direct(code, layer), Backing.LABEL, LABEL, all);
            return DIRECT;
        });
        collect();
        assertThat(blobs.list(Optional.empty(), 10)).containsExactlyInAnyOrder(code, layer);
        Digest again = blobs.put(new ByteArrayInputStream(new byte[] {3}), 10);
        assertThat(again).isEqualTo(later);
        root.run(() -> {
            gates.replace(DIRECT, direct(code, later), Backing.LABEL, 0, all);
            return DIRECT;
        });
        collect();
        assertThat(blobs.list(Optional.empty(), 10)).containsExactlyInAnyOrder(code, later);
    }

    private static GateContent.Direct direct(Digest code, Digest layer) {
        FunctionSpec plain = function(code);
        return new GateContent.Direct(
                POLICY,
                new FunctionSpec(
                        plain.runtime(),
                        code,
                        plain.handler(),
                        plain.convention(),
                        plain.limits(),
                        plain.timeoutStated(),
                        plain.payloadStyle(),
                        plain.schemas(),
                        List.of(layer)));
    }

    /// Objects, then bytes, each when its time has come.
    private long collect() throws Exception {
        now.set(now.get().plus(Duration.ofDays(1)));
        long objects = new Collector(fs, store, new SecureRandom(), Duration.ZERO)
                .collect()
                .objects();
        now.set(now.get().plus(Duration.ofDays(1)));
        assertThat(new BlobCollector(fs, store, blobs, now::get, Duration.ZERO).collect())
                .isBetween(0L, 1L);
        return objects;
    }

    private static FunctionSpec function(Digest code) {
        return new FunctionSpec(Runtime.PYTHON3, code, "a.handle", Convention.FAASTEN, Limits.DEFAULT, false);
    }
}
