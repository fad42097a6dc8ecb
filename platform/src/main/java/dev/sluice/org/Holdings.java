package dev.sluice.org;

import dev.sluice.fs.Entry;
import dev.sluice.fs.Estates;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Clause;
import dev.sluice.label.Label;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final Estates estates;

    Holdings(LabeledFs fs) {
        this.fs = fs;
        this.estates = new Estates(fs);
    }

    /// Some of what an organization has, as people call it.
    private record Place(String one, String many) {
        static Place of(String word) {
            String said = word.replace("serviceaccount", "service account").replace("baseimage", "base image");
            String stem = said.substring(0, said.length() - 1);
            return new Place(said, said.endsWith("y") ? stem + "ies" : said.endsWith("s") ? said : said + "s");
        }

        static Place objectsOf(String whom) {
            return new Place("object of " + whom, "objects of " + whom);
        }

        String said(int count) {
            return count + " " + (count == 1 ? one : many);
        }
    }

    /// For people: how many of what it has; empty if it has nothing.
    List<String> of(Organization organization) {
        FsPath iam = FsPath.home(OrgPaths.iamLabel(organization.principal()));
        Map<Place, Set<String>> left = new LinkedHashMap<>();
        for (Label facet : facets(organization)) {
            FsPath home = HOMES.facet(facet);
            for (Entry entry : entries(home)) {
                if (home.equals(iam)) {
                    entries(home.child(entry.name())).forEach(one -> add(left, Place.of(entry.name()), one.name()));
                } else if (entry.kind() != Kind.GATE || !entry.name().equals(LINKED_BY_THE_SYSTEM)) {
                    add(left, place(facet), entry.name());
                }
            }
        }
        List<String> said = new ArrayList<>();
        left.forEach((place, names) -> said.add(place.said(names.size())));
        long elsewhere = said.isEmpty() ? estates.elsewhere(organization.token(), HOMES) : 0; // it looks at everything
        if (elsewhere > 0) {
            said.add(elsewhere + (elsewhere == 1 ? " object" : " objects") + " in directories of others");
        }
        int unsaid = said.size() - PLACES_NAMED_MAX;
        return unsaid <= 0
                ? said
                : Stream.concat(said.stream().limit(PLACES_NAMED_MAX), Stream.of("more of " + unsaid + " other kinds"))
                        .toList();
    }

    /// What stands in several places under one name is one thing: a function's file and its gates are.
    private static void add(Map<Place, Set<String>> left, Place place, String name) {
        left.computeIfAbsent(place, _ -> new HashSet<>()).add(name.replaceFirst("\\.json$", ""));
    }

    /// Whose it is: who vouches for it says that.
    private static Place place(Label facet) {
        List<Clause> vouching = facet.integrity().allOf();
        List<String> owner = vouching.size() == 1 && vouching.getFirst().anyOf().size() == 1
                ? vouching.getFirst().anyOf().getFirst().tokens()
                : List.of();
        if (owner.size() < 2) {
            return Place.objectsOf("its own");
        }
        String word = owner.get(1);
        if (Resource.of(word).isPresent()) {
            return Place.of(word);
        }
        return Place.objectsOf(Place.of(word).one() + (owner.size() > 2 ? " " + owner.get(2) : ""));
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
