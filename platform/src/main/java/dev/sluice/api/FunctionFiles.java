package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where functions stand in the labeled file system (design/labels.md section 3): what clients see of one is a file
/// of `acme/function`; what runs is a gate that whoever may run it can reach too. Acts as [Task#current].
final class FunctionFiles {
    /// No function's name has a dot, so its file and its gate have different names in one directory.
    private static final String SUFFIX = ".json";

    /// So long as a function is there, its source is, whether or not it can be built.
    private static final String SOURCES = "all.sources";

    private final LabeledFs fs;

    FunctionFiles(LabeledFs fs) {
        this.fs = fs;
    }

    /// An entity as it was at a version of its file.
    record Stored(FunctionEntity entity, long version) {}

    /// `acme/function`
    private static Component function(Organization organization) {
        return Component.of(Resource.FUNCTION.in(organization.principal()));
    }

    /// `acme/function,acme/function`
    static Label label(Organization organization) {
        Component function = function(organization);
        return Label.of(function, function);
    }

    /// `acme/runs/NAME`
    static Component runner(Organization organization, String name) {
        return Component.of(Resource.RUNS.in(organization.principal()).child(name));
    }

    /// What a function's gate injects: `acme/secret/NAME` for each secret, then `acme/serviceinstance/NAME` for each
    /// service; of several equal ones the last.
    ///
    /// @throws LabelInvalid for what can be no name of one
    static List<Principal> injected(Organization organization, FunctionEntity.Wish wish) {
        List<Principal> all = new ArrayList<>(of(organization, Resource.SECRET, wish.secrets()));
        all.addAll(of(organization, Resource.SERVICEINSTANCE, wish.services()));
        return List.copyOf(all);
    }

    private static List<Principal> of(Organization organization, Resource resource, List<String> names) {
        Principal all = resource.in(organization.principal());
        return names.reversed().stream().distinct().map(all::child).toList().reversed();
    }

    /// All of these together.
    ///
    /// @throws LabelInvalid also for too many
    static Component allOf(List<Principal> secrets) {
        return Component.ofClauses(secrets.stream().map(List::of).toList());
    }

    /// `acme/function|acme/runs/NAME, acme/function`
    static Label gateLabel(Organization organization, String name) {
        Component function = function(organization);
        return Label.of(function.or(runner(organization, name)), function);
    }

    /// Where a runner finds the gate.
    static FsPath gate(Organization organization, String name) {
        return FsPath.home(gateLabel(organization, name)).child(name);
    }

    /// Where a developer finds it.
    static FsPath listedGate(Organization organization, String name) {
        return home(organization).child(name);
    }

    private static FsPath home(Organization organization) {
        return FsPath.home(label(organization));
    }

    private static FsPath file(Organization organization, String name) {
        return home(organization).child(name + SUFFIX);
    }

    static Privilege writing(Organization organization) {
        return Task.current().exercise(Component.TRUE, function(organization));
    }

    /// @throws Refused `EXISTS`, `DENIED`
    void create(Organization organization, FunctionEntity entity) {
        fs.create(
                file(organization, entity.wish().name()),
                Kind.FILE,
                label(organization),
                entity.encode(),
                writing(organization));
    }

    /// @throws Refused `CONFLICT` if it has changed since that version, `NOT_FOUND`, `DENIED`
    Stored write(Organization organization, FunctionEntity entity, long expectedVersion) {
        FsPath path = file(organization, entity.wish().name());
        return new Stored(entity, fs.write(path, Kind.FILE, entity.encode(), expectedVersion, writing(organization)));
    }

    /// @throws Refused `NOT_FOUND`, `DENIED`
    Stored read(Organization organization, String name) {
        LabeledFs.Content content = fs.read(file(organization, name), Kind.FILE);
        return new Stored(FunctionEntity.decode(content.bytes()), content.version());
    }

    List<FunctionEntity> list(Organization organization) {
        FsPath home = home(organization);
        List<FunctionEntity> entities = new ArrayList<>();
        List<Entry> page = fs.list(home, "", LabeledFs.LIST_ENTRIES_MAX);
        while (!page.isEmpty()) {
            for (Entry entry : page) {
                if (entry.name().endsWith(SUFFIX)) {
                    readIfThere(home.child(entry.name())).ifPresent(entities::add);
                }
            }
            page = fs.list(home, page.getLast().name(), LabeledFs.LIST_ENTRIES_MAX);
        }
        return entities;
    }

    int count(Organization organization) {
        FsPath home = home(organization);
        int count = 0;
        List<Entry> page = fs.list(home, "", LabeledFs.LIST_ENTRIES_MAX);
        while (!page.isEmpty()) {
            count += (int)
                    page.stream().filter(entry -> entry.name().endsWith(SUFFIX)).count();
            page = fs.list(home, page.getLast().name(), LabeledFs.LIST_ENTRIES_MAX);
        }
        return count;
    }

    /// Whether a function is there still, and not another one of its name.
    boolean isThere(Organization organization, FunctionEntity entity) {
        return readIfThere(file(organization, entity.name()))
                .filter(now -> now.id().equals(entity.id()))
                .isPresent();
    }

    /// Nothing for a function that was deleted while it was being listed.
    private Optional<FunctionEntity> readIfThere(FsPath path) {
        try {
            Bytes content = fs.read(path, Kind.FILE).bytes();
            return Optional.of(FunctionEntity.decode(content));
        } catch (Refused gone) {
            if (gone.refusal() == Refusal.NOT_FOUND) {
                return Optional.empty();
            }
            throw gone;
        }
    }

    private static FsPath source(Organization organization, String name) {
        return home(organization).child(SOURCES).child(name);
    }

    /// Keeps the bytes of a function's source, instead of those that were its source before.
    void keepSource(Organization organization, String name, BlobRef source) {
        FsPath path = source(organization, name);
        if (fs.find(home(organization).child(SOURCES)).isEmpty()) {
            fs.createDirectory(home(organization).child(SOURCES), label(organization), writing(organization));
        }
        if (fs.find(path).isEmpty()) {
            fs.create(path, Kind.BLOB, label(organization), source.encode(), writing(organization));
        } else {
            fs.write(path, Kind.BLOB, source.encode(), 0, writing(organization));
        }
    }

    void remove(Organization organization, String name) {
        if (fs.find(home(organization).child(SOURCES)).isPresent()
                && fs.find(source(organization, name)).isPresent()) {
            fs.unlink(source(organization, name), writing(organization));
        }
        fs.unlink(file(organization, name), writing(organization));
    }
}
