package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Need;
import dev.sluice.org.Organization;
import java.util.List;

/// What an organization has of one kind, for the routes that create, show, update and delete it. Acts as the current
/// task, which must hold the kind's resource; what is changed is durable on return.
///
/// @param <W> what a client asks for
interface Entities<W> extends Kept {
    /// @throws Rejection 400, 422 in Dispatch's words
    W parse(Bytes body);

    String name(W wish);

    /// What the author of a wish must be allowed too, or nobody is told anything.
    default List<Need> alsoNeeds(W wish) {
        return List.of();
    }

    /// @throws Rejection 400 for a wish that cannot be met
    /// @throws Refused `EXISTS`, `DENIED`, `QUOTA`
    NamedEntity create(Organization organization, W wish);

    /// @throws Rejection 400 for a wish that cannot be met
    /// @throws Refused `NOT_FOUND`, `CONFLICT`, `DENIED`
    NamedEntity update(Organization organization, String name, W wish);
}
