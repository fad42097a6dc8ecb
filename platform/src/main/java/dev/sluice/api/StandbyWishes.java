package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.function.FunctionSpec;
import dev.sluice.gate.GateContent;
import dev.sluice.gate.Gates;
import dev.sluice.invoke.Standby;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Of which versions guests wait for a run: of what the function is now, and of those that aliases name. A version that
/// can be run only by its number has none.
///
/// Thread-safe. Acts as the platform; what is read is who is to wait, and decides nothing else.
final class StandbyWishes {
    private final VersionFiles files;
    private final LabeledFs fs;
    private final Gates gates;
    private final Standby standby;

    StandbyWishes(LabeledFs fs, Gates gates, Standby standby) {
        this.files = new VersionFiles(fs);
        this.fs = fs;
        this.gates = gates;
        this.standby = standby;
    }

    /// Something of a function may have changed: what is built of it, or its aliases. One at a time, so that what is
    /// read last counts.
    synchronized void changed(Organization organization, String name) {
        List<FsPath> paths = Upkeep.of(organization, Resource.FUNCTION).run(() -> paths(organization, name));
        List<FunctionSpec> versions = paths.stream()
                .flatMap(path -> function(organization, path).stream())
                .toList();
        standby.keep(organization.token(), name, versions);
    }

    void forget(Organization organization) {
        standby.forget(organization.token());
    }

    private List<FsPath> paths(Organization organization, String name) {
        Stream<FsPath> named = files.aliases(organization, name).all().stream()
                .flatMap(alias -> alias.shares().stream())
                .map(share -> VersionFiles.gate(organization, name, share.version()))
                .distinct();
        return Stream.concat(Stream.of(FunctionFiles.gate(organization, name)), named)
                .toList();
    }

    private Optional<FunctionSpec> function(Organization organization, FsPath path) {
        try {
            return Upkeep.of(organization, Resource.FUNCTION)
                    .run(() ->
                            fs.find(path).isPresent() && gates.read(path).content() instanceof GateContent.Direct gate
                                    ? Optional.of(gate.function())
                                    : Optional.empty());
        } catch (Refused gone) {
            return Optional.empty(); // meanwhile
        }
    }
}
