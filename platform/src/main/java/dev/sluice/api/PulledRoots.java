package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.util.List;
import java.util.Set;

/// What was pulled for the base images or the images of organizations: a blob beside each one's file, whose name is its
/// with an ending. So it is kept for as long as its entity, counts as what the organization stores, and goes with it.
final class PulledRoots {
    private static final String ENDING = ".root";

    private final SharedFiles<?> files;
    private final Resource owner;
    private final LabeledFs fs;

    PulledRoots(SharedFiles<?> files, Resource owner, LabeledFs fs) {
        this.files = files;
        this.owner = owner;
        this.fs = fs;
    }

    private FsPath path(Organization organization, String name) {
        return files.used(organization).child(name + ENDING);
    }

    /// From now on that stands beside the entity, and nothing else.
    ///
    /// @throws dev.sluice.kernel.Refused `QUOTA`
    void keep(Organization organization, String name, BaseImageEntity.Pulled pulled) {
        var ref = new BlobRef(new Digest(pulled.image()), pulled.lengthBytes());
        FsPath path = path(organization, name);
        Upkeep.of(organization, owner).run(() -> {
            removeIfThere(organization, path);
            fs.create(path, Kind.BLOB, files.label(organization), ref.encode(), files.writing(organization));
            return path;
        });
    }

    void remove(Organization organization, String name) {
        FsPath path = path(organization, name);
        Upkeep.of(organization, owner).run(() -> {
            removeIfThere(organization, path);
            return path;
        });
    }

    private void removeIfThere(Organization organization, FsPath path) {
        if (fs.find(path).isPresent()) {
            fs.unlink(path, files.writing(organization));
        }
    }

    /// After a restart: forgets what belongs to none of these entities.
    void tidy(Organization organization, Set<String> entities) {
        FsPath home = files.used(organization);
        Upkeep.of(organization, owner).run(() -> {
            List<Entry> page = fs.list(home, "", LabeledFs.LIST_ENTRIES_MAX);
            while (!page.isEmpty()) {
                page.stream()
                        .filter(entry ->
                                entry.kind() == Kind.BLOB && entry.name().endsWith(ENDING))
                        .filter(entry -> !entities.contains(
                                entry.name().substring(0, entry.name().length() - ENDING.length())))
                        .forEach(entry -> fs.unlink(home.child(entry.name()), files.writing(organization)));
                page = fs.list(home, page.getLast().name(), LabeledFs.LIST_ENTRIES_MAX);
            }
            return home;
        });
    }
}
