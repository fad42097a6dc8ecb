package dev.sluice.api;

import dev.sluice.kernel.Refused;
import dev.sluice.org.Organization;
import java.util.List;

/// What an organization has of one kind, for the routes that show and delete it. Acts as the current task, which must
/// hold the kind's resource.
interface Kept {
    /// @throws Refused `NOT_FOUND`, `DENIED`
    NamedEntity find(Organization organization, String name);

    List<? extends NamedEntity> list(Organization organization);

    /// Durable on return.
    ///
    /// @return as it was
    /// @throws Refused `NOT_FOUND`, `CONFLICT`, `DENIED`
    NamedEntity delete(Organization organization, String name);
}
