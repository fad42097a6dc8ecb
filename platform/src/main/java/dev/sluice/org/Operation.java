package dev.sluice.org;

import java.util.Arrays;
import java.util.List;

/// What a request asks of the policies.
///
/// @param required without each of these it is refused
/// @param optional these are lent where a policy allows them, and only widen what the answer may show
public record Operation(List<Need> required, List<Need> optional) {
    public Operation {
        required = List.copyOf(required);
        optional = List.copyOf(optional);
        if (required.isEmpty()) {
            throw new IllegalArgumentException("an operation that needs nothing is no matter for policies");
        }
    }

    public static Operation of(Action action, Resource resource) {
        return of(Need.of(action, resource));
    }

    public static Operation of(Need need) {
        return new Operation(List.of(need), List.of());
    }

    /// All that there is to do in an organization.
    public static Operation everything() {
        return new Operation(
                Arrays.stream(Action.values())
                        .flatMap(action -> Arrays.stream(Resource.values()).map(resource -> Need.of(action, resource)))
                        .toList(),
                List.of());
    }

    /// The same, without what only widens the answer.
    public Operation strictly() {
        return new Operation(required, List.of());
    }

    /// The same, and delivery of whatever its caller may `get` anyway.
    public Operation deliveringAllThatMayBeRead() {
        return new Operation(
                required,
                Arrays.stream(Resource.values())
                        .map(resource -> Need.of(Action.GET, resource))
                        .toList());
    }
}
