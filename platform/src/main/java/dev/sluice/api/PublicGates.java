package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gate.Backing;
import dev.sluice.gate.GateContent;
import dev.sluice.gate.GatePolicy;
import dev.sluice.gate.GateView;
import dev.sluice.gate.Gates;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The redirect gates by which everybody may run functions: one for each API, in the facet that everybody may read and
/// `acme/api` vouches for, or, where the API asks its callers who they are, in one that only those whom it lets in may
/// read (design/labels.md sections 3 and 4).
///
/// A gate enters for `acme/runs/FUNCTION`, which its author was lent when he made the API, and the API's file, vouched
/// for by `acme/api`, says so. It gives code nothing and releases nothing, so it follows what its function becomes;
/// where
/// the function was deleted and made again, it is made anew.
///
/// Thread-safe.
final class PublicGates {
    private final LabeledFs fs;
    private final Gates gates;

    PublicGates(LabeledFs fs, Gates gates) {
        this.fs = fs;
        this.gates = gates;
    }

    /// `T,acme/api`
    private static Label open(Organization organization) {
        return Label.of(Component.TRUE, apis(organization));
    }

    /// `acme/api/NAME,acme/api`
    private static Label guarded(Organization organization, String api) {
        Component known = Component.of(Resource.API.in(organization.principal()).child(api));
        return Label.of(known, apis(organization));
    }

    private static Label label(Organization organization, ApiWish api) {
        return api.isGuarded() ? guarded(organization, api.name()) : open(organization);
    }

    private static Component apis(Organization organization) {
        return Component.of(Resource.API.in(organization.principal()));
    }

    static FsPath path(Organization organization, ApiWish api) {
        return FsPath.home(label(organization, api)).child(api.name());
    }

    /// @param version of the function; none for the function as it is now
    static FsPath path(Organization organization, ApiWish api, Optional<Long> version) {
        return FsPath.home(label(organization, api)).child(api.name() + suffix(version));
    }

    /// No API has a dot in its name.
    private static String suffix(Optional<Long> version) {
        return version.map(number -> "." + number).orElse("");
    }

    /// Has an API's gate lead to its function, or one of its gates to a version.
    ///
    /// @return whether it was another one before, or none
    /// @throws Refused `NOT_FOUND` where the function is not
    synchronized boolean lead(Organization organization, ApiWish api, Optional<Long> version) {
        Component enter = FunctionFiles.runner(organization, api.function());
        Component released = released(organization, api);
        return Upkeep.leading(organization, Resource.API, enter.and(released)).run(() -> {
            GateContent.Redirect wanted = wanted(organization, api, version);
            FsPath path = path(organization, api, version);
            Privilege with = Task.current().exercise(enter, apis(organization));
            Optional<GateContent.OfFunction> before = before(path);
            if (before.isEmpty()) {
                gates.create(path, wanted, Backing.LABEL, label(organization, api), with);
            } else if (!before.get().equals(wanted)) {
                gates.replace(path, wanted, Backing.LABEL, 0, with);
            }
            return !before.equals(Optional.of(wanted));
        });
    }

    /// Whether an API's gate leads to its function as it is to lead there.
    boolean leads(Organization organization, ApiWish api, Optional<Long> version) {
        Component enter = FunctionFiles.runner(organization, api.function());
        return Upkeep.leading(organization, Resource.API, enter)
                .run(() -> before(path(organization, api, version))
                        .equals(Optional.of(wanted(organization, api, version))));
    }

    private GateContent.Redirect wanted(Organization organization, ApiWish api, Optional<Long> version) {
        Component released = released(organization, api);
        var policy = new GatePolicy(Component.TRUE, Component.TRUE, released, Component.FALSE);
        return gates.redirect(
                version.map(number -> VersionFiles.gate(organization, api.function(), number))
                        .orElseGet(() -> FunctionFiles.gate(organization, api.function())),
                policy,
                FunctionFiles.runner(organization, api.function()),
                !released.equals(Component.TRUE));
    }

    private static Component released(Organization organization, ApiWish api) {
        return FunctionFiles.allOf(api.terms().answers().releases().stream()
                .distinct()
                .map(Resource.SECRET.in(organization.principal())::child)
                .toList());
    }

    private Optional<GateContent.OfFunction> before(FsPath path) {
        return fs.find(path).isEmpty()
                ? Optional.empty()
                : Optional.of(gates.read(path)).map(GateView::content);
    }

    /// Leaves nobody a way to run the function by that name.
    synchronized void remove(Organization organization, String api) {
        removeAll(organization, open(organization), api);
        removeAll(organization, guarded(organization, api), api);
    }

    /// Leaves nobody a way around what an API asks of its callers.
    synchronized void removeOpen(Organization organization, String api) {
        removeAll(organization, open(organization), api);
    }

    /// Leaves nobody a way to versions that an API leads to no more.
    ///
    /// @param kept the versions that it leads to
    synchronized void removeOthers(Organization organization, ApiWish api, Set<Long> kept) {
        ofVersions(organization, label(organization, api), api.name()).stream()
                .filter(gate -> kept.stream().noneMatch(version -> gate.equals(api.name() + "." + version)))
                .forEach(gate -> unlink(organization, label(organization, api), gate));
    }

    private void removeAll(Organization organization, Label facet, String api) {
        unlink(organization, facet, api);
        ofVersions(organization, facet, api).forEach(gate -> unlink(organization, facet, gate));
    }

    /// An API has few: those that are led to nowhere are removed.
    private List<String> ofVersions(Organization organization, Label facet, String api) {
        String prefix = api + ".";
        return Upkeep.of(organization, Resource.API).run(() -> {
            List<Entry> page = fs.list(FsPath.home(facet), prefix, LabeledFs.LIST_ENTRIES_MAX);
            return page.stream()
                    .map(Entry::name)
                    .takeWhile(name -> name.startsWith(prefix))
                    .toList();
        });
    }

    private void unlink(Organization organization, Label facet, String api) {
        Upkeep.of(organization, Resource.API).run(() -> {
            try {
                fs.unlink(FsPath.home(facet).child(api), Task.current().exercise(Component.TRUE, apis(organization)));
            } catch (Refused none) {
                if (none.refusal() != Refusal.NOT_FOUND) {
                    throw none;
                }
            }
            return api;
        });
    }
}
