package dev.sluice.api;

import dev.sluice.api.FunctionEntity.Status;
import dev.sluice.api.FunctionFiles.Stored;
import dev.sluice.authn.Upkeep;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.function.PayloadStyle;
import dev.sluice.function.SourceArchive;
import dev.sluice.function.SourceFiles;
import dev.sluice.gate.Backing;
import dev.sluice.gate.GateContent;
import dev.sluice.gate.GatePolicy;
import dev.sluice.gate.Gates;
import dev.sluice.image.Runtime;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
    /// How the reason of what is READY though nobody could try it begins.
    static final String UNCHECKED = "nothing was checked: ";

    private static final Logger LOG = LoggerFactory.getLogger(FunctionBuilds.class);

    /// Stands for a source that is not there yet.
    private static final Digest NO_SOURCE = Digest.of(Bytes.EMPTY);

    private final FunctionFiles files;
    private final LabeledFs fs;
    private final Gates gates;
    private final Blobs blobs;
    private final Invocations invocations;
    private final Clock clock;
    private final Images images;
    private final FunctionSources sources;
    private final FunctionVersions versions;
    private final ProjectNeeds projects;
    private final BuildTurns turns = new BuildTurns();

    FunctionBuilds(
            LabeledFs fs,
            Gates gates,
            Blobs blobs,
            Invocations invocations,
            Images images,
            FunctionSources sources,
            FunctionVersions versions,
            Clock clock) {
        this.files = new FunctionFiles(fs);
        this.fs = fs;
        this.gates = gates;
        this.blobs = blobs;
        this.invocations = invocations;
        this.images = images;
        this.sources = sources;
        this.versions = versions;
        this.projects = images.projects(versions);
        this.clock = clock;
    }

    /// Builds in the background, however long that waits for its image and its turn. `changed` is called after each
    /// change of the entity.
    void begin(Organization organization, FunctionEntity entity, Runnable changed) {
        Blobs.Hold hold = blobs.hold(entity.source().orElse(NO_SOURCE));
        Thread.ofVirtual().name("build").start(() -> {
            try (hold) {
                turns.take(
                        organization,
                        () -> {
                            images.await(organization, entity.wish().image());
                            fetch(organization, entity);
                        },
                        () -> build(organization, entity.wish().name(), changed));
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } finally {
                changed.run();
            }
        });
    }

    /// Gives a function the source that its author says where to find, in its organization's turn and in nobody
    /// else's way. What was asked for since has a turn of its own.
    private void fetch(Organization organization, FunctionEntity entity) throws InterruptedException {
        if (entity.source().isPresent()) {
            return;
        }
        try {
            Stored wanted = as(organization, () -> files.read(organization, entity.name()));
            if (!wanted.entity().faasId().equals(entity.faasId())) {
                return;
            }
            Stored next = wanted;
            try {
                BlobRef source =
                        sources.fetch(organization.token(), entity.wish().sourceUrl());
                FunctionEntity with = wanted.entity().of(source.digest());
                long version = as(organization, () -> files.write(organization, with, wanted.version()))
                        .version();
                next = new Stored(wanted.entity(), version); // a source that has no room is none
                as(organization, () -> {
                    files.keepSource(organization, entity.name(), source);
                    return source;
                });
            } catch (Unfit unfit) {
                mark(organization, next, Status.ERROR, List.of(unfit.reason()));
            } catch (Refused refused) {
                if (refused.refusal() != Refusal.QUOTA) {
                    throw refused;
                }
                mark(organization, next, Status.ERROR, List.of("sourceURL: " + refused.reason()));
            }
        } catch (Refused overtaken) {
            LOG.debug("a function was changed while its source was fetched: {}", overtaken.refusal());
        }
    }

    /// It has no builds any more.
    void forget(Organization organization) {
        turns.forget(organization);
    }

    private void build(Organization organization, String name, Runnable changed) throws InterruptedException {
        try {
            Stored accepted = as(organization, () -> files.read(organization, name));
            if (accepted.entity().source().isEmpty()) {
                return;
            }
            if (accepted.entity().status() == Status.INITIALIZED) {
                accepted = mark(organization, accepted, Status.CREATING, List.of());
                changed.run();
            }
            Stored checking = accepted;
            try {
                FunctionSpec spec = spec(organization, checking.entity());
                List<String> unchecked = invocations.missing(spec.runtime()).stream()
                        .map(why -> UNCHECKED + why)
                        .toList();
                Optional<String> reason =
                        unchecked.isEmpty() ? invocations.check(organization.token(), spec) : Optional.empty();
                if (reason.isPresent()) {
                    throw new Unfit(reason.get());
                }
                install(organization, checking, spec, unchecked);
            } catch (Unfit unfit) {
                mark(organization, checking, Status.ERROR, List.of(unfit.reason()));
            } finally {
                versions.removeLayerOfNone(organization, checking.entity());
            }
        } catch (Refused overtaken) {
            if (overtaken.refusal() != Refusal.CONFLICT && overtaken.refusal() != Refusal.NOT_FOUND) {
                LOG.warn("a function could not be built: {}", overtaken.refusal());
            }
        }
    }

    private FunctionSpec spec(Organization organization, FunctionEntity entity) throws Unfit, InterruptedException {
        FunctionEntity.Wish wish = entity.wish();
        Ground ground = Ground.of(images, organization, entity);
        Runtime runtime = ground.runtime();
        var digest = new Digest(entity.packageDigest());
        SourceFiles source = sources.read(digest);
        String handler = wish.handler().isEmpty()
                ? SourceArchive.defaultHandler(runtime, wish.convention(), source)
                        .orElseThrow(() -> new Unfit("a handler is needed: the source does not say which is meant"))
                : wish.handler();
        if (handler.length() > FunctionSpec.HANDLER_CHARS_MAX) {
            throw new Unfit("the handler is too long");
        }
        boolean isTimed = wish.timeoutMillis() > 0;
        int memoryMib = wish.sizing().memoryMib();
        if (memoryMib != 0 && memoryMib < runtime.memoryMibMin()) {
            throw new Unfit("functions in " + runtime.language() + " need at least " + runtime.memoryMibMin()
                    + " MiB of memory");
        }
        var limits = new Limits(
                Math.max(memoryMib, runtime.memoryMibMin()),
                isTimed ? Duration.ofMillis(wish.timeoutMillis()) : Limits.TIMEOUT_DEFAULT);
        return new FunctionSpec(
                        runtime,
                        digest,
                        handler,
                        wish.convention(),
                        limits,
                        isTimed,
                        PayloadStyle.RAW,
                        wish.schemas(),
                        projects.layers(organization, entity, ground, source))
                .with(wish.sizing().deployment(entity.id()))
                .on(ground.root());
    }

    /// Puts the gate in place, unless something newer has overtaken this build. Each step is a task of its own:
    /// one that had read what developers know could not write what runners may know.
    ///
    /// @param unchecked why it was not tried
    private synchronized void install(
            Organization organization, Stored accepted, FunctionSpec spec, List<String> unchecked) {
        String name = accepted.entity().wish().name();
        Stored now = as(organization, () -> files.read(organization, name));
        if (now.version() != accepted.version()) {
            return;
        }
        FsPath gate = FunctionFiles.gate(organization, name);
        FsPath listed = FunctionFiles.listedGate(organization, name);
        FunctionEntity built = now.entity().with(Status.READY, List.of(), seconds());
        versions.keep(organization, built, path -> putGate(organization, built, path, spec));
        putGate(organization, built, gate, spec);
        as(organization, () -> {
            if (fs.find(listed).isEmpty()) {
                fs.link(gate, listed, FunctionFiles.writing(organization));
            }
            return listed;
        });
        mark(organization, now, Status.READY, unchecked);
    }

    /// Its code may use the secrets and services that are injected, and cannot release them: its successful answers
    /// are. Whether they are there is found when it runs.
    private void putGate(Organization organization, FunctionEntity built, FsPath gate, FunctionSpec spec) {
        List<Principal> secrets = FunctionFiles.injected(organization, built.wish());
        Component privilege =
                built.wish().sizing().emits() ? Triggers.emitter(organization.principal()) : Component.TRUE;
        var policy = new GatePolicy(
                privilege,
                FunctionFiles.runner(organization, built.name()),
                FunctionFiles.allOf(secrets),
                Component.of(organization.principal()));
        Upkeep.granting(organization, Resource.FUNCTION, FunctionFiles.allOf(secrets), privilege)
                .run(() -> putGate(organization, built.name(), gate, new GateContent.Direct(policy, spec, secrets)));
    }

    private FsPath putGate(Organization organization, String name, FsPath gate, GateContent.Direct content) {
        Privilege writing = FunctionFiles.writing(organization);
        if (fs.find(gate).isPresent()) {
            gates.replace(gate, content, Backing.ORGANIZATION, 0, writing);
        } else {
            gates.create(gate, content, Backing.ORGANIZATION, FunctionFiles.gateLabel(organization, name), writing);
        }
        return gate;
    }

    /// Removes a function with its gates; nothing installs it at the same time.
    synchronized void remove(Organization organization, FunctionEntity entity) {
        String name = entity.name();
        for (FsPath path :
                List.of(FunctionFiles.gate(organization, name), FunctionFiles.listedGate(organization, name))) {
            as(organization, () -> {
                if (fs.find(path).isPresent()) {
                    fs.unlink(path, FunctionFiles.writing(organization));
                }
                return path;
            });
        }
        versions.removeAll(organization, entity);
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
