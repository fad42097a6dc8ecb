package dev.sluice.invoke;

import dev.sluice.sandbox.KeptRoots;
import dev.sluice.sandbox.namespaces.NamespaceDriver;
import dev.sluice.sandbox.namespaces.NamespaceOptions;

/// In containers, a guest that may not be reused is left and another one started.
final class ContainerResetTest extends ResetContract {
    @Override
    Spine.Opener driver() {
        return (directory, guestFiles) ->
                NamespaceDriver.openContainers(NamespaceOptions.of(KeptRoots.under(directory), guestFiles));
    }
}
