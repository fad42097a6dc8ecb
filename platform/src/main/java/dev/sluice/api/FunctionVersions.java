package dev.sluice.api;

import dev.sluice.api.VersionFiles.Aliases;
import dev.sluice.authn.Upkeep;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.kernel.Witness;
import dev.sluice.label.Component;
import dev.sluice.label.Principal;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// The versions of functions, and the aliases that name them. A version is made when a build succeeds and never
/// changed; it runs with the secrets that its author was lent when he made it. An alias is a name and no more: whoever
/// makes or changes one must be lent the secrets of the versions that it comes to name, which its caller sees to.
///
/// Thread-safe. Acts as the current task where it reads, and writes as the platform: what developers know of
/// versions must not hold back what runners read.
final class FunctionVersions {
    /// More than aliases can name together, so that the oldest that none names may go.
    static final int VERSIONS_MAX = 100;

    static final int ALIASES_MAX = 16;

    private final VersionFiles files;
    private final Witness witness;
    private final StandbyWishes standby;
    private final RandomGenerator random;
    private final InstantSource clock;
    private final CreationLocks changing = new CreationLocks();
    private volatile BiConsumer<Organization, String> follower = (_, _) -> {};

    /// @param witness is told of each alias that is changed
    FunctionVersions(
            LabeledFs fs, Witness witness, StandbyWishes standby, RandomGenerator random, InstantSource clock) {
        this.files = new VersionFiles(fs);
        this.witness = witness;
        this.standby = standby;
        this.random = random;
        this.clock = clock;
    }

    /// Has somebody told of each function whose aliases have changed, before who changes them is answered.
    void follow(BiConsumer<Organization, String> told) {
        follower = told;
    }

    /// What an alias names now; nothing if there is none of that name. Reads as the platform.
    List<Alias.Share> shares(Organization organization, String name, String alias) {
        return as(organization, () -> files.aliases(organization, name))
                .named(alias)
                .map(Alias::shares)
                .orElse(List.of());
    }

    /// The newest first.
    List<FunctionEntity> list(Organization organization, String name) {
        return files.list(organization, name);
    }

    Optional<FunctionEntity> find(Organization organization, String name, long version) {
        return files.find(organization, name, version);
    }

    /// Which version a run is of. Taints as the function's gate does.
    ///
    /// @param key who calls again with the same one gets the same version
    /// @throws Refused `NOT_FOUND` for an alias that is not there; a number is not looked up
    long resolve(Organization organization, FunctionRef wanted, Optional<String> key) {
        return number(wanted.qualifier())
                .orElseGet(() -> files.aliases(organization, wanted.name())
                        .required(wanted.qualifier())
                        .pick(key, random::nextInt));
    }

    /// A version's number, if it is one.
    static Optional<Long> number(String text) {
        boolean isNumber =
                text.length() <= 18 && !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    List<Alias> aliases(Organization organization, String name) {
        return files.aliases(organization, name).all();
    }

    /// @throws Refused `NOT_FOUND`
    Alias alias(Organization organization, String name, String alias) {
        return files.aliases(organization, name).required(alias);
    }

    /// @throws Refused `EXISTS`, `QUOTA`, `CONFLICT`, `DENIED`, `INVALID` for a version that is not there
    Alias create(Organization organization, String name, Alias.Wish wish) {
        long now = clock.instant().getEpochSecond();
        var alias = new Alias(wish.name(), wish.shares(), List.of(), now, now);
        change(organization, name, alias, before -> {
            if (before.named(wish.name()).isPresent()) {
                throw new Refused(Refusal.EXISTS, "there is an alias of that name");
            }
            if (before.all().size() >= ALIASES_MAX) {
                throw new Refused(Refusal.QUOTA, "a function has at most " + ALIASES_MAX + " aliases: delete some");
            }
            return before.with(alias);
        });
        return alias;
    }

    /// Puts `next` in the place of `before`, which it was made from.
    ///
    /// @throws Refused as [#create], and `NOT_FOUND`; `CONFLICT` if it is another by now
    Alias replace(Organization organization, String name, Alias before, Alias next) {
        change(organization, name, next, all -> {
            if (!all.required(next.name()).equals(before)) {
                throw new Refused(Refusal.CONFLICT, "the alias was changed");
            }
            return all.with(next);
        });
        return next;
    }

    /// @throws Refused `NOT_FOUND`
    Alias delete(Organization organization, String name, String alias) {
        Alias gone = alias(organization, name, alias);
        change(organization, name, new Alias(alias, List.of(), List.of(), 0, 0), all -> {
            all.required(alias);
            return all.without(alias);
        });
        return gone;
    }

    /// On record as its author's, who must have been lent what it lets run; what an alias names must be there as long
    /// as it names it.
    private void change(Organization organization, String name, Alias alias, Function<Aliases, List<Alias>> change) {
        for (Alias.Share share : alias.shares()) {
            FunctionEntity version = as(organization, () -> required(organization, name, share.version()));
            List<Principal> secrets = FunctionFiles.injected(organization, version.wish());
            Task.current().exercise(FunctionFiles.allOf(secrets), Component.TRUE);
        }
        var deed = new Deed(
                "alias.change",
                name + ":" + alias.name(),
                FunctionFiles.gateLabel(organization, name),
                Map.of("versions", alias.shares().toString()));
        witness.witness(
                deed,
                () -> locked(organization, () -> {
                    alias.shares()
                            .forEach(share -> as(organization, () -> required(organization, name, share.version())));
                    return as(organization, () -> {
                        Aliases before = files.aliases(organization, name);
                        files.write(organization, name, before, change.apply(before));
                        return before;
                    });
                }));
        standby.changed(organization, name);
        follower.accept(organization, name);
    }

    private FunctionEntity required(Organization organization, String name, long version) {
        return files.find(organization, name, version)
                .orElseThrow(() -> new Refused(Refusal.INVALID, "there is no version " + version));
    }

    /// Keeps what was built as a version, once. Removes the oldest that no alias names where there are too many.
    ///
    /// @param gate puts the version's gate at that path
    void keep(Organization organization, FunctionEntity built, Consumer<FsPath> gate) {
        String name = built.wish().name();
        locked(organization, () -> {
            if (as(organization, () -> files.find(organization, name, built.version()))
                    .isPresent()) {
                return built;
            }
            gate.accept(VersionFiles.gate(organization, name, built.version()));
            List<FunctionEntity> kept = new ArrayList<>(as(organization, () -> {
                files.keep(organization, built);
                return files.list(organization, name);
            }));
            Aliases aliases = as(organization, () -> files.aliases(organization, name));
            kept.reversed().stream()
                    .filter(version -> !aliases.name(version.version()) && version.version() != built.version())
                    .limit(Math.max(0, kept.size() - VERSIONS_MAX))
                    .forEach(oldest -> removeAll(organization, name, List.of(oldest)));
            return built;
        });
    }

    /// Keeps what was installed for a version that is built, for as long as there is that version.
    void keepLayer(Organization organization, FunctionEntity entity, BlobRef layer) {
        locked(
                organization,
                () -> as(organization, () -> {
                    files.keepLayer(organization, entity, layer);
                    return layer;
                }));
    }

    /// The same of all versions, after a restart and before anything is built: what goes on then is installed anew.
    void removeLayersOfNone(Organization organization) {
        locked(
                organization,
                () -> as(organization, () -> {
                    files.removeLayersOfNone(organization);
                    return organization;
                }));
    }

    /// Removes what was installed for a version if that came to nothing.
    void removeLayerOfNone(Organization organization, FunctionEntity entity) {
        locked(
                organization,
                () -> as(organization, () -> {
                    if (files.find(organization, entity.name(), entity.version())
                            .isEmpty()) {
                        files.removeLayer(organization, entity.name(), entity.version());
                    }
                    return entity;
                }));
    }

    /// Removes a version: nobody runs it any more.
    ///
    /// @throws Refused `NOT_FOUND`; `INVALID` for one that an alias names or that the function is now
    FunctionEntity remove(Organization organization, String name, long version, FunctionEntity present) {
        return locked(organization, () -> {
            FunctionEntity gone = as(organization, () -> files.find(organization, name, version))
                    .orElseThrow(Refused::notFound);
            if (as(organization, () -> files.aliases(organization, name)).name(version)) {
                throw new Refused(Refusal.INVALID, "an alias names this version: point it at another one first");
            }
            if (gone.version() == present.version()) {
                throw new Refused(Refusal.INVALID, "the function is this version now: update it, or delete it whole");
            }
            removeAll(organization, name, List.of(gone));
            return gone;
        });
    }

    /// Removes all versions and aliases of a function, and what a build of its last one has left.
    void removeAll(Organization organization, FunctionEntity last) {
        String name = last.wish().name();
        locked(organization, () -> {
            as(organization, () -> {
                files.removeAliases(organization, name);
                files.removeGate(organization, name, last.version());
                files.removeLayer(organization, name, last.version());
                return name;
            });
            removeAll(organization, name, as(organization, () -> files.list(organization, name)));
            return name;
        });
    }

    /// The gates first: what is left of a version after a crash does not run.
    private void removeAll(Organization organization, String name, List<FunctionEntity> versions) {
        for (FunctionEntity version : versions) {
            as(organization, () -> {
                files.removeGate(organization, name, version.version());
                return name;
            });
            as(organization, () -> {
                files.remove(organization, name, version.version());
                files.removeLayer(organization, name, version.version());
                return name;
            });
        }
    }

    private <T> T locked(Organization organization, ScopedValue.CallableOp<T, RuntimeException> body) {
        ReentrantLock lock = changing.of(organization);
        lock.lock();
        try {
            return body.call();
        } finally {
            lock.unlock();
        }
    }

    private static <T> T as(Organization organization, ScopedValue.CallableOp<T, RuntimeException> body) {
        return Upkeep.of(organization, Resource.FUNCTION).run(body);
    }
}
