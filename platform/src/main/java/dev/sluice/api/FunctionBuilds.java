package dev.sluice.api;

import dev.sluice.api.FunctionEntity.Status;
import dev.sluice.api.FunctionFiles.Stored;
import dev.sluice.authn.Upkeep;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.function.SourceArchive;
import dev.sluice.function.SourceFiles;
import dev.sluice.gate.GatePolicy;
import dev.sluice.gate.Gates;
import dev.sluice.image.Runtime;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes a function that was accepted ready to run, behind the answer: finds its runtime and handler, loads it
/// once in a guest, and puts its gate in place. What is wrong with it becomes the one reason of its ERROR.
///
/// Each step is written with the version that it read, so a newer update or a deletion ends an older build. Only
/// the last step changes what runs. After a restart an unfinished build begins again. Organizations take turns:
/// each has one build at a time, so that one whose code loads without end keeps its own others waiting.
/// Thread-safe.
final class FunctionBuilds {
    private static final int BUILDS_AT_ONCE_MAX = 2;
    private static final Logger LOG = LoggerFactory.getLogger(FunctionBuilds.class);

    private final FunctionFiles files;
    private final LabeledFs fs;
    private final Gates gates;
    private final Blobs blobs;
    private final Invocations invocations;
    private final Clock clock;
    private final Semaphore slots = new Semaphore(BUILDS_AT_ONCE_MAX, true);
    private final Map<String, Semaphore> turns = new ConcurrentHashMap<>();

    FunctionBuilds(LabeledFs fs, Gates gates, Blobs blobs, Invocations invocations, Clock clock) {
        this.files = new FunctionFiles(fs);
        this.fs = fs;
        this.gates = gates;
        this.blobs = blobs;
        this.invocations = invocations;
        this.clock = clock;
    }

    /// Why a function cannot be built, for its author.
    private static final class Unfit extends Exception {
        private static final long serialVersionUID = 1L;

        Unfit(String reason) {
            super(reason, null, false, false);
        }
    }

    /// Builds in the background, however long that waits for its turn. `changed` is called after each change of the
    /// entity.
    ///
    /// @param source that the entity names
    void begin(Organization organization, String name, Digest source, Runnable changed) {
        Blobs.Hold hold = blobs.hold(source);
        Thread.ofVirtual().name("build").start(() -> {
            Semaphore turn = turns.computeIfAbsent(organization.token(), _ -> new Semaphore(1, true));
            try (hold) {
                turn.acquire();
                try {
                    buildInASlot(organization, name, changed);
                } finally {
                    turn.release();
                    changed.run();
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /// It has no builds any more.
    void forget(Organization organization) {
        turns.remove(organization.token());
    }

    private void buildInASlot(Organization organization, String name, Runnable changed) throws InterruptedException {
        slots.acquire();
        try {
            build(organization, name, changed);
        } finally {
            slots.release();
        }
    }

    private void build(Organization organization, String name, Runnable changed) throws InterruptedException {
        try {
            Stored accepted = as(organization, () -> files.read(organization, name));
            if (accepted.entity().status() == Status.INITIALIZED) {
                accepted = mark(organization, accepted, Status.CREATING, List.of());
                changed.run();
            }
            Stored checking = accepted;
            try {
                FunctionSpec spec = spec(checking.entity());
                Optional<String> reason = invocations.check(organization.token(), spec);
                if (reason.isPresent()) {
                    throw new Unfit(reason.get());
                }
                install(organization, checking, spec);
            } catch (Unfit unfit) {
                mark(organization, checking, Status.ERROR, List.of(String.valueOf(unfit.getMessage())));
            }
        } catch (Refused overtaken) {
            if (overtaken.refusal() != Refusal.CONFLICT && overtaken.refusal() != Refusal.NOT_FOUND) {
                LOG.warn("a function could not be built: {}", overtaken.refusal());
            }
        }
    }

    private FunctionSpec spec(FunctionEntity entity) throws Unfit {
        FunctionEntity.Wish wish = entity.wish();
        Runtime runtime = Runtime.of(wish.image())
                .orElseThrow(() -> new Unfit("Error when fetching image for function " + wish.name()
                        + ": failed to get image: '" + wish.image() + "': [Code: 404] image " + wish.image()
                        + " not found"));
        if (!wish.secrets().isEmpty()) {
            throw new Unfit("[Code: 404] secret " + wish.secrets().getFirst() + " not found");
        }
        var digest = new Digest(entity.packageDigest());
        String handler = wish.handler().isEmpty()
                ? SourceArchive.defaultHandler(runtime, source(digest))
                        .orElseThrow(() -> new Unfit("a handler is needed: the source does not say which is meant"))
                : wish.handler();
        if (handler.length() > FunctionSpec.HANDLER_CHARS_MAX) {
            throw new Unfit("the handler is too long");
        }
        boolean isTimed = wish.timeoutMillis() > 0;
        Limits limits =
                isTimed ? new Limits(Limits.MEMORY_MIB_MIN, Duration.ofMillis(wish.timeoutMillis())) : Limits.DEFAULT;
        return new FunctionSpec(runtime, digest, handler, Convention.AUTO, limits, isTimed);
    }

    private SourceFiles source(Digest digest) throws Unfit {
        try (Blobs.Blob blob = blobs.open(digest).orElse(null)) {
            if (blob == null) {
                throw new Unfit("the source is missing");
            }
            return SourceFiles.decode(blob.stream(0));
        } catch (IOException unreadable) {
            throw new Unfit("the source cannot be read");
        }
    }

    /// Puts the gate in place, unless something newer has overtaken this build. Each step is a task of its own:
    /// one that had read what developers know could not write what runners may know.
    private synchronized void install(Organization organization, Stored accepted, FunctionSpec spec) {
        String name = accepted.entity().wish().name();
        Stored now = as(organization, () -> files.read(organization, name));
        if (now.version() != accepted.version()) {
            return;
        }
        FsPath gate = FunctionFiles.gate(organization, name);
        FsPath listed = FunctionFiles.listedGate(organization, name);
        as(organization, () -> putGate(organization, name, spec));
        as(organization, () -> {
            if (fs.find(listed).isEmpty()) {
                fs.link(gate, listed, FunctionFiles.writing(organization));
            }
            return listed;
        });
        mark(organization, now, Status.READY, List.of());
    }

    private FsPath putGate(Organization organization, String name, FunctionSpec spec) {
        FsPath gate = FunctionFiles.gate(organization, name);
        Privilege writing = FunctionFiles.writing(organization);
        GatePolicy policy = new GatePolicy(
                Component.TRUE,
                FunctionFiles.runner(organization, name),
                Component.TRUE,
                Component.of(organization.principal()));
        if (fs.find(gate).isPresent()) {
            gates.replace(gate, policy, spec, 0, writing);
        } else {
            gates.create(gate, policy, spec, FunctionFiles.gateLabel(organization, name), writing);
        }
        return gate;
    }

    /// Removes a function and its gate; nothing installs it at the same time.
    synchronized void remove(Organization organization, String name) {
        for (FsPath path :
                List.of(FunctionFiles.gate(organization, name), FunctionFiles.listedGate(organization, name))) {
            as(organization, () -> {
                if (fs.find(path).isPresent()) {
                    fs.unlink(path, FunctionFiles.writing(organization));
                }
                return path;
            });
        }
        as(organization, () -> {
            files.remove(organization, name);
            return name;
        });
    }

    private Stored mark(Organization organization, Stored before, Status next, List<String> reason) {
        FunctionEntity entity = before.entity().with(next, reason, seconds());
        return as(organization, () -> files.write(organization, entity, before.version()));
    }

    private static <T> T as(Organization organization, ScopedValue.CallableOp<T, RuntimeException> body) {
        return Upkeep.of(organization, Resource.FUNCTION).run(body);
    }

    private long seconds() {
        return clock.instant().getEpochSecond();
    }
}
