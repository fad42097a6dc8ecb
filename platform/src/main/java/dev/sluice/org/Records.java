package dev.sluice.org;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.Entry;
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
import dev.sluice.label.Privilege;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// The records of one kind that organizations keep, each a file of `acme/iam`: service accounts, or policies.
///
/// Acts as [Task#current], which must hold what the files' label asks for. A change is on record before it is made,
/// durable and in force when the method returns.
///
/// Thread-safe. One process writes: another one's changes are not seen.
public final class Records<T> {
    /// Of one kind and organization. All policies of one are in memory whenever somebody of it asks for something.
    public static final int RECORDS_MAX = 1_000;

    private static final int CHANGE_TRIES = 8;

    private final LabeledFs fs;
    private final Witness witness;
    private final Form<T> form;
    private final BiConsumer<Organization, String> changed;

    /// @param form    what the records are
    /// @param changed is told of each change when it is made: what it knows of the record is worth nothing
    Records(LabeledFs fs, Witness witness, Form<T> form, BiConsumer<Organization, String> changed) {
        this.fs = fs;
        this.witness = witness;
        this.form = form;
        this.changed = changed;
    }

    /// @param kind names the directory, and begins the kind of what goes on record
    record Form<T>(String kind, Function<Bytes, T> parse, Function<T, Bytes> print) {}

    /// @param id another one for a record that is made anew
    record Stored<T>(T value, String id) {}

    Optional<Stored<T>> stored(Organization organization, String name) {
        return content(path(organization, name))
                .map(file -> new Stored<>(form.parse().apply(file.bytes()), String.valueOf(file.id())));
    }

    /// @throws Refused `DENIED`
    public Optional<T> find(Organization organization, String name) {
        return stored(organization, name).map(Stored::value);
    }

    /// @throws Refused `DENIED`
    public List<T> list(Organization organization) {
        List<T> all = new ArrayList<>();
        for (String name : names(organization)) {
            find(organization, name).ifPresent(all::add);
        }
        return all;
    }

    /// @throws Refused `EXISTS`, `DENIED`, `QUOTA`
    public void create(Organization organization, String name, T value) {
        prepare(organization);
        if (names(organization).size() >= RECORDS_MAX) {
            throw new Refused(
                    Refusal.QUOTA, "your organization has " + RECORDS_MAX + " of these, and may have no more");
        }
        FsPath path = path(organization, name);
        Label label = OrgPaths.iamLabel(organization.principal());
        Bytes content = form.print().apply(value);
        act("create", organization, name, content.utf8(), with -> fs.create(path, Kind.FILE, label, content, with));
    }

    /// Creates or replaces a record.
    ///
    /// @throws Refused as [#create] and [#update]
    void put(Organization organization, String name, T value) {
        if (find(organization, name).isPresent()) {
            update(organization, name, _ -> value);
        } else {
            create(organization, name, value);
        }
    }

    /// Changes a record. What somebody else changes meanwhile is not lost: then `change` is asked once more.
    ///
    /// @param change from what is there to what shall be there; may refuse
    /// @return what is there now
    /// @throws Refused `NOT_FOUND`, `CONFLICT` if others change it all the time, `DENIED`, and what `change` throws
    public T update(Organization organization, String name, UnaryOperator<T> change) {
        for (int left = CHANGE_TRIES; ; left--) {
            LabeledFs.Content before = fs.read(path(organization, name), Kind.FILE);
            T value = change.apply(form.parse().apply(before.bytes()));
            try {
                overwrite(organization, name, before, form.print().apply(value));
                return value;
            } catch (Refused raced) {
                if (raced.refusal() != Refusal.CONFLICT || left == 0) {
                    throw raced;
                }
            }
        }
    }

    private void overwrite(Organization organization, String name, LabeledFs.Content before, Bytes content) {
        FsPath path = path(organization, name);
        act(
                "update",
                organization,
                name,
                content.utf8(),
                with -> fs.write(path, Kind.FILE, content, before.version(), with));
    }

    /// @throws Refused `NOT_FOUND`, `DENIED`
    public void remove(Organization organization, String name) {
        act("delete", organization, name, "", with -> fs.unlink(path(organization, name), with));
    }

    /// Makes the directory, if it is missing.
    ///
    /// @throws Refused `DENIED`
    void prepare(Organization organization) {
        FsPath directory = OrgPaths.directory(organization.principal(), form.kind());
        if (fs.find(directory).isPresent()) {
            return;
        }
        try {
            fs.createDirectory(directory, OrgPaths.iamLabel(organization.principal()), integrity(organization));
        } catch (Refused refused) {
            if (refused.refusal() != Refusal.EXISTS) {
                throw refused;
            }
        }
    }

    private interface Write {
        void with(Privilege privilege);
    }

    private void act(String what, Organization organization, String name, String content, Write write) {
        Map<String, String> details = content.isEmpty() ? Map.of() : Map.of("content", content);
        var deed = new Deed(form.kind() + "." + what, name, OrgPaths.iamLabel(organization.principal()), details);
        try {
            witness.witness(deed, () -> {
                write.with(integrity(organization));
                return name;
            });
        } finally {
            changed.accept(organization, name);
        }
    }

    private List<String> names(Organization organization) {
        FsPath directory = OrgPaths.directory(organization.principal(), form.kind());
        List<String> names = new ArrayList<>();
        try {
            List<Entry> page = fs.list(directory, "", LabeledFs.LIST_ENTRIES_MAX);
            while (!page.isEmpty()) {
                page.forEach(entry -> names.add(entry.name()));
                page = fs.list(directory, names.getLast(), LabeledFs.LIST_ENTRIES_MAX);
            }
        } catch (Refused refused) {
            if (refused.refusal() != Refusal.NOT_FOUND) {
                throw refused;
            }
        }
        return names;
    }

    private Optional<LabeledFs.Content> content(FsPath path) {
        try {
            return Optional.of(fs.read(path, Kind.FILE));
        } catch (Refused refused) {
            if (refused.refusal() == Refusal.NOT_FOUND) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    private FsPath path(Organization organization, String name) {
        return OrgPaths.directory(organization.principal(), form.kind()).child(name);
    }

    private static Privilege integrity(Organization organization) {
        Component iam = OrgPaths.iamLabel(organization.principal()).integrity();
        return Task.current().exercise(Component.TRUE, iam);
    }
}
