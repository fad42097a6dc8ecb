package dev.sluice.org;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.kernel.Witness;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Which organizations there are, and which there have been.
///
/// A name may have several lives, each with a principal of its own: `acme`, then `acme~2`. The record of a life
/// stands at its own principal and is never removed: a deleted one says so and leads to the next. So whatever
/// names a deleted organization's principal names nobody for ever, and creating and deleting are one write each.
///
/// Reads are to be made by a task that may read all. Thread-safe.
final class Registry {
    static final int LIVES_MAX = 1_000;

    /// First tokens that belong to the system, and words that mean something else in a label.
    private static final Set<String> RESERVED = Set.of("faasten", "sluice", "T", "F");

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private final LabeledFs fs;
    private final Witness witness;

    Registry(LabeledFs fs, Witness witness) {
        this.fs = fs;
        this.witness = witness;
    }

    /// @param deletedSeconds since 1970; 0 while it exists
    /// @param emptiedSeconds when nothing was left of it any more; 0 before
    /// @param limits what is set for it itself, by words; null for nothing
    private record Life(
            String id,
            String name,
            String token,
            long createdSeconds,
            long deletedSeconds,
            long emptiedSeconds,
            @Nullable Map<String, Long> limits) {
        static Life of(Organization organization, long deletedSeconds, long emptiedSeconds) {
            return new Life(
                    organization.id(),
                    organization.name(),
                    organization.token(),
                    organization.createdSeconds(),
                    deletedSeconds,
                    emptiedSeconds,
                    null);
        }

        Life limited(Map<String, Long> now) {
            return new Life(id, name, token, createdSeconds, deletedSeconds, emptiedSeconds, now);
        }

        boolean isOver() {
            return deletedSeconds != 0;
        }

        Organization organization() {
            return new Organization(id, name, token, createdSeconds);
        }
    }

    Optional<Organization> find(String name) {
        for (int life = 1; life <= LIVES_MAX; life++) {
            Optional<Life> found = read(OrgPaths.registry(principal(name, life)));
            if (found.isEmpty() || !found.get().isOver()) {
                return found.map(Life::organization);
            }
        }
        return Optional.empty();
    }

    List<Organization> all() {
        return lives().stream()
                .filter(life -> !life.isOver())
                .map(Life::organization)
                .toList();
    }

    /// What is set for single organizations, by their tokens.
    Map<String, Map<Limit, Long>> limits() {
        Map<String, Map<Limit, Long>> all = new HashMap<>();
        for (Life life : lives()) {
            Map<Limit, Long> its = new EnumMap<>(Limit.class);
            if (!life.isOver() && life.limits() != null) {
                life.limits().forEach((word, value) -> Limit.of(word).ifPresent(limit -> its.put(limit, value)));
            }
            if (!its.isEmpty()) {
                all.put(life.token(), its);
            }
        }
        return all;
    }

    /// Those that were deleted and have anything left, with when that was.
    Map<Organization, Instant> departed() {
        return lives().stream()
                .filter(life -> life.isOver() && life.emptiedSeconds() == 0)
                .collect(Collectors.toMap(Life::organization, life -> Instant.ofEpochSecond(life.deletedSeconds())));
    }

    private List<Life> lives() {
        List<Life> all = new ArrayList<>();
        Optional<Label> last = Optional.empty();
        List<Label> page;
        do {
            page = fs.facets(OrgPaths.REGISTRY, Label.TOP, last, LabeledFs.LIST_ENTRIES_MAX);
            for (Label facet : page) {
                read(OrgPaths.REGISTRY.facet(facet).child(OrgPaths.ENTRY)).ifPresent(all::add);
                last = Optional.of(facet);
            }
        } while (!page.isEmpty());
        return all;
    }

    /// The token that an organization of this name would get now.
    ///
    /// @throws Refused `EXISTS` if there is one, or if the name is the system's own; `QUOTA` when it is used up
    String freeToken(String name) {
        for (int life = 1; life <= LIVES_MAX; life++) {
            Principal principal = principal(name, life);
            Optional<Life> found = read(OrgPaths.registry(principal));
            if (RESERVED.contains(name) || found.filter(one -> !one.isOver()).isPresent()) {
                throw new Refused(Refusal.EXISTS, "the name is taken");
            }
            if (found.isEmpty()) {
                return principal.tokens().getFirst();
            }
        }
        throw new Refused(Refusal.QUOTA, "organizations of this name were deleted too often: choose another");
    }

    /// Writes as [Task#current].
    ///
    /// @param details for the record of it
    /// @throws Refused `EXISTS`, `DENIED`
    void add(Organization organization, Map<String, String> details) {
        Label label = OrgPaths.registryLabel(organization.principal());
        Bytes content = Bytes.takeOver(JSON.writeValueAsBytes(Life.of(organization, 0, 0)));
        FsPath path = OrgPaths.registry(organization.principal());
        witness.witness(
                new Deed("organization.create", organization.name(), label, details),
                () -> fs.create(path, Kind.FILE, label, content, root()));
    }

    /// Writes as [Task#current].
    ///
    /// @param details for the record of it
    /// @throws Refused `NOT_FOUND` if it is deleted already, `DENIED`
    void end(Organization organization, long nowSeconds, Map<String, String> details) {
        change("organization.delete", organization, details, before -> {
            if (before.isOver()) {
                throw Refused.notFound();
            }
            return Life.of(organization, nowSeconds, 0);
        });
    }

    /// Notes that nothing is left of a deleted one. Writes as [Task#current].
    ///
    /// @throws Refused `NOT_FOUND` if it is not deleted, `DENIED`
    void emptied(Organization organization, long nowSeconds) {
        change("organization.empty", organization, Map.of(), before -> {
            if (!before.isOver()) {
                throw Refused.notFound();
            }
            return Life.of(organization, before.deletedSeconds(), nowSeconds);
        });
    }

    /// Limits an organization to that, and to nothing else. Writes as [Task#current].
    ///
    /// @param by who wants it, for the record
    /// @throws Refused `NOT_FOUND` if it is deleted, `CONFLICT`, `DENIED`
    void limit(Organization organization, Map<Limit, Long> limits, Component by) {
        Map<String, Long> words = new TreeMap<>();
        limits.forEach((limit, value) -> words.put(limit.word(), value));
        Map<String, String> details = Map.of("limits", JSON.writeValueAsString(words), "by", by.toString());
        change("organization.limit", organization, details, before -> {
            if (before.isOver()) {
                throw Refused.notFound();
            }
            return before.limited(words);
        });
    }

    private void change(
            String deed, Organization organization, Map<String, String> details, UnaryOperator<Life> change) {
        Label label = OrgPaths.registryLabel(organization.principal());
        FsPath path = OrgPaths.registry(organization.principal());
        LabeledFs.Content before = fs.read(path, Kind.FILE);
        Life after = change.apply(JSON.readValue(before.bytes().readOnlyArray(), Life.class));
        Bytes content = Bytes.takeOver(JSON.writeValueAsBytes(after));
        witness.witness(
                new Deed(deed, organization.name(), label, details),
                () -> fs.write(path, Kind.FILE, content, before.version(), root()));
    }

    private Optional<Life> read(FsPath path) {
        try {
            return Optional.of(JSON.readValue(fs.read(path, Kind.FILE).bytes().readOnlyArray(), Life.class));
        } catch (Refused refused) {
            if (refused.refusal() == Refusal.NOT_FOUND) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    private static Principal principal(String name, int life) {
        return Principal.of(life == 1 ? name : name + "~" + life);
    }

    private static Privilege root() {
        return Task.current().exercise(Component.TRUE, Component.FALSE);
    }
}
