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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Entities of one resource that operations on other resources use too (design/labels.md section 3): each is a file
/// whose label names all of these, as an OR. It stands in the facet of that very label, where all of them find it,
/// and in the facet of its own resource, where it is listed. Acts as [Task#current].
///
/// A file is made where it is used first and listed then, and removed in the same order: so what a crash has left in
/// one place is finished by [#tidy].
final class SharedFiles<E extends NamedEntity> {
    private final LabeledFs fs;
    private final Class<E> type;
    private final Resource owner;
    private final List<Resource> users;

    /// @param users whose operations use the entities, beside their own resource's
    SharedFiles(LabeledFs fs, Class<E> type, Resource owner, Resource... users) {
        this.fs = fs;
        this.type = type;
        this.owner = owner;
        this.users = List.of(users);
    }

    /// An entity as it was at a version of its file.
    record Stored<E>(E entity, long version) {}

    /// `acme/image`
    private Component owning(Organization organization) {
        return Component.of(owner.in(organization.principal()));
    }

    /// `acme/function|acme/image, acme/image`
    Label label(Organization organization) {
        Component secrecy = owning(organization);
        for (Resource user : users) {
            secrecy = secrecy.or(Component.of(user.in(organization.principal())));
        }
        return Label.of(secrecy, owning(organization));
    }

    FsPath used(Organization organization) {
        return FsPath.home(label(organization));
    }

    FsPath listed(Organization organization) {
        return FsPath.home(own(organization));
    }

    /// `acme/image, acme/image`: who works with the entities themselves.
    Label own(Organization organization) {
        return Label.of(owning(organization), owning(organization));
    }

    Privilege writing(Organization organization) {
        return Task.current().exercise(Component.TRUE, owning(organization));
    }

    /// @throws Refused `EXISTS`, `DENIED`, `QUOTA`
    void create(Organization organization, E entity) {
        FsPath path = used(organization).child(entity.name());
        fs.create(path, Kind.FILE, label(organization), encode(entity), writing(organization));
        enlist(organization, entity.name());
    }

    private void enlist(Organization organization, String name) {
        FsPath target = used(organization).child(name);
        FsPath path = listed(organization).child(name);
        if (fs.find(path).isPresent()) {
            fs.relink(target, path, writing(organization));
        } else {
            fs.link(target, path, writing(organization));
        }
    }

    /// @throws Refused `CONFLICT` if it has changed since that version, `NOT_FOUND`, `DENIED`
    long write(Organization organization, E entity, long expectedVersion) {
        FsPath path = used(organization).child(entity.name());
        return fs.write(path, Kind.FILE, encode(entity), expectedVersion, writing(organization));
    }

    /// @throws Refused `NOT_FOUND`, `DENIED`
    Stored<E> read(Organization organization, String name) {
        return stored(used(organization).child(name));
    }

    Optional<Stored<E>> find(Organization organization, String name) {
        return storedIfThere(used(organization).child(name));
    }

    private Optional<Stored<E>> storedIfThere(FsPath path) {
        try {
            return Optional.of(stored(path));
        } catch (Refused gone) {
            if (gone.refusal() == Refusal.NOT_FOUND) {
                return Optional.empty();
            }
            throw gone;
        }
    }

    private Stored<E> stored(FsPath path) {
        LabeledFs.Content content = fs.read(path, Kind.FILE);
        return new Stored<>(JsonBody.JSON.readValue(content.bytes().readOnlyArray(), type), content.version());
    }

    private Bytes encode(E entity) {
        return Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(entity));
    }

    /// Those that are listed. For who has read it, there is nothing left to change of what others use.
    List<Stored<E>> list(Organization organization) {
        FsPath home = listed(organization);
        List<Stored<E>> all = new ArrayList<>();
        for (String name : names(home)) {
            storedIfThere(home.child(name)).ifPresent(all::add); // deleted while it was being listed
        }
        return all;
    }

    int count(Organization organization) {
        return names(used(organization)).size();
    }

    private Set<String> names(FsPath directory) {
        Set<String> names = new LinkedHashSet<>();
        List<Entry> page = fs.list(directory, "", LabeledFs.LIST_ENTRIES_MAX);
        while (!page.isEmpty()) {
            page.stream().filter(entry -> entry.kind() == Kind.FILE).forEach(entry -> names.add(entry.name()));
            page = fs.list(directory, page.getLast().name(), LabeledFs.LIST_ENTRIES_MAX);
        }
        return names;
    }

    /// @throws Refused `NOT_FOUND`, `DENIED`
    void remove(Organization organization, String name) {
        fs.unlink(used(organization).child(name), writing(organization));
        unlist(organization, name);
    }

    private void unlist(Organization organization, String name) {
        FsPath path = listed(organization).child(name);
        if (fs.find(path).isPresent()) {
            fs.unlink(path, writing(organization));
        }
    }

    /// After a restart: lists what is used, and nothing else.
    void tidy(Organization organization) {
        Set<String> used = names(used(organization));
        Set<String> listed = names(listed(organization));
        used.stream().filter(name -> !listed.contains(name)).forEach(name -> enlist(organization, name));
        listed.stream().filter(name -> !used.contains(name)).forEach(name -> unlist(organization, name));
    }
}
