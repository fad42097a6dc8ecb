package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JavaType;

/// Entities that no other resource's operations use: each is a file in the facet of its own resource alone
/// (design/labels.md section 3). Acts as [Task#current].
final class OwnFiles<W extends KeptEntity.Wish> {
    private final LabeledFs fs;
    private final JavaType type;
    private final Resource resource;
    private final String suffix;

    /// @param suffix tells kinds of one resource apart; where it is empty, no entity's name has a dot
    OwnFiles(LabeledFs fs, Class<W> wish, Resource resource, String suffix) {
        this.fs = fs;
        this.type = JsonBody.JSON.getTypeFactory().constructParametricType(KeptEntity.class, wish);
        this.resource = resource;
        this.suffix = suffix;
    }

    /// An entity as it was at a version of its file.
    record Stored<W extends KeptEntity.Wish>(KeptEntity<W> entity, long version) {}

    private Component owning(Organization organization) {
        return Component.of(resource.in(organization.principal()));
    }

    /// `acme/api,acme/api`
    private Label label(Organization organization) {
        return Label.of(owning(organization), owning(organization));
    }

    private FsPath home(Organization organization) {
        return FsPath.home(label(organization));
    }

    private FsPath file(Organization organization, String name) {
        return home(organization).child(name + suffix);
    }

    private Privilege writing(Organization organization) {
        return Task.current().exercise(Component.TRUE, owning(organization));
    }

    /// @throws Refused `EXISTS`, `DENIED`, `QUOTA`
    void create(Organization organization, KeptEntity<W> entity) {
        fs.create(
                file(organization, entity.wish().name()),
                Kind.FILE,
                label(organization),
                encode(entity),
                writing(organization));
    }

    /// @throws Refused `CONFLICT` if it has changed since that version, `NOT_FOUND`, `DENIED`
    void write(Organization organization, KeptEntity<W> entity, long expectedVersion) {
        FsPath path = file(organization, entity.wish().name());
        fs.write(path, Kind.FILE, encode(entity), expectedVersion, writing(organization));
    }

    /// @throws Refused `NOT_FOUND`, `DENIED`
    Stored<W> read(Organization organization, String name) {
        return stored(file(organization, name));
    }

    /// Nothing for one that is not there.
    Optional<KeptEntity<W>> find(Organization organization, String name) {
        return ifThere(file(organization, name));
    }

    List<KeptEntity<W>> list(Organization organization) {
        List<KeptEntity<W>> all = new ArrayList<>();
        for (String name : fileNames(organization)) {
            ifThere(home(organization).child(name)).ifPresent(all::add); // deleted while it was being listed
        }
        return all;
    }

    int count(Organization organization) {
        return fileNames(organization).size();
    }

    /// @throws Refused `NOT_FOUND`, `DENIED`
    void remove(Organization organization, String name) {
        fs.unlink(file(organization, name), writing(organization));
    }

    private List<String> fileNames(Organization organization) {
        FsPath home = home(organization);
        List<String> names = new ArrayList<>();
        List<Entry> page = fs.list(home, "", LabeledFs.LIST_ENTRIES_MAX);
        while (!page.isEmpty()) {
            page.stream().map(Entry::name).filter(this::isOne).forEach(names::add);
            page = fs.list(home, page.getLast().name(), LabeledFs.LIST_ENTRIES_MAX);
        }
        return names;
    }

    private boolean isOne(String name) {
        return suffix.isEmpty() ? name.indexOf('.') < 0 : name.endsWith(suffix);
    }

    private Optional<KeptEntity<W>> ifThere(FsPath path) {
        try {
            return Optional.of(stored(path).entity());
        } catch (Refused gone) {
            if (gone.refusal() == Refusal.NOT_FOUND) {
                return Optional.empty();
            }
            throw gone;
        }
    }

    private Stored<W> stored(FsPath path) {
        LabeledFs.Content content = fs.read(path, Kind.FILE);
        return new Stored<>(JsonBody.JSON.readValue(content.bytes().readOnlyArray(), type), content.version());
    }

    private Bytes encode(KeptEntity<W> entity) {
        return Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(entity));
    }
}
