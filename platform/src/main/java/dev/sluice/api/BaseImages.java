package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.LabeledFs;
import dev.sluice.image.Pulls;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/// The base images of organizations: those of the server's own, and those that are pulled behind the answer by
/// [BaseImagePulls]. Thread-safe.
final class BaseImages implements Entities<BaseImageEntity.Wish> {
    static final int BASE_IMAGES_MAX = 200;

    private final SharedFiles<BaseImageEntity> files;
    private final InstantSource clock;
    private final BiConsumer<Organization, String> changed;
    private final PulledRoots roots;
    private final BaseImagePulls pulls;
    private final CreationLocks creating = new CreationLocks();

    /// @param changed is told of each base image that is another one now
    BaseImages(
            LabeledFs fs,
            Blobs blobs,
            Invocations invocations,
            Pulls pulls,
            RegistryLogins logins,
            InstantSource clock,
            BiConsumer<Organization, String> changed) {
        this.files =
                new SharedFiles<>(fs, BaseImageEntity.class, Resource.BASEIMAGE, Resource.FUNCTION, Resource.IMAGE);
        this.clock = clock;
        this.changed = changed;
        this.roots = new PulledRoots(files, Resource.BASEIMAGE, fs);
        this.pulls = new BaseImagePulls(files, roots, pulls, logins, blobs, invocations, changed);
    }

    @Override
    public BaseImageEntity.Wish parse(Bytes body) {
        return ImageRequest.baseImage(body);
    }

    @Override
    public String name(BaseImageEntity.Wish wish) {
        return wish.name();
    }

    @Override
    public BaseImageEntity create(Organization organization, BaseImageEntity.Wish wish) {
        long now = clock.millis();
        var entity = new BaseImageEntity(
                UUID.randomUUID().toString(), wish, ImageStatus.INITIALIZED, List.of(), now / 1000, now, null);
        ReentrantLock lock = creating.of(organization);
        lock.lock();
        try {
            if (files.count(organization) >= BASE_IMAGES_MAX) {
                throw new Refused(
                        Refusal.QUOTA,
                        "your organization has " + BASE_IMAGES_MAX + " base images, and may have no more: delete some");
            }
            files.create(organization, entity);
        } finally {
            lock.unlock();
        }
        begin(organization, entity);
        return entity;
    }

    @Override
    public BaseImageEntity update(Organization organization, String name, BaseImageEntity.Wish wish) {
        var before = files.read(organization, name);
        BaseImageEntity old = before.entity();
        var entity = new BaseImageEntity(
                old.id(), wish, ImageStatus.UPDATING, List.of(), old.createdSeconds(), clock.millis(), null);
        files.write(organization, entity, before.version());
        begin(organization, entity);
        return entity;
    }

    private void begin(Organization organization, BaseImageEntity entity) {
        if (entity.isToBePulled()) {
            pulls.begin(organization, entity.name());
        } else {
            changed.accept(organization, entity.name());
        }
    }

    @Override
    public BaseImageEntity find(Organization organization, String name) {
        return files.read(organization, name).entity().at(clock.instant());
    }

    /// As [#find], for who only wants to know whether there is one.
    Optional<BaseImageEntity> ifThere(Organization organization, String name) {
        return files.find(organization, name).map(stored -> stored.entity().at(clock.instant()));
    }

    @Override
    public List<BaseImageEntity> list(Organization organization) {
        return files.list(organization).stream()
                .map(stored -> stored.entity().at(clock.instant()))
                .toList();
    }

    @Override
    public BaseImageEntity delete(Organization organization, String name) {
        BaseImageEntity entity = find(organization, name);
        files.remove(organization, name);
        roots.remove(organization, name);
        return entity.as(ImageStatus.DELETED, List.of());
    }

    /// After a restart: finishes what was begun.
    void recover(Organization organization) {
        List<BaseImageEntity> all = Upkeep.of(organization, Resource.BASEIMAGE).run(() -> {
            files.tidy(organization);
            return list(organization);
        });
        roots.tidy(organization, all.stream().map(BaseImageEntity::name).collect(Collectors.toSet()));
        all.stream().filter(BaseImageEntity::isToBePulled).forEach(entity -> pulls.begin(organization, entity.name()));
    }
}
