package dev.sluice.org;

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
}
