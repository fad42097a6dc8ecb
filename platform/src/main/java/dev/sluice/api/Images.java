package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.blob.Blobs;
import dev.sluice.build.Builds;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.LabeledFs;
import dev.sluice.image.Pulls;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// The images of organizations: what is asked for is kept, and built behind the answer by [ImageBuilds]. Thread-safe.
final class Images implements Entities<ImageEntity.Wish> {
    static final int IMAGES_MAX = 200;

    /// Longer than a build lasts, unless many wait for their turns.
    private static final Duration BUILD_PATIENCE = Builds.TIME_MAX.plus(ImageBuilds.BASE_PATIENCE);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final SharedFiles<ImageEntity> files;
    private final BaseImages bases;
    private final ImageLayers layers;
    private final PulledRoots roots;
    private final Builds installing;
    private final ImageBuilds builds;
    private final InstantSource clock;
    private final CreationLocks creating = new CreationLocks();

    Images(
            LabeledFs fs,
            Blobs blobs,
            Invocations invocations,
            Builds installing,
            Pulls pulls,
            RegistryLogins logins,
            InstantSource clock) {
        this.files = new SharedFiles<>(fs, ImageEntity.class, Resource.IMAGE, Resource.FUNCTION);
        this.bases = new BaseImages(fs, blobs, invocations, pulls, logins, clock, this::tryAgain);
        this.roots = new PulledRoots(files, Resource.IMAGE, fs);
        this.layers = new ImageLayers(files, fs, blobs);
        this.installing = installing;
        this.builds = new ImageBuilds(
                files, bases, layers, roots, new ImageNeeds(layers, blobs, invocations, installing), invocations);
        this.clock = clock;
    }

    BaseImages bases() {
        return bases;
    }

    /// What functions need beside their images.
    ProjectNeeds projects(FunctionVersions versions) {
        return new ProjectNeeds(layers, installing, versions);
    }

    @Override
    public ImageEntity.Wish parse(Bytes body) {
        return ImageRequest.image(body);
    }

    @Override
    public String name(ImageEntity.Wish wish) {
        return wish.name();
    }

    @Override
    public ImageEntity create(Organization organization, ImageEntity.Wish wish) {
        requireBase(organization, wish);
        var entity = new ImageEntity(
                UUID.randomUUID().toString(),
                wish,
                "",
                ImageStatus.INITIALIZED,
                List.of(),
                clock.instant().getEpochSecond());
        ReentrantLock lock = creating.of(organization);
        lock.lock();
        try {
            if (files.count(organization) >= IMAGES_MAX) {
                throw new Refused(
                        Refusal.QUOTA,
                        "your organization has " + IMAGES_MAX + " images, and may have no more: delete some");
            }
            files.create(organization, entity);
        } finally {
            lock.unlock();
        }
        builds.begin(organization, wish.name());
        return entity;
    }

    @Override
    public ImageEntity update(Organization organization, String name, ImageEntity.Wish wish) {
        var before = files.read(organization, name);
        requireBase(organization, wish);
        ImageEntity old = before.entity();
        var entity =
                new ImageEntity(old.id(), wish, old.language(), ImageStatus.UPDATING, List.of(), old.createdSeconds());
        files.write(organization, entity, before.version());
        builds.begin(organization, name);
        return entity;
    }

    private void requireBase(Organization organization, ImageEntity.Wish wish) {
        if (bases.ifThere(organization, wish.baseImage()).isEmpty()) {
            throw Rejection.of(400, ImageBuilds.missing(wish.baseImage()));
        }
    }

    @Override
    public ImageEntity find(Organization organization, String name) {
        return files.read(organization, name).entity();
    }

    @Override
    public List<ImageEntity> list(Organization organization) {
        return files.list(organization).stream().map(SharedFiles.Stored::entity).toList();
    }

    @Override
    public ImageEntity delete(Organization organization, String name) {
        ImageEntity entity = find(organization, name);
        files.remove(organization, name);
        layers.remove(organization, name);
        roots.remove(organization, name);
        return entity.as(ImageStatus.DELETED, entity.language(), List.of());
    }

    /// What the build of an image prints, or the last one has printed: for those who work with images.
    String log(Organization organization, ImageEntity image) {
        String kept = layers.log(organization, image).orElse("");
        return builds.printed(organization, image.name()).orElse(kept);
    }

    /// For functions that name an image. Acts as what functions are.
    Optional<ImageEntity> forFunctions(Organization organization, String name) {
        return Upkeep.of(organization, Resource.FUNCTION)
                .run(() -> files.find(organization, name))
                .map(SharedFiles.Stored::entity);
    }

    /// Waits for the build of an image that is under way, if there is one: who has just created an image wants
    /// functions on it.
    void await(Organization organization, String name) {
        long end = System.nanoTime() + BUILD_PATIENCE.toNanos();
        while (System.nanoTime() < end
                && forFunctions(organization, name)
                        .filter(image -> !image.status().isSettled())
                        .isPresent()) {
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    /// Images that could not be built on a base image that is another one now are built again; those that could be stay
    /// what they are.
    private void tryAgain(Organization organization, String base) {
        Thread.ofVirtual().name("images").start(() -> builds.again(organization, base));
    }

    /// After a restart: goes on with what was begun.
    void recover(Organization organization) {
        bases.recover(organization);
        List<ImageEntity> all = Upkeep.of(organization, Resource.IMAGE).run(() -> {
            files.tidy(organization);
            return list(organization);
        });
        layers.tidy(organization);
        all.stream()
                .filter(image -> !image.status().isSettled())
                .forEach(image -> builds.begin(organization, image.name()));
    }

    /// Nothing is known of an organization any more that was deleted.
    void forget(Organization organization) {
        builds.forget(organization);
        installing.end(organization.token());
    }
}
