package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Where versions and aliases of functions stand (docs/design/functions.md). What a version was made of is a file of
/// `acme/function` that nobody changes. What runs is a gate of its own, in the same facet as the function's gate; the
/// aliases are a file beside it, for they decide what runs, and whoever may run the function reads them. Acts as
/// [dev.sluice.kernel.Task#current].
final class VersionFiles {
    /// No function has a dot in its name.
    private static final String DIRECTORY = "all.versions";

    /// What was installed for versions, beside what their images have.
    private static final String LAYERS = "all.layers";

    private static final String ALIASES = ".aliases";

    private final LabeledFs fs;

    VersionFiles(LabeledFs fs) {
        this.fs = fs;
    }

    private record AliasFile(List<Alias> aliases) {}

    /// The aliases of a function as they were at a version of their file, 0 where there is none yet.
    record Aliases(List<Alias> all, long version) {
        Optional<Alias> named(String name) {
            return all.stream().filter(alias -> alias.name().equals(name)).findFirst();
        }

        /// @throws Refused `NOT_FOUND`
        Alias required(String name) {
            return named(name).orElseThrow(Refused::notFound);
        }

        boolean name(long version) {
            return all.stream().anyMatch(alias -> alias.names(version));
        }

        List<Alias> without(String name) {
            return all.stream().filter(alias -> !alias.name().equals(name)).toList();
        }

        List<Alias> with(Alias alias) {
            List<Alias> changed = new ArrayList<>(without(alias.name()));
            changed.add(alias);
            changed.sort(Comparator.comparing(Alias::name));
            return changed;
        }
    }

    /// Where a runner finds the gate of a version.
    static FsPath gate(Organization organization, String name, long version) {
        return running(organization, name).child(name + "." + version);
    }

    private static FsPath running(Organization organization, String name) {
        return FsPath.home(FunctionFiles.gateLabel(organization, name));
    }

    private static FsPath directory(Organization organization) {
        return FsPath.home(FunctionFiles.label(organization)).child(DIRECTORY);
    }

    private static FsPath file(Organization organization, String name, long version) {
        return directory(organization).child(name + "." + version);
    }

    /// Keeps what a version was made of.
    ///
    /// @throws Refused `EXISTS`
    void keep(Organization organization, FunctionEntity entity) {
        Label label = FunctionFiles.label(organization);
        if (fs.find(directory(organization)).isEmpty()) {
            fs.createDirectory(directory(organization), label, FunctionFiles.writing(organization));
        }
        FsPath path = file(organization, entity.wish().name(), entity.version());
        fs.create(path, Kind.FILE, label, entity.encode(), FunctionFiles.writing(organization));
    }

    Optional<FunctionEntity> find(Organization organization, String name, long version) {
        return contentOf(file(organization, name, version)).map(found -> FunctionEntity.decode(found.bytes()));
    }

    /// The newest first.
    List<FunctionEntity> list(Organization organization, String name) {
        if (fs.find(directory(organization)).isEmpty()) {
            return List.of();
        }
        String prefix = name + ".";
        List<Entry> page = fs.list(directory(organization), prefix, LabeledFs.LIST_ENTRIES_MAX);
        return page.stream()
                .map(Entry::name)
                .takeWhile(entry -> entry.startsWith(prefix))
                .map(entry -> Long.parseLong(entry.substring(prefix.length())))
                .sorted(Comparator.reverseOrder())
                .flatMap(version -> find(organization, name, version).stream())
                .toList();
    }

    void remove(Organization organization, String name, long version) {
        unlinkIfThere(organization, file(organization, name, version));
    }

    private static FsPath layer(Organization organization, String name, long version) {
        return FsPath.home(FunctionFiles.label(organization)).child(LAYERS).child(name + "." + version);
    }

    /// Keeps what was installed for a version, instead of what an ended build of it has left.
    void keepLayer(Organization organization, FunctionEntity entity, BlobRef ref) {
        Label label = FunctionFiles.label(organization);
        FsPath path = layer(organization, entity.name(), entity.version());
        if (fs.find(path.parent()).isEmpty()) {
            fs.createDirectory(path.parent(), label, FunctionFiles.writing(organization));
        }
        unlinkIfThere(organization, path);
        fs.create(path, Kind.BLOB, label, ref.encode(), FunctionFiles.writing(organization));
    }

    /// Removes what was installed for versions that there are not: of builds that an ended server had begun.
    void removeLayersOfNone(Organization organization) {
        FsPath home = FsPath.home(FunctionFiles.label(organization)).child(LAYERS);
        if (fs.find(home).isEmpty()) {
            return;
        }
        List<Entry> page = fs.list(home, "", LabeledFs.LIST_ENTRIES_MAX);
        while (!page.isEmpty()) {
            page.stream()
                    .map(Entry::name)
                    .filter(name -> fs.find(directory(organization)).isEmpty()
                            || fs.find(directory(organization).child(name)).isEmpty())
                    .forEach(name -> unlinkIfThere(organization, home.child(name)));
            page = fs.list(home, page.getLast().name(), LabeledFs.LIST_ENTRIES_MAX);
        }
    }

    void removeLayer(Organization organization, String name, long version) {
        FsPath path = layer(organization, name, version);
        if (fs.find(path.parent()).isPresent()) {
            unlinkIfThere(organization, path);
        }
    }

    void removeGate(Organization organization, String name, long version) {
        unlinkIfThere(organization, gate(organization, name, version));
    }

    Aliases aliases(Organization organization, String name) {
        return contentOf(running(organization, name).child(name + ALIASES))
                .map(found -> new Aliases(
                        JsonBody.JSON
                                .readValue(found.bytes().readOnlyArray(), AliasFile.class)
                                .aliases(),
                        found.version()))
                .orElse(new Aliases(List.of(), 0));
    }

    /// @throws Refused `CONFLICT` or `EXISTS` if they are not those of `before` any more
    void write(Organization organization, String name, Aliases before, List<Alias> aliases) {
        FsPath path = running(organization, name).child(name + ALIASES);
        Bytes content = Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(new AliasFile(aliases)));
        if (before.version() == 0) {
            Label label = FunctionFiles.gateLabel(organization, name);
            fs.create(path, Kind.FILE, label, content, FunctionFiles.writing(organization));
        } else {
            fs.write(path, Kind.FILE, content, before.version(), FunctionFiles.writing(organization));
        }
    }

    void removeAliases(Organization organization, String name) {
        unlinkIfThere(organization, running(organization, name).child(name + ALIASES));
    }

    private void unlinkIfThere(Organization organization, FsPath path) {
        if (fs.find(path).isPresent()) {
            fs.unlink(path, FunctionFiles.writing(organization));
        }
    }

    private Optional<LabeledFs.Content> contentOf(FsPath path) {
        try {
            return Optional.of(fs.read(path, Kind.FILE));
        } catch (Refused gone) {
            if (gone.refusal() == Refusal.NOT_FOUND) {
                return Optional.empty();
            }
            throw gone;
        }
    }
}
