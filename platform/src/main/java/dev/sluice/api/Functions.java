package dev.sluice.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.api.FunctionEntity.Status;
import dev.sluice.api.FunctionFiles.Stored;
import dev.sluice.authn.Upkeep;
import dev.sluice.blob.Blobs;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gate.Gates;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.org.TenantLimits;
import dev.sluice.run.Runs;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/// The functions of organizations: create, update, find, list, delete. Acts as the current task, which must hold
/// `acme/function`; what is changed is durable on return, and built behind it.
///
/// Thread-safe.
final class Functions implements Kept {
    private static final int TARGETS_MAX = 10_000;
    private static final Duration BUILD_PATIENCE = Duration.ofSeconds(15);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Set<Status> BEING_BUILT = EnumSet.of(Status.INITIALIZED, Status.CREATING, Status.UPDATING);

    private final Object built = new Object();

    private final FunctionFiles files;
    private final FunctionBuilds builds;
    private final FunctionVersions versions;
    private final FunctionSources sources;
    private final StandbyWishes standby;
    private final Runs runs;
    private final FunctionCounts counts;
    private final Triggers triggers;
    private final CreationLocks deleting = new CreationLocks();
    private final Clock clock;
    private final Cache<Name, Optional<Target>> targets =
            Caffeine.newBuilder().maximumSize(TARGETS_MAX).build();

    Functions(
            LabeledFs fs,
            Gates gates,
            Blobs blobs,
            Invocations invocations,
            Runs runs,
            Images images,
            FunctionVersions versions,
            StandbyWishes standby,
            TenantLimits limits,
            Clock clock) {
        this.files = new FunctionFiles(fs);
        this.sources = new FunctionSources(blobs, gates.services());
        this.builds = new FunctionBuilds(fs, gates, blobs, invocations, images, sources, versions, clock);
        this.versions = versions;
        this.standby = standby;
        this.runs = runs;
        this.counts = new FunctionCounts(files, limits);
        this.triggers = new Triggers(fs, gates);
        this.clock = clock;
    }

    private record Name(Organization organization, String name) {}

    /// What running a function needs of it. Not what it is: that is the gate's, and behind the gate's label.
    ///
    /// @param start the label of a payload that somebody who may run functions hands over
    record Target(String id, String faasId, FsPath gate, Label start, boolean isReady, boolean isBeingBuilt) {}

    /// @throws Refused `EXISTS`, `DENIED`, `QUOTA`
    FunctionEntity create(Organization organization, FunctionRequest request) {
        requireLent(organization, request);
        counts.requireFewer(organization);
        long now = clock.instant().getEpochSecond();
        Optional<BlobRef> source = request.source().map(sources::keep);
        var entity = new FunctionEntity(
                uuid(), uuid(), 1, request.wish(), digest(source), Status.INITIALIZED, List.of(), now, now);
        counts.create(organization, () -> {
            files.create(organization, entity);
            source.ifPresent(kept -> keep(organization, entity, kept));
        });
        build(organization, entity);
        return entity;
    }

    /// How many an organization has. Acts as the platform.
    long count(Organization organization) {
        return Upkeep.of(organization, Resource.FUNCTION).run(() -> (long) files.count(organization));
    }

    /// What is written down is who may have what: the build believes it, and makes a gate that injects all of these.
    /// It is the result that counts, so an update that keeps a secret or a service needs it as much as the first.
    private static void requireLent(Organization organization, FunctionRequest request) {
        List<Principal> injected = FunctionFiles.injected(organization, request.wish());
        Task.current().exercise(FunctionFiles.allOf(injected), Component.TRUE);
    }

    /// @throws Refused `NOT_FOUND`, `CONFLICT`, `DENIED`
    FunctionEntity update(Organization organization, String name, FunctionRequest request) {
        requireLent(organization, request);
        Stored before = files.read(organization, name);
        if (!request.wish().name().equals(name)) {
            throw new Refused(Refusal.INVALID, "a function keeps its name");
        }
        FunctionEntity old = before.entity();
        Optional<BlobRef> source = request.source().map(sources::keep);
        var entity = new FunctionEntity(
                old.id(),
                uuid(),
                old.version() + 1,
                request.wish(),
                digest(source),
                Status.UPDATING,
                List.of(),
                old.createdSeconds(),
                clock.instant().getEpochSecond());
        source.ifPresent(kept -> files.keepSource(organization, name, kept));
        files.write(organization, entity, before.version());
        build(organization, entity);
        return entity;
    }

    /// @throws Refused `NOT_FOUND`, `DENIED`
    @Override
    public FunctionEntity find(Organization organization, String name) {
        return files.read(organization, name).entity();
    }

    @Override
    public List<FunctionEntity> list(Organization organization) {
        return files.list(organization);
    }

    /// Deletes a function with its runs.
    ///
    /// @throws Refused `NOT_FOUND`, `CONFLICT`, `DENIED`
    @Override
    public FunctionEntity delete(Organization organization, String name) {
        Stored before = files.read(organization, name);
        FunctionEntity entity =
                before.entity().with(Status.DELETING, List.of(), clock.instant().getEpochSecond());
        files.write(organization, entity, before.version());
        finishDeleting(organization, entity);
        return entity;
    }

    /// As [#target], but waits for a build that is under way: who has just created a function wants to run it.
    Optional<Target> builtTarget(Organization organization, String name) throws InterruptedException {
        Optional<Target> found = target(organization, name);
        long end = System.nanoTime() + BUILD_PATIENCE.toNanos();
        while (found.filter(Target::isBeingBuilt).isPresent() && System.nanoTime() < end) {
            synchronized (built) {
                if (target(organization, name).filter(Target::isBeingBuilt).isPresent()) {
                    built.wait(LOOK_AGAIN.toMillis());
                }
            }
            found = target(organization, name);
        }
        return found;
    }

    /// What is needed to run a function, kept in memory.
    Optional<Target> target(Organization organization, String name) {
        return targets.get(
                new Name(organization, name),
                n -> Upkeep.of(organization, Resource.FUNCTION).run(() -> loadTarget(organization, name)));
    }

    /// What is needed to run one of a function's versions, which nobody has to wait for.
    ///
    /// @throws Refused `NOT_FOUND`
    Target target(Organization organization, String name, long version) {
        FunctionEntity entity = Upkeep.of(organization, Resource.FUNCTION)
                .run(() -> versions.find(organization, name, version))
                .orElseThrow(Refused::notFound);
        return target(organization, entity, VersionFiles.gate(organization, name, version));
    }

    private static Target target(Organization organization, FunctionEntity entity, FsPath gate) {
        var runs = Component.of(Resource.RUNS.in(organization.principal()));
        return new Target(
                entity.id(),
                entity.faasId(),
                gate,
                Label.of(runs, Component.TRUE),
                entity.status() == Status.READY,
                BEING_BUILT.contains(entity.status()));
    }

    private Optional<Target> loadTarget(Organization organization, String name) {
        try {
            FunctionEntity entity = files.read(organization, name).entity();
            return Optional.of(target(organization, entity, FunctionFiles.gate(organization, name)));
        } catch (Refused gone) {
            if (gone.refusal() == Refusal.NOT_FOUND) {
                return Optional.empty();
            }
            throw gone;
        }
    }

    /// After a restart, before anything is served: gives back what was installed for versions that never were.
    void tidy(Organization organization) {
        versions.removeLayersOfNone(organization);
    }

    /// After a restart: goes on with what was being built or deleted. Takes time that grows with the functions.
    void recover(Organization organization) {
        List<FunctionEntity> all = Upkeep.of(organization, Resource.FUNCTION).run(() -> files.list(organization));
        for (FunctionEntity entity : all) {
            switch (entity.status()) {
                case INITIALIZED, CREATING, UPDATING -> build(organization, entity);
                case DELETING -> finishDeleting(organization, entity);
                case READY, ERROR -> {}
            }
        }
        all.forEach(entity -> standby.changed(organization, entity.name()));
    }

    /// Nothing is known of an organization any more that was deleted.
    void forget(Organization organization) {
        targets.asMap().keySet().removeIf(name -> name.organization().equals(organization));
        builds.forget(organization);
        counts.forget(organization);
        standby.forget(organization);
    }

    /// Of two who delete the same function one does, and neither deletes what was created in its place since.
    private void finishDeleting(Organization organization, FunctionEntity entity) {
        String name = entity.name();
        ReentrantLock lock = deleting.of(organization);
        lock.lock();
        try {
            if (Upkeep.of(organization, Resource.FUNCTION).run(() -> files.isThere(organization, entity))) {
                runs.forget(organization.token(), name);
                builds.remove(organization, entity);
                triggers.removeTo(organization, entity.id());
                counts.forget(organization);
            }
        } finally {
            lock.unlock();
        }
        standby.changed(organization, name);
        targets.invalidate(new Name(organization, name));
    }

    private void build(Organization organization, FunctionEntity entity) {
        var name = new Name(organization, entity.wish().name());
        targets.invalidate(name);
        builds.begin(organization, entity, () -> changed(name));
    }

    private void changed(Name name) {
        targets.invalidate(name);
        standby.changed(name.organization(), name.name());
        synchronized (built) {
            built.notifyAll();
        }
    }

    /// A function whose source has no room is none.
    private void keep(Organization organization, FunctionEntity entity, BlobRef source) {
        boolean isKept = false;
        try {
            files.keepSource(organization, entity.name(), source);
            isKept = true;
        } finally {
            if (!isKept) {
                files.remove(organization, entity.name());
            }
        }
    }

    /// Empty where it has to be fetched first.
    private static String digest(Optional<BlobRef> source) {
        return source.map(kept -> kept.digest().hex()).orElse("");
    }

    private static String uuid() {
        return UUID.randomUUID().toString();
    }
}
