package dev.sluice.org;

import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Principal;
import java.util.Optional;

/// One thing that an operation asks of the policies: an action on a resource, perhaps on one named object of it.
///
/// @param name the object's name; a rule for the whole resource covers it, a rule for another object does not
public record Need(Action action, Resource resource, Optional<String> name) {
    public static Need of(Action action, Resource resource) {
        return new Need(action, resource, Optional.empty());
    }

    public static Need of(Action action, Resource resource, String name) {
        return new Need(action, resource, Optional.of(name));
    }

    /// What is lent of it to who has this object only: `acme/runs/hello`, `acme/iam/policy/base`. Empty for an object
    /// whose name can be no principal's, and without a name.
    public Optional<Principal> object(Organization organization) {
        return name.flatMap(text -> {
            Principal principal = resource.in(organization.principal());
            try {
                for (String token : text.split("/", -1)) {
                    principal = principal.child(token);
                }
                return Optional.of(principal);
            } catch (LabelInvalid unnameable) {
                return Optional.empty();
            }
        });
    }
}
