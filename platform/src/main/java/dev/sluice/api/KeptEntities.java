package dev.sluice.api;

import dev.sluice.api.KeptEntity.Status;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Need;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;

/// The entities of one kind that organizations have, where there is nothing to do but to keep them. Thread-safe.
final class KeptEntities<W extends KeptEntity.Wish> implements Entities<W> {
    /// Of one kind, in one organization: a list has all of them in memory.
    static final int ENTITIES_MAX = 500;

    /// Of all that is kept of one.
    static final int FIELDS_BYTES_MAX = 16 << 10;

    private final OwnFiles<W> files;
    private final Kind<W> kind;
    private final InstantSource clock;
    private final CreationLocks creating = new CreationLocks();

    /// What makes a kind.
    ///
    /// @param said      in messages
    /// @param alsoNeeds what its author must be allowed too
    /// @param complete  what it comes to in an organization
    record Kind<W extends KeptEntity.Wish>(
            String said,
            Resource resource,
            String suffix,
            Class<W> wish,
            Function<JsonBody, W> parse,
            Function<W, List<Need>> alsoNeeds,
            BiFunction<Organization, W, W> complete) {}

    KeptEntities(LabeledFs fs, Kind<W> kind, InstantSource clock) {
        this.files = new OwnFiles<>(fs, kind.wish(), kind.resource(), kind.suffix());
        this.kind = kind;
        this.clock = clock;
    }

    @Override
    public W parse(Bytes body) {
        W wish = kind.parse().apply(JsonBody.parse(body));
        if (JsonBody.JSON.writeValueAsBytes(wish).length > FIELDS_BYTES_MAX) {
            throw Rejection.of(422, 603, "all fields should be at most " + FIELDS_BYTES_MAX + " bytes together");
        }
        return wish;
    }

    @Override
    public String name(W wish) {
        return wish.name();
    }

    @Override
    public List<Need> alsoNeeds(W wish) {
        return kind.alsoNeeds().apply(wish);
    }

    @Override
    public KeptEntity.Seen create(Organization organization, W wish) {
        W complete = kind.complete().apply(organization, wish);
        long now = clock.millis();
        var entity = new KeptEntity<>(
                UUID.randomUUID().toString(), complete, Status.CREATING, Math.floorDiv(now, 1000L), now);
        ReentrantLock lock = creating.of(organization);
        lock.lock();
        try {
            if (files.count(organization) >= ENTITIES_MAX) {
                throw new Refused(
                        Refusal.QUOTA,
                        "your organization has " + ENTITIES_MAX + " of the kind " + kind.said()
                                + ", and may have no more: delete some");
            }
            files.create(organization, entity);
        } finally {
            lock.unlock();
        }
        return entity.at(clock.instant());
    }

    @Override
    public KeptEntity.Seen update(Organization organization, String name, W wish) {
        var before = files.read(organization, name);
        W complete = kind.complete().apply(organization, wish);
        KeptEntity<W> old = before.entity();
        var entity = new KeptEntity<>(old.id(), complete, Status.UPDATING, old.createdSeconds(), clock.millis());
        files.write(organization, entity, before.version());
        return entity.at(clock.instant());
    }

    @Override
    public KeptEntity.Seen find(Organization organization, String name) {
        return files.read(organization, name).entity().at(clock.instant());
    }

    /// As [#find], for who only wants to know whether there is one.
    Optional<W> ifThere(Organization organization, String name) {
        return entityIfThere(organization, name).map(KeptEntity::wish);
    }

    Optional<KeptEntity<W>> entityIfThere(Organization organization, String name) {
        return files.find(organization, name);
    }

    /// All that is kept of one.
    ///
    /// @throws Refused `NOT_FOUND`, `DENIED`
    KeptEntity<W> entity(Organization organization, String name) {
        return files.read(organization, name).entity();
    }

    /// All that is kept of all.
    List<KeptEntity<W>> entities(Organization organization) {
        return files.list(organization);
    }

    @Override
    public List<KeptEntity.Seen> list(Organization organization) {
        return files.list(organization).stream()
                .map(entity -> entity.at(clock.instant()))
                .toList();
    }

    @Override
    public KeptEntity.Seen delete(Organization organization, String name) {
        KeptEntity<W> entity = files.read(organization, name).entity();
        files.remove(organization, name);
        return entity.deleting();
    }
}
