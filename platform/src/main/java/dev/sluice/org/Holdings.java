package dev.sluice.org;

import dev.sluice.fs.Entry;
import dev.sluice.fs.Estates;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What organizations have in the labeled file system: what stands in facets that would be nobody's without them. What
/// the system has put there does not count: nobody made it, so nobody can be asked to delete it first.
///
/// To be asked by a task that may read all.
final class Holdings {
    private static final FsPath HOMES = FsPath.ROOT.child("home");
    private static final int PLACES_NAMED_MAX = 5;

    /// The gate to the file system that a home gets.
    private static final String LINKED_BY_THE_SYSTEM = "fsutil";

    private final LabeledFs fs;

    Holdings(LabeledFs fs) {
        this.fs = fs;
    }

    /// For people: how many objects it has where; empty if there are none.
    List<String> of(Organization organization) {
        FsPath iam = FsPath.home(OrgPaths.iamLabel(organization.principal()));
        List<FsPath> places = new ArrayList<>();
        for (Label facet : facets(organization)) {
            FsPath home = HOMES.facet(facet);
            if (home.equals(iam)) {
                entries(home).forEach(kind -> places.add(home.child(kind.name())));
            } else {
                places.add(home);
            }
        }
        List<String> said = new ArrayList<>();
        for (FsPath place : places) {
            int objects = count(place);
            if (objects > 0) {
                said.add(objects + " in " + place);
            }
        }
        int unsaid = said.size() - PLACES_NAMED_MAX;
        return unsaid <= 0
                ? said
                : Stream.concat(said.stream().limit(PLACES_NAMED_MAX), Stream.of("more in " + unsaid + " other places"))
                        .toList();
    }

    private List<Label> facets(Organization organization) {
        List<Label> owned = new ArrayList<>();
        Optional<Label> last = Optional.empty();
        List<Label> page;
        do {
            page = fs.facets(HOMES, Label.TOP, last, LabeledFs.LIST_ENTRIES_MAX);
            for (Label facet : page) {
                if (Estates.isOwn(facet, organization.token())) {
                    owned.add(facet);
                }
                last = Optional.of(facet);
            }
        } while (!page.isEmpty());
        return owned;
    }

    private int count(FsPath directory) {
        return (int) entries(directory).stream()
                .filter(entry -> entry.kind() != Kind.GATE || !entry.name().equals(LINKED_BY_THE_SYSTEM))
                .count();
    }

    /// As many as fit a page: for people, that is enough.
    private List<Entry> entries(FsPath directory) {
        try {
            return fs.list(directory, "", LabeledFs.LIST_ENTRIES_MAX);
        } catch (Refused refused) {
            if (refused.refusal() == Refusal.NOT_FOUND) {
                return List.of();
            }
            throw refused;
        }
    }
}
